"""The columns of a vendor's catalogue, one line each: how a value is written and read back.

Columns are those of the office's tables, so that one template serves both. A new field of
listings needs its line in ``catalog.rules.fields`` and one here.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from catalog.rules.label import LabelField
from catalog.services.sheets import Entry, Names
from kernel.errors import Invalid
from kernel.i18n import format_day
from kernel.messages import msg
from kernel.quantity import Unit
from kernel.sheets import Value
from shop.importing import columns as c
from shop.importing.columns import Column
from shop.importing.sheets import Sheet
from shop.importing.sheets.base import Values, quantity
from shop.importing.sheets.goods import LISTING_CODE, LISTINGS, VARIANTS
from shop.importing.sheets.terms import TERMS, price_steps
from vendors.rules import Scheme

CHOSEN_ONCE = ("kind", "unit", "by_weight")
"""Chosen once: a table may set them of a new listing only."""


@dataclass(frozen=True)
class At:
    """What a cell hangs on: names of ids, and the unit of its listing."""

    names: Names
    unit: Unit | None


def _plain(value: Any, _at: At) -> Any:
    return value


def _list(values: list[Any], _at: At) -> str:
    return "; ".join(str(value) for value in values)


def _day(text: str | None, _at: At) -> str:
    # As Vietnamese spreadsheets read and write a day.
    return format_day(date.fromisoformat(text)) if text else ""


def _sorted(values: tuple[int, ...], _at: At) -> list[int]:
    months = sorted(set(values))
    return [] if len(months) == 12 else months


def _schemes(values: tuple[Scheme, ...], _at: At) -> list[str]:
    return sorted({scheme.value for scheme in values})


def _iso(value: date | None, _at: At) -> str | None:
    return value.isoformat() if value else None


def _named(kind: str) -> Callable[[Any, At], str]:
    return lambda value, at: getattr(at.names, kind).get(value, "") if value else ""


def _id_of(kind: str, column: str, message: str) -> Callable[[Any, At], str | None]:
    def read(name: str, at: At) -> str | None:
        if not name:
            return None
        found = at.names.id_of(kind, name)
        if found is None:
            raise Invalid(message, field=column, code=name, slug=name)
        return found

    return read


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


def _flag(value: bool, _at: At) -> str:  # noqa: FBT001 - a value like any other
    return "có" if value else ""


def _write_amount(value: int, at: At) -> Value:
    return write_amount(value, at.unit or Unit.PIECE)


def _read_amount(column: str) -> Callable[[Any, At], int | None]:
    return lambda words, at: quantity(words, at.unit or Unit.PIECE, column) if words else None


def _write_grams(value: int, _at: At) -> Value:
    return write_amount(value, Unit.GRAM)


def _read_grams(column: str) -> Callable[[Any, At], int | None]:
    return lambda words, _at: quantity(words, Unit.GRAM, column) if words else None


def _write_steps(steps: list[list[int]], at: At) -> str:
    return "; ".join(f"{_write_amount(least, at)}: {price}" for least, price in steps)


def _read_steps(words: str, at: At) -> list[list[int]]:
    unit = at.unit or Unit.PIECE
    return [[quantity(least, unit, "tiers"), price] for least, price in price_steps(words)]


def _member(value: Any, _at: At) -> Any:
    return value.value


def _members(values: tuple[Any, ...], _at: At) -> list[str]:
    return sorted(value.value for value in values)


def _keys(values: tuple[str, ...], _at: At) -> list[str]:
    return sorted(set(values))


def _write_facts(values: Mapping[str, Any], _at: At) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True) if values else ""


def _read_facts(words: str, _at: At) -> dict[str, Any]:
    try:
        found = json.loads(words) if words else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Invalid(
            msg('Write attributes by key as an export does: {"giong": {"vi": "…"}}.'),
            field="attributes",
        )
    return found


@dataclass(frozen=True)
class Cell:
    """One column: the field it belongs to (``keys``: a part of it), out and in again."""

    column: str
    field: str
    keys: tuple[str, ...] = ()
    write: Callable[[Any, At], Value] = _plain
    read: Callable[[Any, At], Any] = _plain


CELLS: tuple[Cell, ...] = (
    Cell(
        "category",
        "category_id",
        write=_named("shelves"),
        read=_id_of("shelves", "category", msg("There is no category %(slug)s.")),
    ),
    Cell("title_vi", "title", ("vi",)),
    Cell("title_en", "title", ("en",)),
    Cell("summary_vi", "summary", ("vi",)),
    Cell("summary_en", "summary", ("en",)),
    Cell("description_vi", "description", ("vi",)),
    Cell("description_en", "description", ("en",)),
    Cell("piece_name_vi", "piece_name", ("vi",)),
    Cell("piece_name_en", "piece_name", ("en",)),
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
    Cell("by_weight", "by_weight", write=_flag),
    Cell("tiers", "tiers", write=_write_steps, read=_read_steps),
    Cell("order_most", "order_most", write=_write_amount, read=_read_amount("order_most")),
    Cell("buyer_most", "buyer_most", write=_write_amount, read=_read_amount("buyer_most")),
    Cell("buyer_days", "buyer_days"),
    Cell("preorder_cap", "preorder_cap", write=_write_amount, read=_read_amount("preorder_cap")),
    Cell("deliver_from", "deliver_from", write=_day, read=_iso),
    Cell("deliver_until", "deliver_until", write=_day, read=_iso),
    Cell("area", "area", read=_member),
    Cell("area_communes", "area_communes", write=_list, read=_keys),
    Cell("allergens", "allergens", write=_list, read=_members),
    Cell("safety_vi", "safety", ("vi",)),
    Cell("safety_en", "safety", ("en",)),
    Cell("attributes", "attributes", write=_write_facts, read=_read_facts),
    *(
        Cell(f"label_{one.value}_{lang}", "label", (one.value, lang))
        for one in LabelField
        for lang in ("vi", "en")
    ),
)

PACK_CELLS: tuple[Cell, ...] = (
    Cell("price", "price_vnd"),
    Cell("label_vi", "label", ("vi",)),
    Cell("label_en", "label", ("en",)),
    Cell("kilo_price", "kilo_vnd"),
    Cell("weight_least", "least_g", write=_write_grams, read=_read_grams("weight_least")),
    Cell("weight_nominal", "nominal_g", write=_write_grams, read=_read_grams("weight_nominal")),
    Cell("weight_most", "most_g", write=_write_grams, read=_read_grams("weight_most")),
)
"""Columns of packs besides listing and size, which are what a row is about."""

_LONGER: Mapping[str, Column] = {
    name: Column(name, header, c.text(6000))
    for name, header in (
        ("description_vi", "Mô tả (vi)"),
        ("description_en", "Mô tả (en)"),
        ("attributes", "Thuộc tính"),
    )
}
VERSION = Column("version", "Phiên bản", c.number(1, 10**9), missing=None)
STOCK_WAS = Column("stock_was", "Tồn kho khi xuất", c.amount)


def _as_read(values: Values) -> Values:
    return dict(values)


def _taken(sheets: tuple[Sheet, ...], *names: str) -> tuple[Column, ...]:
    """Return columns of the office's tables; only the code must be filled in."""
    known = {column.name: column for sheet in reversed(sheets) for column in sheet.columns}
    found = (_LONGER.get(name) or known[name] for name in names)
    return tuple(replace(one, required=one.name in {"listing_code", "size"}) for one in found)


