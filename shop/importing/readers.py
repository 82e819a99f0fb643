"""Bytes of a file to tables of cells that know where they stand; nothing is understood yet."""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import PurePath

from python_calamine import CalamineWorkbook

from kernel.messages import msg
from kernel.text import nfc
from shop.importing.problems import BadFile

Cell = str | int | float | bool | date | datetime | time | timedelta | None

MOST_BYTES = 50 * 2**20
MOST_UNPACKED = 400 * 2**20
MOST_ROWS = 200_000
MOST_COLUMNS = 200
LONGEST_CELL = 100_000

_REFERENCE = re.compile(rb'<c [^>]*?r="([A-Z]{1,4})([0-9]{1,9})"')
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml")


@dataclass(frozen=True)
class Row:
    """One row; ``number`` as a spreadsheet counts it, from 1."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """The rows of one sheet that hold something, and its merged ranges such as ``B2:B5``."""

    file: str
    sheet: str
    rows: tuple[Row, ...]
    merged: tuple[str, ...] = ()


def read_tables(file: str, data: bytes) -> list[Table]:
    """Read every table of a file: the sheets of an .xlsx, the one table of a .csv.

    :raises BadFile: for whatever cannot be read, saying what to do about it.
    """
    if len(data) > MOST_BYTES:
        raise BadFile(msg("The file is larger than %(most)s MB."), most=MOST_BYTES // 2**20)
    if PurePath(file).suffix.lower() in {".xlsx", ".xlsm"}:
        return _read_workbook(file, data)
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise BadFile(msg("This is a spreadsheet: give it the ending .xlsx."))
    return [_read_csv(file, data)]


def _read_csv(file: str, data: bytes) -> Table:
    text = decode(data)
    separator, body = _separator(text)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
    found: list[Row] = []
    number = 1 if body is not text else 0
    try:
        for cells in reader:
            number += 1
            _need_size(number, len(cells))
            found += _kept(number, [_text(cell) for cell in cells])
    except csv.Error:
        raise BadFile(
            msg("Row %(row)s cannot be taken apart: look for a quotation mark too many."),
            row=number + 1,
        ) from None
    return Table(file, "", tuple(found))


def decode(data: bytes) -> str:
    """Return the text of a CSV file: UTF-8, UTF-16 or windows-1258, composed (NFC).

    :raises BadFile: when it is none of these.
    """
    try:
        text = data.decode(_encoding(data))
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text or "\x1a" in text.rstrip("\x1a"):
        raise BadFile(
            msg("The letters cannot be read. Save the file as CSV UTF-8 (in Excel: Save as).")
        )
    return nfc(text.removeprefix("\ufeff").rstrip("\x1a"))


def _encoding(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = data[:2000]
    if head.count(b"\0") * 3 > len(head):
        return "utf-16-le" if head[1::2].count(b"\0") > head[::2].count(b"\0") else "utf-16-be"
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "windows-1258"
    return "utf-8-sig"


def _separator(text: str) -> tuple[str, str]:
    """Return what stands between cells, and the text without Excel's ``sep=;`` line."""
    told = re.match(r"sep=([,;\t])\r?\n", text)
    if told:
        return told[1], text[told.end() :]
    lines = (re.sub(r'"[^"]*"', "", line) for line in text.splitlines())
    head = next((line for line in lines if line.strip(",;\t ")), "")
    return max(",;\t", key=head.count), text


def tidy(cell: str) -> str:
    """Return a text as every table is read: composed, without spaces that only look like one."""
    return _text(nfc(cell))


def _text(cell: str) -> str:
    return cell.replace("\u00a0", " ").replace("\u202f", " ").strip()


def _read_workbook(file: str, data: bytes) -> list[Table]:
    _check_parts(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [_read_sheet(file, book, name) for name in book.sheet_names]
    except (BadFile, KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - the parser is native code: a panic is no Exception
        raise BadFile(msg("This is not a whole Excel file. Open it and save it again.")) from None


def _check_parts(data: bytes) -> None:
    """Refuse what is no .xlsx, and what would unpack into more than a machine holds."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _need_unpacked(sum(part.file_size for part in archive.infolist()))
            for part in archive.namelist():
                if _SHEET_PART.fullmatch(part):
                    _check_references(archive.read(part))
    except BadFile:
        raise
    except Exception:  # noqa: BLE001 - a broken archive fails in many ways, all of them mean this
        raise BadFile(msg("This is not a whole Excel file. Open it and save it again.")) from None


def _need_unpacked(size: int) -> None:
    if size > MOST_UNPACKED:
        raise BadFile(msg("The file is larger than %(most)s MB."), most=MOST_BYTES // 2**20)


def _check_references(sheet: bytes) -> None:
    for column, row in _REFERENCE.findall(sheet):
        if len(column) > 2 or int(row) > MOST_ROWS:
            _need_size(int(row), _column_number(column.decode()))


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _read_sheet(file: str, book: CalamineWorkbook, name: str) -> Table:
    sheet = book.get_sheet_by_name(name)
    found: list[Row] = []
    for number, cells in enumerate(sheet.to_python(skip_empty_area=False), 1):
        _need_size(number, len(cells))
        found += _kept(number, [_plain(cell) for cell in cells])
    merged = tuple(_range(start, end) for start, end in sheet.merged_cell_ranges or ())
    return Table(file, nfc(name), tuple(found), merged)


def _plain(cell: object) -> Cell:
    if isinstance(cell, str):
        return tidy(cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return int(cell)
    if isinstance(cell, int | float | bool | date | datetime | time | timedelta):
        return cell
    return None


def _range(start: tuple[int, int], end: tuple[int, int]) -> str:
    return f"{column_letters(start[1])}{start[0] + 1}:{column_letters(end[1])}{end[0] + 1}"


def column_letters(index: int) -> str:
    """Return what a spreadsheet calls a column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _kept(number: int, cells: Sequence[Cell]) -> Iterator[Row]:
    """Give the row unless it is empty; empty cells become None."""
    plain = tuple(None if cell == "" else cell for cell in cells)
    if any(cell is not None for cell in plain):
        if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in plain):
            raise BadFile(msg("Row %(row)s holds a text that is far too long."), row=number)
        yield Row(number, plain)


def _need_size(rows: int, columns: int) -> None:
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        raise BadFile(
            msg("A table has at most %(rows)s rows and %(columns)s columns."),
            rows=MOST_ROWS,
            columns=MOST_COLUMNS,
        )
