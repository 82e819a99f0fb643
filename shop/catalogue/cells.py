"""The columns of a vendor's catalogue, one line each: how a value is written and read back.

Columns are those of the office's tables, so that one template serves both. A new field of
listings needs its line in ``catalog.rules.fields`` and one here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from catalog.services.sheets import Entry, Names
from kernel.errors import Invalid
from kernel.i18n import format_day
from kernel.messages import msg
from kernel.quantity import Unit
from kernel.sheets import Value
from shop.importing import columns as c
from shop.importing.columns import Column
from shop.importing.sheets import Sheet
from shop.importing.sheets.base import Values
from shop.importing.sheets.goods import LISTING_CODE, LISTINGS, VARIANTS
from vendors.rules import Scheme

KINDS_AND_UNITS = ("kind", "unit")
"""Chosen once: a table may set them of a new listing only."""


def _plain(value: Any, _names: Names) -> Any:
    return value


def _list(values: list[Any], _names: Names) -> str:
    return "; ".join(str(value) for value in values)


def _day(text: str | None, _names: Names) -> str:
    # As Vietnamese spreadsheets read and write a day.
    return format_day(date.fromisoformat(text)) if text else ""


def _sorted(values: tuple[int, ...], _names: Names) -> list[int]:
    months = sorted(set(values))
    return [] if len(months) == 12 else months


def _schemes(values: tuple[Scheme, ...], _names: Names) -> list[str]:
    return sorted({scheme.value for scheme in values})


def _iso(value: date | None, _names: Names) -> str | None:
    return value.isoformat() if value else None


def _named(kind: str) -> Callable[[Any, Names], str]:
    return lambda value, names: getattr(names, kind).get(value, "") if value else ""


def _id_of(kind: str, column: str, message: str) -> Callable[[Any, Names], str | None]:
    def read(name: str, names: Names) -> str | None:
        if not name:
            return None
        found = names.id_of(kind, name)
        if found is None:
            raise Invalid(message, field=column, code=name, slug=name)
        return found

    return read


@dataclass(frozen=True)
class Cell:
    """One column of listings: the field it belongs to (``lang``: of a text), out and in."""

    column: str
    field: str
    lang: str = ""
    write: Callable[[Any, Names], Value] = _plain
    read: Callable[[Any, Names], Any] = _plain


CELLS: tuple[Cell, ...] = (
    Cell(
        "category",
        "category_id",
        write=_named("shelves"),
        read=_id_of("shelves", "category", msg("There is no category %(slug)s.")),
    ),
    Cell("title_vi", "title", "vi"),
    Cell("title_en", "title", "en"),
    Cell("summary_vi", "summary", "vi"),
    Cell("summary_en", "summary", "en"),
    Cell("description_vi", "description", "vi"),
    Cell("description_en", "description", "en"),
    Cell("piece_name_vi", "piece_name", "vi"),
    Cell("piece_name_en", "piece_name", "en"),
    Cell("price", "price_vnd"),
    Cell("season_months", "season_months", write=_list, read=_sorted),
    Cell("preorder_from", "preorder_from", write=_day, read=_iso),
    Cell("preorder_until", "preorder_until", write=_day, read=_iso),
    Cell("schemes", "schemes", write=_list, read=_schemes),
    Cell(
        "farm_code",
        "farm_id",
        write=_named("farms"),
        read=_id_of("farms", "farm_code", msg("There is no farm %(code)s.")),
    ),
    Cell(
        "lot_code",
        "lot_id",
        write=_named("lots"),
        read=_id_of("lots", "lot_code", msg("There is no lot %(code)s.")),
    ),
)

PACK_CELLS: tuple[Cell, ...] = (
    Cell("price", "price_vnd"),
    Cell("label_vi", "label", "vi"),
    Cell("label_en", "label", "en"),
)
"""Columns of packs besides listing and size, which are what a row is about."""

_LONGER: Mapping[str, Column] = {
    name: Column(name, header, c.text(6000))
    for name, header in (("description_vi", "Mô tả (vi)"), ("description_en", "Mô tả (en)"))
}
VERSION = Column("version", "Phiên bản", c.number(1, 10**9), missing=None)
STOCK_WAS = Column("stock_was", "Tồn kho khi xuất", c.amount)


def _as_read(values: Values) -> Values:
    return dict(values)


def _taken(sheet: Sheet, *names: str) -> tuple[Column, ...]:
    """Return columns of the office's table; only the code must be filled in."""
    known = {column.name: column for column in sheet.columns}
    found = (_LONGER.get(name, known[name]) for name in names)
    return tuple(replace(one, required=one.name in {"listing_code", "size"}) for one in found)


OWN_LISTINGS = Sheet(
    "listings",
    LISTINGS.header,
    also=LISTINGS.also,
    key=("listing_code",),
    columns=(
        *_taken(LISTINGS, "listing_code", "kind", "unit", *(cell.column for cell in CELLS)),
        *_taken(LISTINGS, "stock"),
        STOCK_WAS,
        VERSION,
    ),
    build=_as_read,
    save=None,
)

OWN_PACKS = Sheet(
    "variants",
    VARIANTS.header,
    also=VARIANTS.also,
    key=("listing_code", "size", "label_vi"),
    columns=_taken(VARIANTS, "listing_code", "size", *(cell.column for cell in PACK_CELLS)),
    build=_as_read,
    save=None,
)

OWN_PHOTOS = Sheet(
    "photos",
    "Ảnh",
    also=("Hình ảnh", "pictures"),
    key=("listing_code", "digest"),
    columns=(
        LISTING_CODE,
        Column("digest", "Mã ảnh", c.lower(64), required=True),
        Column("alt_vi", "Mô tả ảnh (vi)", c.text(200)),
        Column("alt_en", "Mô tả ảnh (en)", c.text(200)),
    ),
    build=_as_read,
    save=None,
)

OWN_SHEETS: tuple[Sheet, ...] = (OWN_LISTINGS, OWN_PACKS, OWN_PHOTOS)

_LARGE = {Unit.GRAM: ("kg", "g"), Unit.MILLILITRE: ("l", "ml")}


def write_amount(amount: int | None, unit: Unit | None) -> Value:
    """Write an amount so that it is read back to the gram: 5 kg, 1250 g, 12 pieces."""
    if amount is None or unit is None:
        return ""
    if unit not in _LARGE:
        return amount
    large, small = _LARGE[unit]
    whole, rest = divmod(amount, 1000)
    return f"{whole} {large}" if whole and not rest else f"{amount} {small}"


def write_cell(cell: Cell, values: Mapping[str, Any], names: Names) -> Value:
    """Write one field, or one language of it."""
    value = values.get(cell.field)
    if cell.lang:
        return str((value or {}).get(cell.lang, ""))
    return "" if value is None else cell.write(value, names)


def word_of(entry: Entry, column: str) -> str:
    """Return the kind or the unit of a listing in the words of the table."""
    member: Any = entry.kind if column == "kind" else entry.unit
    return str(member.value) if member is not None else ""
