"""Rules of site visits: what is looked at, how long before it is told."""

from typing import Any

LINES: list[dict[str, str]] = [
    {
        "key": "place",
        "vi": "Địa điểm đúng với hồ sơ",
        "en": "The place is the one of the dossier",
    },
    {
        "key": "identity",
        "vi": "Người đứng tên và giấy đăng ký khớp với hồ sơ",
        "en": "Who answers, and the registration, match the dossier",
    },
    {
        "key": "production",
        "vi": "Có sản xuất, kinh doanh đúng mặt hàng đã khai",
        "en": "What was declared is really grown or made here",
    },
    {
        "key": "hygiene",
        "vi": "Vệ sinh, nguồn nước, kho chứa, dụng cụ",
        "en": "Hygiene, water, storage, tools",
    },
    {
        "key": "diary",
        "vi": "Nhật ký sản xuất, thuốc và phân bón, thời gian cách ly",
        "en": "Diary, pesticides and fertiliser, pre-harvest interval",
    },
    {
        "key": "labels",
        "vi": "Nhãn hàng, mã truy xuất, chứng nhận đang dùng",
        "en": "Labels, trace codes, certificates in use",
    },
]

VISITS: list[tuple[str, Any, str, str, str]] = [
    (
        "visit.lines",
        LINES,
        "NĐ 15/2018/NĐ-CP; Thông tư 38/2018/TT-BNNPTNT",
        "C",
        "what inspectors look at, each with its own finding",
    ),
    (
        "visit.notice_working_days",
        2,
        "Quy chế của sàn",
        "H",
        "working days between the notice of a visit and its day",
    ),
    ("visit.photos_most", 30, "Quy chế của sàn", "H", "photos of one visit"),
]
"""Key, value, legal reference, certainty, note."""
