"""Rules of the search log: how long the market remembers what was searched for."""

from typing import Any

_DATA = "Luật 91/2025/QH15 Điều 3"

SEARCHING: list[tuple[str, Any, str, str, str]] = [
    (
        "search.rare_below",
        3,
        _DATA,
        "H",
        "a query searched for less often, in all, may tell of one person",
    ),
    ("search.rare_days", 30, _DATA, "H", "days without another search before it is deleted"),
    ("search.log_days", 730, _DATA, "H", "two seasons of each fruit can be compared"),
]
"""Key, value, legal reference, certainty, note."""
