"""Rules of the listing desk: what waits when it is edited, what words and pictures want a look.

An entry of a word list holds ``words`` (compared syllable by syllable; those that begin with "-"
are innocent compounds that hold some of the others), ``law`` and, for claims, the ``scheme``
whose certificate proves them.
"""

from typing import Any

ECOMMERCE = "Luật Thương mại điện tử 122/2025/QH15"
ADS = "Luật Quảng cáo 16/2012/QH13 (sửa đổi 75/2025/QH15)"
TRADE = "NĐ 98/2020/NĐ-CP (hàng giả, hàng không rõ nguồn gốc)"
WEAPONS = "Luật Quản lý, sử dụng vũ khí, vật liệu nổ 42/2024/QH15"
FIREWORKS = "NĐ 137/2020/NĐ-CP về quản lý, sử dụng pháo"
WILDLIFE = "Luật Đa dạng sinh học 20/2008/QH12; Công ước CITES"
DRUGS = "Luật Phòng, chống ma túy 73/2021/QH14"
MEDICINE = "Luật Dược 105/2016/QH13 (sửa đổi 44/2024/QH15)"
TOBACCO = "NQ 173/2024/QH15"
HEALTH = "NĐ 15/2018/NĐ-CP (quảng cáo thực phẩm); Luật Quảng cáo 16/2012/QH13"
ORGANIC = "NĐ 109/2018/NĐ-CP Điều 11-13"
LABELS = "NĐ 37/2026/NĐ-CP (tên hàng, xuất xứ)"

PROTECTED: dict[str, dict[str, Any]] = {
    "title": {
        "when": "any",
        "why": {
            "vi": "Tên hàng là thứ Sở đã duyệt: đổi tên là rao một mặt hàng khác.",
            "en": "The name is what was approved: under another name something else is offered.",
        },
    },
    "category_id": {
        "when": "any",
        "why": {
            "vi": "Danh mục quyết định giấy tờ người bán phải có.",
            "en": "The shelf decides which papers the vendor must have.",
        },
    },
    "schemes": {
        "when": "more",
        "why": {
            "vi": "Thêm chứng nhận là thêm lời khẳng định phải chứng minh; bỏ bớt thì không phải chờ.",
            "en": "A certificate more is a claim to be proved; to claim less does not wait.",
        },
    },
    "farm_id": {
        "when": "any",
        "why": {
            "vi": "Nông trại là xuất xứ ghi trên trang.",
            "en": "The farm is the origin that the page states.",
        },
    },
    "commune": {
        "when": "any",
        "why": {
            "vi": "Địa bàn đi theo nông trại.",
            "en": "The place goes with the farm.",
        },
    },
    "lot_id": {
        "when": "origin",
        "why": {
            "vi": "Lô khác của cùng nông trại là việc hằng ngày, không phải chờ; sang nông trại khác, "
            "hoặc bỏ lô (có thể đang bị tạm giữ) thì phải chờ.",
            "en": "Another lot of the same farm is everyday work and does not wait; another farm, or "
            "no lot any more (it may be on hold), does.",
        },
    },
    "summary": {
        "when": "words",
        "why": {
            "vi": "Chỉ phải chờ khi có thêm từ khẳng định (hữu cơ, OCOP, chữa bệnh...).",
            "en": "Waits only for a word more that claims (organic, OCOP, cures...).",
        },
    },
    "description": {
        "when": "words",
        "why": {
            "vi": "Như câu tóm tắt.",
            "en": "As the sentence above it.",
        },
    },
}
"""Price, packs, stock, season, pre-orders and pictures go live at once; pictures are looked at after."""

BANNED: list[dict[str, Any]] = [
    {
        "words": [
            "súng săn", "sung san", "súng hơi", "súng ngắn", "súng trường", "súng quân dụng",
            "súng đạn", "súng tự chế", "súng bắn đạn bi", "thuốc nổ", "thuoc no", "kíp nổ", "lựu đạn",
            "luu dan", "vũ khí quân dụng", "dao găm", "bình xịt hơi cay", "dùi cui điện",
            "hunting rifle", "air rifle", "shotgun", "handgun", "ammunition", "explosives", "stun gun",
        ],
        "law": WEAPONS,
    },
    {
        "words": ["pháo nổ", "phao no", "pháo hoa nổ", "pháo tép", "pháo đùng", "thuốc pháo",
                  "firecracker", "firecrackers"],
        "law": FIREWORKS,
    },
    {
        "words": [
            "ngà voi", "sừng tê giác", "vảy tê tê", "thịt tê tê", "cao hổ cốt", "cao xương hổ",
            "xương hổ", "móng hổ", "nanh hổ", "mật gấu", "mat gau", "thịt thú rừng", "thịt rừng",
            "vỏ đồi mồi", "lược đồi mồi", "elephant ivory", "rhino horn", "pangolin", "tiger bone",
            "bear bile", "bushmeat",
            "-lá mật gấu", "-la mat gau", "-cây mật gấu", "-cay mat gau", "-lá cây mật gấu"],
        "law": WILDLIFE,
    },
    {
        "words": ["ma túy", "ma tuy", "cần sa", "can sa", "thuốc phiện", "thuoc phien", "heroin",
                  "cocaine", "thuốc lắc", "cây anh túc", "hạt anh túc", "quả anh túc", "nấm ảo giác",
                  "cannabis", "marijuana", "opium", "magic mushrooms"],
        "law": DRUGS,
    },
    {
        "words": ["thuốc kê đơn", "thuốc bán theo đơn", "thuốc phá thai", "thuốc kích dục",
                  "prescription medicine", "prescription drug", "prescription drugs"],
        "law": MEDICINE,
    },
    {
        "words": ["thuốc lá điện tử", "thuốc lá nung nóng", "bóng cười", "bong cuoi", "khí cười",
                  "shisha", "e-cigarette", "e-cigarettes", "vape", "laughing gas"],
        "law": TOBACCO,
    },
    {
        "words": ["hàng fake", "hàng nhái cao cấp", "super fake", "hàng rep 1 1", "replica 1 1",
                  "hàng nhập lậu", "hàng buôn lậu", "hàng trốn thuế", "smuggled goods",
                  "-không bán hàng nhập lậu", "-nói không với hàng nhập lậu"],
        "law": TRADE,
    },
]  # fmt: skip
"""Two syllables typed without accents may be other words ("nga voi"): those that are surely meant
are listed so as well."""

