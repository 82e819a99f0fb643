"""What a vendor writes of a listing, one line a field: for history, restoring, copies and tables.

A new field of ``ListingDraft`` needs its line here and is then kept in every revision,
restored, copied into a duplicate and compared.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from vendors.rules import Scheme


def _same(value: Any) -> Any:
    return value


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _schemes(values: list[str]) -> tuple[Scheme, ...]:
    return tuple(Scheme(value) for value in values)


@dataclass(frozen=True)
class Field:
    """A field of a listing: to JSON (``keep``) and back into a draft (``give``)."""

    name: str
    keep: Callable[[Any], Any] = _same
    give: Callable[[Any], Any] = _same
    # Only experiences have it: of goods it follows from the packs.
    of_visits: bool = False


FIELDS: tuple[Field, ...] = (
    Field("title"),
    Field("summary"),
    Field("description"),
    Field("category_id"),
    Field("piece_name"),
    Field("season_months", list, tuple),
    Field("preorder_from", _iso, _day),
    Field("preorder_until", _iso, _day),
    Field("schemes", list, _schemes),
    Field("farm_id"),
    Field("lot_id"),
    Field("price_vnd", of_visits=True),
)

PACK_FIELDS: tuple[Field, ...] = (
    Field("size"),
    Field("price_vnd"),
    Field("label"),
)


def fields_of(*, is_visit: bool) -> tuple[Field, ...]:
    """Return the fields of an experience, or of goods."""
    return tuple(field for field in FIELDS if is_visit or not field.of_visits)
