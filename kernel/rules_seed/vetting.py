"""Rules of vetting: what vendors must prove, on which articles decisions stand, how long they hold.

A rule ``requirement.<key>`` holds title and help in both languages, the legal forms and the
offers it counts for (none named: all), and the evidence of which any one piece proves it.
"""

from typing import Any

ECOMMERCE = "Luật Thương mại điện tử 122/2025/QH15"
FOOD = "Luật An toàn thực phẩm 55/2010/QH12; NĐ 15/2018/NĐ-CP"

_BUSINESSES = ["household", "cooperative", "company", "state"]
_FOOD_OFFERS = ["raw", "processed", "high_tech", "organic"]

REQUIREMENTS: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "identity",
        {
            "title": {"vi": "Căn cước của người đứng tên", "en": "Identity of who answers"},
            "help": {
                "vi": "Họ tên, ngày sinh, số định danh 12 số và ảnh chụp thẻ căn cước. "
                "Ảnh và số được mã hoá; ngoài bạn, chỉ cán bộ thụ lý mở được, mỗi lần xem đều được ghi "
                "lại, và được xoá sau khi có quyết định.",
                "en": "Full name, birthday, the 12-digit personal number and a photo of the card. "
                "Photo and number are encrypted; besides you only the officer who judges can open "
                "them, each look is noted, and they are deleted after the decision.",
            },
            "any_of": {"papers": ["identity"]},
        },
        f"{ECOMMERCE} Điều 17(1)(c)",
        "B+",
    ),
    (
        "registration",
        {
            "title": {
                "vi": "Giấy đăng ký kinh doanh hoặc đăng ký hợp tác xã",
                "en": "Business or cooperative registration",
            },
            "help": {
                "vi": "Chụp trang có tên, mã số thuế và ngày cấp.",
                "en": "Photograph the page with name, tax code and date of issue.",
            },
            "forms": _BUSINESSES,
            "any_of": {"papers": ["registration"]},
        },
        f"{ECOMMERCE} Điều 17(1)(c)",
        "B+",
    ),
    (
        "food_commitment",
        {
            "title": {
                "vi": "Cam kết an toàn thực phẩm (sản xuất ban đầu nhỏ lẻ)",
                "en": "Food-safety commitment (small primary production)",
            },
            "help": {
                "vi": "Bản cam kết có xác nhận của xã, phường; hoặc giấy chứng nhận an toàn thực phẩm, "
                "VietGAP, GlobalGAP, hữu cơ, HACCP còn hạn.",
                "en": "The commitment confirmed by the commune; or a valid certificate of food safety, "
                "VietGAP, GLOBALG.A.P., organic or HACCP.",
            },
            "forms": ["individual", "household"],
            "sells": ["raw", "high_tech", "organic"],
            "any_of": {
                "papers": ["commitment", "food_safety"],
                "schemes": ["food_safety", "vietgap", "globalgap", "organic", "haccp"],
            },
        },
        "NĐ 15/2018/NĐ-CP Điều 12",
        "C",
    ),
    (
        "food_safety",
        {
            "title": {
                "vi": "Giấy chứng nhận cơ sở đủ điều kiện an toàn thực phẩm",
                "en": "Food-safety certificate of the establishment",
            },
            "help": {
                "vi": "Được thay bằng giấy chứng nhận VietGAP, GlobalGAP, hữu cơ hoặc HACCP còn hạn.",
                "en": "A valid VietGAP, GLOBALG.A.P., organic or HACCP certificate replaces it.",
            },
            "forms": ["cooperative", "company", "state"],
            "sells": _FOOD_OFFERS,
            "any_of": {
                "papers": ["food_safety"],
                "schemes": ["food_safety", "vietgap", "globalgap", "organic", "haccp"],
            },
        },
        "NĐ 15/2018/NĐ-CP Điều 11, 12",
        "C",
    ),
    (
        "food_safety_processed",
        {
            "title": {
                "vi": "Giấy chứng nhận an toàn thực phẩm cho hàng chế biến",
                "en": "Food-safety certificate for processed food",
            },
            "help": {
                "vi": "Được thay bằng giấy chứng nhận HACCP còn hạn.",
                "en": "A valid HACCP certificate replaces it.",
            },
            "forms": ["individual", "household"],
            "sells": ["processed"],
            "any_of": {"papers": ["food_safety"], "schemes": ["food_safety", "haccp"]},
        },
        "NĐ 15/2018/NĐ-CP Điều 11, 12",
        "C",
    ),
    (
        "organic",
        {
            "title": {"vi": "Giấy chứng nhận hữu cơ", "en": "Organic certificate"},
            "help": {
                "vi": "Giấy chứng nhận của tổ chức thứ ba theo TCVN 11041, ghi rõ sản phẩm và diện tích.",
                "en": "A third-party certificate under TCVN 11041 that names product and area.",
            },
            "sells": ["organic"],
            "any_of": {"schemes": ["organic"]},
        },
        "NĐ 109/2018/NĐ-CP Điều 7-9",
        "A",
    ),
    (
        "high_tech",
        {
            "title": {
                "vi": "Bằng chứng sản xuất công nghệ cao",
                "en": "Proof of high-tech production",
            },
            "help": {
                "vi": "Quyết định công nhận nông nghiệp công nghệ cao, hoặc giấy chứng nhận VietGAP, "
                "GlobalGAP còn hạn.",
                "en": "A decision that recognises high-tech farming, or a valid VietGAP or GLOBALG.A.P. "
                "certificate.",
            },
            "sells": ["high_tech"],
            "any_of": {"schemes": ["high_tech", "vietgap", "globalgap"]},
        },
        "QĐ 19/2018/QĐ-TTg",
        "A",
    ),
    (
        "travel_licence",
        {
            "title": {
                "vi": "Giấy phép kinh doanh dịch vụ lữ hành",
                "en": "Travel-service licence",
            },
            "help": {
                "vi": "Chỉ cần khi bán tour trọn gói. Số giấy phép được in trên trang của tour.",
                "en": "Needed for tour packages only. Its number is shown on the page of the tour.",
            },
            "sells": ["tour_package"],
            "any_of": {"schemes": ["travel_licence"]},
        },
        "Luật Du lịch 09/2017/QH14 Điều 31",
        "B+",
    ),
    (
        "homestay_security",
        {
            "title": {
                "vi": "Giấy chứng nhận đủ điều kiện về an ninh trật tự",
                "en": "Certificate of security and order",
            },
            "help": {
                "vi": "Chỉ cần khi cho khách ngủ lại.",
                "en": "Needed when guests stay the night.",
            },
            "sells": ["homestay"],
            "any_of": {"schemes": ["homestay_security"]},
        },
        "NĐ 96/2016/NĐ-CP",
        "B",
    ),
    (
        "bank_account",
        {
            "title": {
                "vi": "Tài khoản ngân hàng nhận tiền",
                "en": "Bank account for payouts",
            },
            "help": {
                "vi": "Tài khoản đứng tên người hoặc đơn vị đăng ký.",
                "en": "An account in the name of the person or body that applies.",
            },
            "any_of": {"facts": ["bank_account"]},
            "optional": True,
        },
        "Quy chế của sàn",
        "H",
    ),
    (
        "planting_area",
        {
            "title": {"vi": "Mã số vùng trồng", "en": "Planting-area code"},
            "help": {
                "vi": "Nếu có: quyết định hoặc thông báo cấp mã.",
                "en": "If you have one: the decision or notice that gives the code.",
            },
            "sells": ["raw", "high_tech", "organic"],
            "any_of": {"papers": ["planting_area"]},
            "optional": True,
        },
        "Luật Trồng trọt 31/2018/QH14 Điều 64",
        "A",
    ),
    (
        "packing_house",
        {
            "title": {"vi": "Mã số cơ sở đóng gói", "en": "Packing-house code"},
            "help": {
                "vi": "Nếu có: quyết định hoặc thông báo cấp mã.",
                "en": "If you have one: the decision or notice that gives the code.",
            },
            "sells": ["raw", "high_tech", "organic"],
            "any_of": {"papers": ["packing_house"]},
            "optional": True,
        },
        "QĐ 3156/QĐ-BNN-TT",
        "B",
    ),
    (
        "quality",
        {
            "title": {
                "vi": "Chứng nhận chất lượng khác (VietGAP, GlobalGAP, HACCP, OCOP, chỉ dẫn địa lý)",
                "en": "Other quality certificates (VietGAP, GLOBALG.A.P., HACCP, OCOP, GI)",
            },
            "help": {
                "vi": "Nếu có: huy hiệu hiện trên gian hàng sau khi Sở xác minh.",
                "en": "If you have any: the badge appears once the office has verified it.",
            },
            "sells": _FOOD_OFFERS,
            "any_of": {"schemes": ["vietgap", "globalgap", "haccp", "ocop", "gi"]},
            "optional": True,
        },
        "QĐ 148/QĐ-TTg 2023; NĐ 109/2018/NĐ-CP",
        "A",
    ),
]
"""Key, value, legal reference, certainty."""

