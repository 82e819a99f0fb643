"""A season's book as PDF: the same bytes for the same words."""

import json
from pathlib import Path

import typst

from shop.exchange.book import Book, Section

_HERE = Path(__file__).parent
FONTS = _HERE.parents[1] / "build" / "fonts"
LEAST_WIDTH, MOST_WIDTH = 6, 26


def pdf_of(book: Book, *, lang: str, foot: str, nothing: str) -> bytes:
    """Set a book on A4 pages; ``foot`` stands below each, ``nothing`` in an empty table."""
    data = {
        "title": book.title,
        "lang": lang,
        "foot": foot,
        "nothing": nothing,
        "facts": book.facts,
        "sections": [_plain(section) for section in book.sections],
    }
    return typst.compile(
        _HERE / "book.typ",
        format="pdf",
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=0,
    )


def _plain(section: Section) -> dict[str, object]:
    rows = [["" if cell is None else str(cell) for cell in row] for row in section.rows]
    columns = list(zip(section.heads, *rows, strict=True))
    return {
        "title": section.title,
        "heads": section.heads,
        "rows": rows,
        # As wide as what stands in it, within reason.
        "widths": [
            min(max(LEAST_WIDTH, *(len(cell) for cell in column)), MOST_WIDTH) for column in columns
        ],
    }
