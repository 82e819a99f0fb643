"""A catalogue as files: a workbook of three sheets, or the same three tables as CSV."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence

from catalog.services.sheets import Book, Entry
from kernel import sheets
from kernel.sheets import Value
from shop.catalogue.cells import (
    CELLS,
    OWN_SHEETS,
    PACK_CELLS,
    At,
    word_of,
    write_amount,
    write_cell,
)
from shop.importing.sheets import Sheet

Row = Sequence[Value]
_SIGNS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def as_workbook(book: Book) -> bytes:
    """Return the catalogue as .xlsx."""
    return sheets.as_book((sheet.header, _heads(sheet), rows) for sheet, rows in _tables(book))


def as_csv_files(book: Book) -> bytes:
    """Return the catalogue as a .zip of .csv files, one a table."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet, rows in _tables(book):
            archive.writestr(f"{sheet.name}.csv", sheets.as_csv(_heads(sheet), rows))
    return out.getvalue()


def listing_cells(entry: Entry, book: Book) -> dict[str, Value]:
    """Return what stands in the row of a listing, by column."""
    stock, at = write_amount(entry.on_hand, entry.unit), At(book.names, entry.unit)
    return {
        "listing_code": entry.code,
        "kind": word_of(entry, "kind"),
        "unit": word_of(entry, "unit"),
        **{cell.column: write_cell(cell, entry.values, at) for cell in CELLS},
        "stock": stock,
        "stock_was": stock,
        "version": entry.version,
    }


def pack_cells(entry: Entry, book: Book) -> list[dict[str, Value]]:
    """Return what stands in the rows of the packs of a listing."""
    at = At(book.names, entry.unit)
    return [
        {
            "listing_code": entry.code,
            "size": write_amount(pack["size"], entry.unit),
            **{cell.column: write_cell(cell, pack, at) for cell in PACK_CELLS},
        }
        for pack in entry.values["packs"]
    ]


def photo_cells(entry: Entry) -> list[dict[str, Value]]:
    """Return what stands in the rows of the pictures of a listing."""
    return [
        {
            "listing_code": entry.code,
            "digest": photo["digest"],
            "alt_vi": photo["alt"].get("vi", ""),
            "alt_en": photo["alt"].get("en", ""),
        }
        for photo in entry.values["photos"]
    ]


def _tables(book: Book) -> Iterable[tuple[Sheet, list[Row]]]:
    listings = [listing_cells(entry, book) for entry in book.entries]
    packs = [row for entry in book.entries for row in pack_cells(entry, book)]
    photos = [row for entry in book.entries for row in photo_cells(entry)]
    for sheet, rows in zip(OWN_SHEETS, (listings, packs, photos), strict=True):
        yield sheet, [[_unbroken(row[column.name]) for column in sheet.columns] for row in rows]


def _heads(sheet: Sheet) -> list[str]:
    return [column.header for column in sheet.columns]


def _unbroken(value: Value) -> Value:
    """Return a text with one kind of line ends and without signs that no file holds."""
    if not isinstance(value, str):
        return value
    return _SIGNS.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
