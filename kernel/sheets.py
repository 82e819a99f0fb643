"""Tables for people's own programs: XLSX, and CSV that opens there with its letters right."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import cast

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
_RUNS = re.compile(r"'*[=+\-@\t\r]")
"""How a text begins that a program would run, or that begins as we write such a text."""
_ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Rows = Iterable[Sequence[Value]]


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Return a table as CSV: UTF-8 with a byte order mark; nothing in it is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(heads)
    writer.writerows([_plain(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(title: str, heads: Sequence[str], rows: Rows) -> bytes:
    """Return a table as a workbook of one sheet, its head in bold and kept in sight."""
    return as_book([(title, heads, rows)])


def as_book(tables: Iterable[tuple[str, Sequence[str], Rows]]) -> bytes:
    """Return tables (title, head, rows) as the sheets of a workbook."""
    book = Workbook()
    book.remove(cast(Worksheet, book.active))
    for title, heads, rows in tables:
        _fill(book.create_sheet(title[:31]), heads, rows)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(sheet: Worksheet, heads: Sequence[str], rows: Rows) -> None:
    sheet.append(list(heads))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append([_for_xml(_plain(value)) for value in row])
        for cell in sheet[sheet.max_row]:
            # Else "#N/A" would be an error and not a text.
            if isinstance(cell.value, str):
                cell.data_type = "s"
    for number, head in enumerate(heads, 1):
        sheet.column_dimensions[get_column_letter(number)].width = max(12, len(head) + 4)
    sheet.freeze_panes = "A2"


def _plain(value: Value) -> Value:
    """Return a value that a spreadsheet program shows and does not run (see ``as_written``)."""
    return f"'{value}" if isinstance(value, str) and _RUNS.match(value) else value


def as_written(text: str) -> str:
    """Return a text of a table as it was before the table was made: without our apostrophe."""
    return text[1:] if text.startswith("'") and _RUNS.match(text) else text


def _for_xml(value: Value) -> Value:
    """Return a value whose text is itself in a workbook: "_x0041_" would be read as a letter."""
    if not isinstance(value, str):
        return value
    kept = _NO_XML.sub("", value)
    return _ESCAPED.sub(lambda found: f"_x005F{found[0]}", kept)
