"""What a basket needs to know of a pack size or an experience."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, Variant
from catalog.rules import ListingKind, ListingState
from catalog.rules.pricing import Priced, Tier, Weight, per_of, read_tiers
from catalog.rules.selling import NO_LIMITS, DeliveryArea, Limits, Preorder
from kernel.quantity import Unit
from traceability.queries.selling import may_be_sold
from vendors.queries.selling import days_away, may_sell


@dataclass(frozen=True)
class Offer:
    """A pack size as it is offered at this moment.

    ``sellable``: listing shown, vendor approved, pack offered and the lot it names not held
    or recalled; how much is left is the bucket's to say, what the lots of a stock say is
    in `catalog.queries.sending`.
    """

    variant_id: str
    listing_id: str
    listing_code: str
    vendor_id: str
    title: dict[str, str]
    label: dict[str, str]
    size: int
    unit: Unit
    price_vnd: int
    bucket_id: str
    art: str
    tint: str
    lot_id: str | None
    by_lots: bool
    piece_name: dict[str, str]
    tiers: tuple[Tier, ...]
    weight: Weight | None
    limits: Limits
    area: DeliveryArea
    area_communes: tuple[str, ...]
    ahead: Preorder
    preorder_bucket_id: str | None
    sellable: bool
    # Days on which the vendor is away: from the first, until the second.
    away_from: date | None
    back_on: date | None

    @property
    def priced(self) -> Priced:
        """Return it with its usual price."""
        return Priced(self.size, self.price_vnd, per_of(self.unit), self.weight)

    def counted_ahead(self, on: date) -> bool:
        """Tell whether it is sold ahead on a day, out of what may be ordered ahead."""
        return self.preorder_bucket_id is not None and self.ahead.is_open(on)


@dataclass(frozen=True)
class ListingHead:
    """A listing in a line: for baskets, bookings and orders."""

    id: str
    code: str
    slug: str
    vendor_id: str
    kind: ListingKind
    title: dict[str, str]
    art: str
    tint: str
    farm_id: str | None
    state: ListingState
    # Shown, and its vendor may sell.
    published: bool
    away_from: date | None
    back_on: date | None
    tiers: tuple[Tier, ...] = ()
    limits: Limits = NO_LIMITS


_SHOWN = sa.and_(Listing.state == ListingState.PUBLISHED, may_sell(Listing.vendor_id))


def offers(session: Session, variant_ids: Collection[str]) -> dict[str, Offer]:
    """Return pack sizes by id, sellable or not (one statement)."""
    if not variant_ids:
        return {}
    rows = session.execute(
        sa.select(
            Variant.id.label("variant_id"),
            Variant.listing_id,
            Listing.code.label("listing_code"),
            Listing.vendor_id,
            Listing.title,
            Variant.label.label("pack_label"),
            Variant.size,
            Listing.unit,
            Variant.price_vnd,
            Listing.bucket_id,
            Listing.art,
            Listing.tint,
            Listing.lot_id,
            Listing.by_lots,
            Listing.piece_name,
            *_TERMS,
            *_WEIGHT,
            sa.and_(
                _SHOWN, Variant.active, sa.or_(Listing.by_lots, may_be_sold(Listing.lot_id))
            ).label("sellable"),
            *days_away(Listing.vendor_id),
        )
        .join(Listing, Listing.id == Variant.listing_id)
        .where(Variant.id.in_(set(variant_ids)))
    )
    return {row.variant_id: _offer(row) for row in rows}


_LIMITS = (Listing.tiers, Listing.order_most, Listing.buyer_most, Listing.buyer_days)
_TERMS = (
    *_LIMITS,
    Listing.area,
    Listing.area_communes,
    Listing.preorder_from,
    Listing.preorder_until,
    Listing.preorder_bucket_id,
    Listing.deliver_from,
    Listing.deliver_until,
)
_WEIGHT = (Variant.least_g, Variant.nominal_g, Variant.most_g, Variant.kilo_vnd)


def weight_of(row: Any) -> Weight | None:
    """Return what a row of a pack weighs, if it is weighed later."""
    if row.kilo_vnd is None:
        return None
    return Weight(row.least_g, row.nominal_g, row.most_g, row.kilo_vnd)


def limits_of(row: Any) -> Limits:
    """Return how much of a row's listing one may have."""
    return Limits(row.order_most, row.buyer_most, row.buyer_days)


def ahead_of(row: Any, cap: int | None = None) -> Preorder:
    """Return when a row's listing is ordered ahead and brought."""
    return Preorder(row.preorder_from, row.preorder_until, cap, row.deliver_from, row.deliver_until)


_OFFERED = (
    "variant_id", "listing_id", "listing_code", "vendor_id", "title", "size", "unit", "price_vnd",
    "bucket_id", "art", "tint", "lot_id", "by_lots", "piece_name", "area", "preorder_bucket_id",
    "sellable", "away_from", "back_on",
)  # fmt: skip


def _offer(row: Any) -> Offer:
    return Offer(
        **{name: getattr(row, name) for name in _OFFERED},
        label=row.pack_label,
        tiers=read_tiers(row.tiers),
        weight=weight_of(row),
        limits=limits_of(row),
        area_communes=tuple(row.area_communes),
        ahead=ahead_of(row),
    )


def listing_heads(session: Session, listing_ids: Collection[str]) -> dict[str, ListingHead]:
    """Return listings in any state by id (one statement)."""
    return _heads(session, Listing.id.in_(set(listing_ids))) if listing_ids else {}


def listing_of(session: Session, *, vendor_id: str, code: str) -> ListingHead | None:
    """Return a vendor's own listing in any state."""
    found = _heads(session, sa.and_(Listing.code == code, Listing.vendor_id == vendor_id))
    return next(iter(found.values()), None)


def listing_ids_by_code(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Return listings' ids by the codes of an import."""
    if not codes:
        return {}
    rows = session.execute(sa.select(Listing.code, Listing.id).where(Listing.code.in_(set(codes))))
    return {row.code: row.id for row in rows}


def _heads(session: Session, wanted: sa.ColumnElement[bool]) -> dict[str, ListingHead]:
    rows = session.execute(
        sa.select(
            Listing.id,
            Listing.code,
            Listing.slug,
            Listing.vendor_id,
            Listing.kind,
            Listing.title,
            Listing.art,
            Listing.tint,
            Listing.farm_id,
            Listing.state,
            _SHOWN.label("published"),
            *_LIMITS,
            *days_away(Listing.vendor_id),
        ).where(wanted)
    )
    return {row.id: _head(row) for row in rows}


def _head(row: Any) -> ListingHead:
    values = dict(row._mapping)
    for name in ("order_most", "buyer_most", "buyer_days"):
        del values[name]
    return ListingHead(**values | {"tiers": read_tiers(row.tiers), "limits": limits_of(row)})