GROUNDS: dict[str, str] = {
    "submit": f"{ECOMMERCE} Điều 17(1)(c)",
    "cancel": "Quy chế của sàn",
    "take": f"{ECOMMERCE} Điều 17(1)(c)",
    "request_information": f"{ECOMMERCE} Điều 17(1)(c)",
    "approve": f"{ECOMMERCE} Điều 17(1)(c)",
    "reject": f"{ECOMMERCE} Điều 17(1)(c)",
    "appeal": "Luật Khiếu nại 02/2011/QH13",
    "allow_appeal": "Luật Khiếu nại 02/2011/QH13",
    "dismiss_appeal": "Luật Khiếu nại 02/2011/QH13",
    "suspend": f"{ECOMMERCE} Điều 17",
    "reinstate": f"{ECOMMERCE} Điều 17",
    "terminate": f"{ECOMMERCE} Điều 17",
    "call_renewal": "Quy chế của sàn",
    "renew": f"{ECOMMERCE} Điều 17(1)(c)",
    "lapse": "Quy chế của sàn",
    "close": "Quy chế của sàn",
    "import": "Quy chế của sàn",
}
"""The article on which each arrow of a dossier stands."""

NAME_WORDS = [
    "hop tac xa",
    "to hop tac",
    "htx",
    "cong ty",
    "cty",
    "tnhh",
    "trach nhiem huu han",
    "mot thanh vien",
    "mtv",
    "co phan",
    "cp",
    "doanh nghiep tu nhan",
    "ho kinh doanh",
    "hkd",
    "ho",
    "co so",
    "san xuat",
    "che bien",
    "kinh doanh",
    "thuong mai",
    "dich vu",
    "nong nghiep",
    "nong san",
    "nong trai",
    "trang trai",
]
"""Folded words for the legal form and the trade in names of vendors."""

HOUSE: list[tuple[str, Any, str]] = [
    ("vendor.grounds", GROUNDS, "articles printed on decisions; a lawyer confirms them"),
    ("vendor.recognition_months", 36, "a recognition holds for"),
    ("vendor.renewal_call_days", 60, "days before its end a renewal is called for"),
    (
        "vendor.renewal_reminder_days",
        [30, 14, 7, 1],
        "days before its end on which a vendor is told that a recognition ends",
    ),
    (
        "vendor.remind_working_days",
        2,
        "working days before an answer is due the officer in charge is told",
    ),
    ("vendor.bank_cooling_hours", 72, "hours before a changed bank account is paid to"),
    ("vendor.invitation_days", 7, "days in which an invitation can be used"),
    ("certificate.notice_days", [30, 14, 7, 1], "days before its last day a vendor is reminded"),
    ("vendor.common_name_words", NAME_WORDS, "what many names hold: no mark of a vendor's own"),
    ("vendor.appeal_days", 30, "days after a decision in which a vendor may appeal"),
]
"""Key, value, note."""