_TABLES = (LISTINGS, TERMS)

OWN_LISTINGS = Sheet(
    "listings",
    LISTINGS.header,
    also=LISTINGS.also,
    key=("listing_code",),
    columns=(
        *_taken(_TABLES, "listing_code", "kind", "unit", *(cell.column for cell in CELLS)),
        *_taken(_TABLES, "stock"),
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
    columns=_taken((VARIANTS,), "listing_code", "size", *(cell.column for cell in PACK_CELLS)),
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


def write_cell(cell: Cell, values: Mapping[str, Any], at: At) -> Value:
    """Write one field, or a part of it."""
    value = values.get(cell.field)
    for key in cell.keys:
        value = (value or {}).get(key)
    return "" if value is None else cell.write(value, at)


def put(values: dict[str, Any], cell: Cell, value: Any) -> None:
    """Write one field, or a part of it; parts that are empty go."""
    values[cell.field] = _with(values.get(cell.field), cell.keys, value)


def _with(whole: Any, keys: tuple[str, ...], value: Any) -> Any:
    if not keys:
        return value
    parts = dict(whole or {})
    parts[keys[0]] = _with(parts.get(keys[0]), keys[1:], value)
    return {key: part for key, part in parts.items() if part}


def word_of(entry: Entry, column: str) -> str:
    """Return the kind or the unit of a listing in the words of the table."""
    member: Any = entry.kind if column == "kind" else entry.unit
    return str(member.value) if member is not None else ""
