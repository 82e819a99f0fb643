"""Rules of farm diaries: banned substances, what counts as the same land."""

from datetime import date
from typing import Any

from kernel.rules_seed.law import HOUSE

_LIST = "Danh mục thuốc BVTV cấm sử dụng (Luật BV&KDTV 41/2013/QH13; thông tư hằng năm)"
_EARLIER = ["paraquat", "2,4-D", "carbendazim", "benomyl", "thiophanate-methyl", "trichlorfon"]
_LATER = [*_EARLIER, "chlorpyrifos ethyl", "chlorpyrifos", "fipronil", "glyphosate"]

DIARY: list[tuple[str, Any, date, str, str, date | None, str]] = [
    (
        "diary.banned_ingredients",
        _EARLIER,
        date(2000, 1, 1),
        _LIST,
        "U",
        date(2021, 7, 1),
        "background, to be checked with the yearly list; earlier days than its decisions are kept too",
    ),
    (
        "diary.banned_ingredients",
        _LATER,
        date(2021, 7, 1),
        _LIST,
        "U",
        None,
        "background, to be checked with the yearly list",
    ),
    (
        "diary.overlap_percent",
        2,
        date(2000, 1, 1),
        HOUSE,
        "H",
        None,
        "percent of the smaller plot: borders walked with a phone lie over each other a little",
    ),
]
"""Key, value, first day, legal reference, certainty, first day without it, note."""