CLAIMS: list[dict[str, Any]] = [
    {
        "words": ["hữu cơ", "organic", "canh tác hữu cơ",
                  "-phân hữu cơ", "-phân bón hữu cơ", "-chất hữu cơ", "-rác hữu cơ",
                  "-vô cơ hữu cơ", "-organic fertiliser", "-organic fertilizer", "-organic manure",
                  "-organic matter"],
        "scheme": "organic",
        "law": ORGANIC,
    },
    {"words": ["ocop"], "scheme": "ocop", "law": "QĐ 148/QĐ-TTg 2023"},
    {"words": ["vietgap"], "scheme": "vietgap", "law": ADS},
    {"words": ["globalgap", "global gap", "global g a p"], "scheme": "globalgap", "law": ADS},
    {"words": ["haccp"], "scheme": "haccp", "law": ADS},
    {
        "words": ["chỉ dẫn địa lý", "geographical indication"],
        "scheme": "gi",
        "law": "Luật Sở hữu trí tuệ 50/2005/QH11 Điều 129",
    },
    {
        "words": ["nông nghiệp công nghệ cao", "high-tech farm"],
        "scheme": "high_tech",
        "law": "QĐ 19/2018/QĐ-TTg",
    },
    {
        "words": ["giấy phép lữ hành", "travel licence", "licensed tour operator"],
        "scheme": "travel_licence",
        "law": "Luật Du lịch 09/2017/QH14 Điều 31",
    },
]  # fmt: skip

ORIGIN_UNKNOWN: list[dict[str, Any]] = [
    {
        "words": ["không rõ nguồn gốc", "không rõ xuất xứ", "không nguồn gốc", "không nhãn mác",
                  "không hóa đơn", "không tem nhãn", "hàng xách tay", "hàng thanh lý kho",
                  "hàng nhái", "hàng giả", "hàng lậu", "hàng trôi nổi", "hàng cận date", "hết hạn sử dụng",
                  "unknown origin", "no invoice", "without label", "counterfeit", "replica",
                  "-không bán hàng giả", "-không hàng giả", "-nói không với hàng giả",
                  "-không bán hàng nhái"],
        "law": TRADE,
    },
]  # fmt: skip

HEALTH_CLAIMS: list[dict[str, Any]] = [
    {
        "words": ["chữa bệnh", "trị bệnh", "chữa khỏi", "điều trị bệnh", "đặc trị", "chữa ung thư",
                  "trị ung thư", "chữa tiểu đường", "trị tiểu đường", "thay thế thuốc", "thần dược",
                  "cures", "cure cancer", "treats diabetes", "miracle cure",
                  "-thay thế thuốc chữa bệnh",
                  "-không phải là thuốc và không có tác dụng thay thế", "-không thay thế thuốc",
                  "-phòng trị bệnh cho cây", "-trị bệnh cho cây"],
        "law": HEALTH,
    },
]  # fmt: skip

LISTING_RULES: list[tuple[str, Any, str, str, str]] = [
    (
        "listing.protected_fields",
        PROTECTED,
        f"{LABELS}; {ECOMMERCE} Điều 17",
        "H",
        "when: any change | more (things in a list) | origin | words (of listing.words.*) | never; "
        "an edit of these waits for the office, the approved value stays shown",
    ),
    ("listing.words.banned", BANNED, f"{ECOMMERCE} Điều 17(1)(đ)", "C", "refused"),
    ("listing.words.claims", CLAIMS, ADS, "C", "shown to the officer"),
    ("listing.words.origin_unknown", ORIGIN_UNKNOWN, TRADE, "C", "shown to the officer"),
    ("listing.words.health", HEALTH_CLAIMS, HEALTH, "C", "shown to the officer"),
    (
        "listing.picture_pixels",
        {"least": 200, "good": 640},
        "Quy chế của sàn",
        "H",
        "longer side: under `least` refused, under `good` shown to the officer",
    ),
    (
        "listing.picture_likeness",
        {"most_bits": 4, "most_candidates": 200},
        "Quy chế của sàn",
        "H",
        "pictures of two vendors that differ in so many of 64 bits are one; up to 3 are always found",
    ),
]
"""Key, value, legal reference, certainty, note."""
