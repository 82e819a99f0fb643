"""Which lot of a listing's stock is sent next, and how much of it is past its day."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, ListingLot
from catalog.rules.lots import Rest, Share, is_past, next_share, past_left, rests
from kernel.claims import Bucket
from kernel.many import among
from traceability.queries import LotCard, lot_cards


@dataclass(frozen=True)
class Stocked:
    """Where a listing's stock comes from, as its row says."""

    listing_id: str
    lot_id: str | None
    by_lots: bool = False


@dataclass(frozen=True)
class Sending:
    """What can be sent of a stock: the next ``lot``, and how much is ``past`` its day.

    ``on_hold``: a lot of it is held or recalled; ``spoiled``: nothing of it is good any more.
    Amounts are in the listing's unit.
    """

    lot: LotCard | None = None
    best_before: date | None = None
    past: int = 0
    on_hold: bool = False
    spoiled: bool = False

    @property
    def is_open(self) -> bool:
        """Tell whether something of it may be sold, if it is there."""
        return not self.on_hold and not self.spoiled

    def sellable(self, free: int) -> int:
        """Return how much can be sold of what the ledger says is free."""
        return max(free - self.past, 0) if self.is_open else 0


NOTHING_KNOWN = Sending()


def sendings(session: Session, stocked: Iterable[Stocked], *, on: date) -> dict[str, Sending]:
    """Return what is sent of listings next, by id: one statement for lots, one for queues."""
    listed = list(stocked)
    queues = _queues(session, {one.listing_id for one in listed if one.by_lots})
    named = {one.lot_id for one in listed if one.lot_id}
    queued = {rest.share.lot_id for queue in queues.values() for rest in queue}
    lots = lot_cards(session, named | queued) if listed else {}
    return {
        one.listing_id: _from_queue(queues.get(one.listing_id, ()), lots, on)
        if one.by_lots
        else _from_lot(lots.get(one.lot_id or ""), on)
        for one in listed
    }


def queues_of(session: Session, listing_ids: Collection[str]) -> dict[str, tuple[Rest, ...]]:
    """Return the lots of several stocks, each the one to be sent next first."""
    return _queues(session, listing_ids)


def queue_of(session: Session, listing_id: str) -> tuple[Rest, ...]:
    """Return the lots of a stock with what is left of each, the one to be sent next first."""
    return _queues(session, {listing_id}).get(listing_id, ())


def stock_lots(session: Session, listing_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the lots that listings' stocks are of, first to expire first (one statement)."""
    rows = session.execute(
        sa.select(Listing.id, Listing.lot_id, ListingLot.lot_id, ListingLot.best_before)
        .outerjoin(ListingLot, sa.and_(ListingLot.listing_id == Listing.id, Listing.by_lots))
        .where(Listing.id.in_(listing_ids))
    )
    found: dict[str, list[tuple[date, str]]] = {}
    for listing_id, named, stocked, best_before in rows:
        lot_id = stocked or named
        if lot_id is not None:
            found.setdefault(listing_id, []).append((best_before or date.max, lot_id))
    return {key: tuple(lot_id for _, lot_id in sorted(lots)) for key, lots in found.items()}


def _queues(session: Session, listing_ids: Collection[str]) -> dict[str, tuple[Rest, ...]]:
    if not listing_ids:
        return {}
    rows = session.execute(
        sa.select(
            ListingLot.listing_id,
            ListingLot.lot_id,
            ListingLot.quantity,
            ListingLot.best_before,
            ListingLot.set_aside,
            (Bucket.on_hand - Bucket.allocated).label("unsold"),
        )
        .join(Listing, Listing.id == ListingLot.listing_id)
        .join(Bucket, Bucket.id == Listing.bucket_id)
        .where(among(session, ListingLot.listing_id, listing_ids))
        .order_by(ListingLot.id)
    ).all()
    shares: dict[str, list[Share]] = {}
    unsold: dict[str, int] = {}
    for row in rows:
        shares.setdefault(row.listing_id, []).append(
            Share(row.lot_id, row.quantity, row.best_before, row.set_aside)
        )
        unsold[row.listing_id] = row.unsold
    return {key: rests(found, unsold[key]) for key, found in shares.items()}


def _from_queue(queue: Collection[Rest], lots: Mapping[str, LotCard], on: date) -> Sending:
    following = next_share(queue, on)
    here = [lots[rest.share.lot_id] for rest in queue if rest.left > 0]
    return Sending(
        lot=lots[following.lot_id] if following else None,
        best_before=following.best_before if following else None,
        past=past_left(queue, on),
        # Nobody can tell from which of its lots a bag is filled: the vendor sets it aside first.
        on_hold=any(lot.is_stopped for lot in here),
    )


def _from_lot(lot: LotCard | None, on: date) -> Sending:
    if lot is None:
        return NOTHING_KNOWN
    return Sending(
        lot=lot,
        best_before=lot.best_before,
        on_hold=lot.is_stopped,
        spoiled=is_past(lot.best_before, on),
    )
