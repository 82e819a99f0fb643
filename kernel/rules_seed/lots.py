"""Rules of lots: when the office looks at what is missing."""

from typing import Any

LOTS: list[tuple[str, Any, str, str, str]] = [
    (
        "lot.balance_tolerance_percent",
        5,
        "Quy chế của sàn",
        "H",
        "of what a lot was made with, so much may be missing before it is on the watch list",
    ),
]
"""Key, value, legal reference, certainty, note."""
