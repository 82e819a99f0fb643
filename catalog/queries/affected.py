"""Which offers have goods of some lots in stock: for recalls."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, ListingLot
from catalog.queries.sending import queues_of
from catalog.rules import ListingState
from kernel.claims import Bucket
from kernel.many import among
from kernel.quantity import Unit


@dataclass(frozen=True)
class InStock:
    """So much of one lot is unsold in the stock of an offer, in the offer's unit."""

    lot_id: str
    listing_id: str
    code: str
    title: dict[str, str]
    vendor_id: str
    state: ListingState
    unit: Unit | None
    bucket_id: str | None
    left: int

    @property
    def is_shown(self) -> bool:
        """Tell whether it stands on the shelves."""
        return self.state is ListingState.PUBLISHED


def stock_of(session: Session, lot_ids: Collection[str]) -> tuple[InStock, ...]:
    """Return the offers whose stock is, or was, taken from these lots (two statements)."""
    if not lot_ids:
        return ()
    queued = (
        sa.select(*_COLUMNS, ListingLot.lot_id)
        .join(ListingLot, ListingLot.listing_id == Listing.id)
        .where(Listing.by_lots, among(session, ListingLot.lot_id, lot_ids))
    )
    whole = sa.select(*_COLUMNS, Listing.lot_id).where(
        Listing.by_lots.is_(False), among(session, Listing.lot_id, lot_ids)
    )
    rows = session.connection().execute(sa.union_all(whole, queued)).all()
    by_lots = {row.id for row in rows if row.by_lots}
    left = {
        # What was set aside when the lot was stopped lies there still.
        (listing_id, rest.share.lot_id): rest.left + rest.share.set_aside
        for listing_id, queue in queues_of(session, by_lots).items()
        for rest in queue
    }
    found = [_stock(row, left) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.code, one.lot_id)))


_COLUMNS = (
    Listing.id,
    Listing.code,
    Listing.title,
    Listing.vendor_id,
    Listing.state,
    Listing.unit,
    Listing.bucket_id,
    Listing.by_lots,
    sa.select(Bucket.on_hand - Bucket.allocated)
    .where(Bucket.id == Listing.bucket_id)
    .scalar_subquery()
    .label("unsold"),
)


def _stock(row: sa.Row[*tuple[object, ...]], left: dict[tuple[str, str], int]) -> InStock:
    cells = row._mapping
    rest = left.get((cells["id"], cells["lot_id"]), 0) if cells["by_lots"] else cells["unsold"]
    return InStock(
        lot_id=cells["lot_id"],
        listing_id=cells["id"],
        code=cells["code"],
        title=cells["title"],
        vendor_id=cells["vendor_id"],
        state=cells["state"],
        unit=cells["unit"],
        bucket_id=cells["bucket_id"],
        left=max(rest or 0, 0),
    )


@dataclass(frozen=True)
class Pictured:
    """A picture of goods, with the offer's title."""

    title: dict[str, str]
    tint: str
    photo: dict[str, Any]


def pictures_of(session: Session, lot_ids: Collection[str]) -> list[Pictured]:
    """Return the first picture of each offer of these lots."""
    if not lot_ids:
        return []
    queued = sa.select(ListingLot.listing_id).where(among(session, ListingLot.lot_id, lot_ids))
    rows = session.execute(
        sa.select(Listing.title, Listing.tint, Listing.photos)
        .where(sa.or_(among(session, Listing.lot_id, lot_ids), Listing.id.in_(queued)))
        .order_by(Listing.code)
        .limit(50)
    )
    return [Pictured(row.title, row.tint, row.photos[0]) for row in rows if row.photos]
