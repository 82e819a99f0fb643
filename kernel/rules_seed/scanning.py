"""Rules of scans: how long they are kept, and from where on they are signs of copied labels."""

from typing import Any

_DATA = "Luật 91/2025/QH15 Điều 3"
_HOUSE = "Quy tắc của sàn; NĐ 37/2026/NĐ-CP (chống hàng giả qua truy xuất nguồn gốc)"

SCANNING: list[tuple[str, Any, str, str, str]] = [
    ("scan.log_days", 180, _DATA, "H", "the life of fresh and dried goods"),
    ("scan.serial_scans", 20, _HOUSE, "H", "scans of one number: more than a family makes"),
    ("scan.serial_devices", 8, _HOUSE, "H", "telephones that scanned one number, counted by day"),
    ("scan.speed_kmh", 900, _HOUSE, "H", "no aeroplane is faster between two places"),
    (
        "scan.before_sent_hours",
        24,
        _HOUSE,
        "H",
        "hours after which goods sent off are in the books",
    ),
    ("scan.after_sold_days", 90, _HOUSE, "H", "days after the sale: the goods are eaten by then"),
    ("scan.sweep_serials", 30, _HOUSE, "H", "numbers that one telephone scans on one day"),
    ("scan.lot_percent", 300, _HOUSE, "H", "scans of a lot per hundred labels that were made"),
    ("scan.wrong_codes", 5, _HOUSE, "H", "wrong secret codes for one label: slips are corrected"),
    (
        "scan.region",
        {"south": 8, "north": 24, "west": 102, "east": 115},
        _HOUSE,
        "H",
        "where goods are sold, in whole degrees: Viet Nam with its islands",
    ),
]
"""Key, value, legal reference, certainty, note."""
