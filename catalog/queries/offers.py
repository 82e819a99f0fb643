"""What a basket needs to know of a pack size or an experience."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, Variant
from catalog.rules import ListingKind, ListingState
from kernel.quantity import Unit
from traceability.queries.selling import may_be_sold
from vendors.queries.selling import days_away, may_sell


@dataclass(frozen=True)
class Offer:
    """A pack size as it is offered at this moment.

    ``sellable``: listing shown, vendor approved, pack offered and lot not held or
    recalled; how much is left is the bucket's to say.
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
    sellable: bool
    # Days on which the vendor is away: from the first, until the second.
    away_from: date | None
    back_on: date | None


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
            Variant.label.label("label"),
            Variant.size,
            Listing.unit,
            Variant.price_vnd,
            Listing.bucket_id,
            Listing.art,
            Listing.tint,
            Listing.lot_id,
            sa.and_(_SHOWN, Variant.active, may_be_sold(Listing.lot_id)).label("sellable"),
            *days_away(Listing.vendor_id),
        )
        .join(Listing, Listing.id == Variant.listing_id)
        .where(Variant.id.in_(set(variant_ids)))
    )
    return {row.variant_id: Offer(**row._mapping) for row in rows}


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
            *days_away(Listing.vendor_id),
        ).where(wanted)
    )
    return {row.id: ListingHead(**row._mapping) for row in rows}
