"""What a vendor writes of a listing, one line a field: for history, restoring, copies and tables.

A new field of ``ListingDraft`` needs its line here and is then kept in every revision,
restored, copied into a duplicate and compared.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from catalog.rules.pricing import Tier
from catalog.rules.selling import DeliveryArea
from vendors.rules import Scheme


def _same(value: Any) -> Any:
    return value


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _value(member: Any) -> Any:
    return member.value if isinstance(member, Enum) else member


def _schemes(values: list[str]) -> tuple[Scheme, ...]:
    return tuple(Scheme(value) for value in values)


def _tiers(steps: list[list[int]]) -> tuple[Tier, ...]:
    return tuple(Tier(least, price_vnd) for least, price_vnd in steps)


@dataclass(frozen=True)
class Field:
    """A field of a listing: to JSON (``keep``) and back into a draft (``give``)."""

    name: str
    keep: Callable[[Any], Any] = _same
    give: Callable[[Any], Any] = _same
    # Only experiences have it: of goods it follows from the packs.
    of_visits: bool = False
    # It stands among the terms of sale of a draft.
    of_terms: bool = False


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
    Field("by_weight"),
    Field("tiers", list, _tiers, of_terms=True),
    Field("order_most", of_terms=True),
    Field("buyer_most", of_terms=True),
    Field("buyer_days", of_terms=True),
    # The size of a bucket, handed in by whoever reads.
    Field("preorder_cap", of_terms=True),
    Field("deliver_from", _iso, _day, of_terms=True),
    Field("deliver_until", _iso, _day, of_terms=True),
    Field("area", _value, DeliveryArea, of_terms=True),
    Field("area_communes", list, tuple, of_terms=True),
    Field("label", of_terms=True),
    Field("allergens", list, tuple, of_terms=True),
    Field("safety", of_terms=True),
    Field("attributes"),
)

PACK_FIELDS: tuple[Field, ...] = (
    Field("size"),
    Field("price_vnd"),
    Field("label"),
    Field("kilo_vnd"),
    Field("least_g"),
    Field("nominal_g"),
    Field("most_g"),
)
"""Fields of a pack; those of its weight stand together or not at all."""


def fields_of(*, is_visit: bool) -> tuple[Field, ...]:
    """Return the fields of an experience, or of goods."""
    return tuple(field for field in FIELDS if is_visit or not field.of_visits)
