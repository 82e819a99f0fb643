"""Rules of labels: what goods of a kind must say before they are shown, and what then waits.

Fields are those of catalog.rules.label. What varies from batch to batch (days, lots) may stand
as a wording ("see the bottom of the tin"); a farm or lot that is linked says the origin, of
produce the commune does.
"""

from typing import Any

LABELS = "NĐ 37/2026/NĐ-CP (thay NĐ 43/2017/NĐ-CP, sửa đổi NĐ 111/2021/NĐ-CP)"
FOOD = f"{LABELS}; NĐ 15/2018/NĐ-CP Điều 4 (tự công bố)"

PROTECTED_LABEL: dict[str, dict[str, Any]] = {
    "label": {
        "when": "any",
        "why": {
            "vi": "Nội dung nhãn là điều Sở đã xem: sửa nhãn thì Sở xem lại trước.",
            "en": "What the label says was approved: a change of it is looked at first.",
        },
    },
    "allergens": {
        "when": "fewer",
        "why": {
            "vi": "Bớt một chất gây dị ứng có thể hại người mua nên phải chờ; thêm thì hiện ngay.",
            "en": "An allergen less may harm a buyer and waits; one more is shown at once.",
        },
    },
}

LABEL_RULES: list[tuple[str, Any, str, str, str]] = [
    ("listing.label.produce", ["origin"], LABELS, "B", "fresh goods are weighed before the buyer"),
    (
        "listing.label.processed",
        [
            "origin", "net_quantity", "ingredients", "produced", "expiry", "storage", "usage",
            "declaration",
        ],
        FOOD,
        "B",
        "who is responsible is known from the register",
    ),
    ("listing.label.craft", ["origin", "material"], LABELS, "B", ""),
    (
        "listing.protected_label",
        PROTECTED_LABEL,
        f"{LABELS}; Luật Thương mại điện tử 122/2025/QH15 Điều 17",
        "H",
        "when: as in listing.protected_fields, or fewer (things in a list)",
    ),
]  # fmt: skip
"""Key, value, legal reference, certainty, note."""
