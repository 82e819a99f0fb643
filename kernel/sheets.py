"""Tables for the office's own programs: XLSX, and CSV that opens there with its letters right."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import cast

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Return a table as CSV: UTF-8 with a byte order mark; nothing in it is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(heads)
    writer.writerows([_plain(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(title: str, heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Return a table as a workbook of one sheet, its head in bold and kept in sight."""
    book = Workbook()
    sheet = cast(Worksheet, book.active)
    sheet.title = title[:31]
    sheet.append(list(heads))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append([_plain(value) for value in row])
    for number, head in enumerate(heads, 1):
        sheet.column_dimensions[get_column_letter(number)].width = max(12, len(head) + 4)
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _plain(value: Value) -> Value:
    """Return a value that a spreadsheet program shows and does not run."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
