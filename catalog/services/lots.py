"""Lots in a listing's stock: taken in, set aside, and taken out when their day has passed."""

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.events import ListingChanged
from catalog.models import Listing, ListingLot
from catalog.queries.sending import queue_of
from catalog.rules import ListingState
from catalog.rules.lots import Share, is_past, rests
from catalog.services.rechecks import touch
from kernel import audit, claims
from kernel.actor import HOUSE
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Invalid
from kernel.events import emit
from kernel.messages import msg
from kernel.quantity import written
from traceability.queries import LotCard, lot_cards, lot_of

MOST_LOTS = 60
LOOK_BACK_DAYS = 60
"""What comes back from an order this long after the day of its lot is not looked for by the job."""


def take_lot(
    session: Session, listing: Listing, lot_id: str, *, change: int, now: datetime
) -> None:
    """Note that stock came from a lot (or, below zero, that some of it was set aside).

    What was there before is taken to be of the lot that the listing named.

    :raises Invalid: for a lot of somebody else, of another farm, or one past its day.
    """
    lot = _usable(session, listing, lot_id, taking_in=change > 0, now=now)
    if not listing.by_lots:
        _begin(session, listing, lot, change, now)
    row = session.scalar(_of(listing.id).where(ListingLot.lot_id == lot.id))
    if row is None:
        row = _new(session, listing, lot, now)
    if row.quantity + change < 0:
        raise Invalid(msg("There is not so much of this lot in the stock."), field="amount")
    row.quantity += change
    row.best_before = lot.best_before
    listing.lot_id, listing.by_lots = listing.lot_id or lot.id, True
    listing.farm_id = listing.farm_id or lot.farm_id
    touch(listing)
    session.flush()


def drop_past(session: Session, listing_ids: Collection[str], *, now: datetime) -> int:
    """Take what is past its best-before day out of the stock of listings; return how many had some.

    Locks listings, then their buckets, each in the order of ids.
    """
    if not listing_ids:
        return 0
    found = session.scalars(
        sa.select(Listing)
        .where(Listing.id.in_(set(listing_ids)), Listing.by_lots)
        .order_by(Listing.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return sum(_drop(session, listing, now) for listing in found.all())


def follow_lot(session: Session, lot_id: str, *, now: datetime) -> None:
    """Bring what listings know of a lot's best-before day up to date."""
    lot = lot_cards(session, [lot_id]).get(lot_id)
    rows = session.scalars(sa.select(ListingLot).where(ListingLot.lot_id == lot_id)).all()
    for row in rows:
        if lot is None or row.best_before == lot.best_before:
            continue
        row.best_before = lot.best_before
        listing = lock(session, Listing, row.listing_id)
        if listing is not None:
            touch(listing)
            emit(session, ListingChanged(listing.id, listing.code), now=now)
    session.flush()


def drop_past_everywhere(session: Session, now: datetime, *, limit: int = 500) -> int:
    """Take what passed its day lately out of all stocks; return of how many listings."""
    today = local_date(now)
    due = session.scalars(
        sa.select(ListingLot.listing_id)
        .where(
            ListingLot.best_before < today,
            ListingLot.best_before >= today - timedelta(days=LOOK_BACK_DAYS),
            ListingLot.quantity > 0,
        )
        .distinct()
        .order_by(ListingLot.listing_id)
    ).all()
    return sum(
        drop_past(session, due[start : start + limit], now=now)
        for start in range(0, len(due), limit)
    )


def _drop(session: Session, listing: Listing, now: datetime) -> bool:
    if listing.bucket_id is None:
        return False
    on = local_date(now)
    unsold = claims.unsold(session, listing.bucket_id)
    rows = {row.lot_id: row for row in session.scalars(_of(listing.id))}
    shares = [Share(row.lot_id, row.quantity, row.best_before) for row in rows.values()]
    due = [one for one in rests(shares, unsold) if one.left and is_past(one.share.best_before, on)]
    for rest in due:
        row = rows[rest.share.lot_id]
        row.quantity, row.written_off = row.quantity - rest.left, row.written_off + rest.left
    if not due:
        return False
    gone = sum(rest.left for rest in due)
    claims.adjust(session, listing.bucket_id, d_on_hand=-gone, reason="past_best_before", now=now)
    touch(listing)
    audit.record(
        session,
        "listing.past_best_before",
        actor=HOUSE,
        subject=("listing", listing.id),
        now=now,
        code=listing.code,
        lots={rest.share.lot_id: rest.left for rest in due},
    )
    if listing.state is ListingState.PUBLISHED:
        emit(session, ListingChanged(listing.id, listing.code), now=now)
    return True


def _usable(
    session: Session, listing: Listing, lot_id: str, *, taking_in: bool, now: datetime
) -> LotCard:
    lot = lot_of(session, lot_id, vendor_id=listing.vendor_id)
    if lot is None or lot.unit is not listing.unit:
        raise Invalid(msg("Choose one of your lots, counted in the same unit."), field="lot_id")
    if not taking_in:
        return lot
    if not lot.is_open or is_past(lot.best_before, local_date(now)):
        raise Invalid(msg("This lot is on hold or past its best-before day."), field="lot_id")
    if listing.farm_id and lot.farm_id != listing.farm_id:
        # The farm is the origin that the office approved.
        raise Invalid(
            msg("This lot comes from another farm: change the farm of the offer first."),
            field="lot_id",
        )
    return lot


def _begin(session: Session, listing: Listing, lot: LotCard, change: int, now: datetime) -> None:
    """Let what is in the stock already, and sold but not packed, be of the lot that was named.

    Where none was, what is sold is packed from the first lot that is taken in.

    :raises Invalid: when something of no lot is still on sale.
    """
    if listing.bucket_id is None:
        return
    standing = claims.lock_standings(session, {listing.bucket_id}, now=now)[listing.bucket_id]
    before = standing.free + standing.held - change
    if listing.lot_id is None and before > 0:
        raise Invalid(
            msg("%(amount)s in this stock is of no lot: take it out of the stock first."),
            field="lot_id",
            amount=written(before, listing.unit or lot.unit),
        )
    old = lot_cards(session, [listing.lot_id])[listing.lot_id] if listing.lot_id else lot
    if before + standing.sold > 0:
        _new(session, listing, old, now).quantity = before + standing.sold
        session.flush()


def _new(session: Session, listing: Listing, lot: LotCard, now: datetime) -> ListingLot:
    if sum(rest.left > 0 for rest in queue_of(session, listing.id)) >= MOST_LOTS:
        raise Invalid(msg("At most %(most)s lots in one stock."), field="lot_id", most=MOST_LOTS)
    row = ListingLot(
        listing_id=listing.id,
        lot_id=lot.id,
        quantity=0,
        best_before=lot.best_before,
        written_off=0,
        taken_at=now,
    )
    session.add(row)
    session.flush()
    return row


def _of(listing_id: str) -> sa.Select[ListingLot]:
    return (
        sa.select(ListingLot)
        .where(ListingLot.listing_id == listing_id)
        .order_by(ListingLot.id)
        .execution_options(populate_existing=True)
    )
