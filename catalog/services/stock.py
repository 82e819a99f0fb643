"""What is on hand of a listing, changed with a reason."""

from datetime import datetime

from sqlalchemy.orm import Session

from catalog.models import Listing
from catalog.services.listings import tell_change
from catalog.services.lots import take_lot
from catalog.services.promising import need_room, need_source, spend_shares, take_measure
from catalog.services.steps import own_listing
from kernel import audit, claims
from kernel.actor import Actor
from kernel.errors import Invalid, NotFound
from kernel.messages import msg

REASONS = {
    "harvest": msg("Harvested or made"),
    "bought_back": msg("Returned to stock"),
    "spoiled": msg("Spoiled or broken"),
    "sold_elsewhere": msg("Sold elsewhere"),
    "counted": msg("Counted anew"),
}
"""Why a stock changes; written into the movement."""

OF_THE_HOUSE = {
    "opened": msg("What there was at first"),
    "past_best_before": msg("A lot is past its day"),
    "lots_hold_less": msg("Its lots hold less"),
    "lots_hold_more": msg("Its lots hold it again"),
}
"""Why the house changes a stock by itself."""


def adjust_stock(
    session: Session,
    vendor_id: str,
    *,
    code: str,
    change: int,
    reason: str,
    actor: Actor,
    now: datetime,
    lot_id: str | None = None,
) -> None:
    """Add to or take from what is on hand; ``change`` is in the listing's unit.

    With ``lot_id`` it is of that lot: first to expire is first to be sent. More of a stock that
    comes from lots always names one.

    :raises NotFound: for a stranger, or a listing without stock.
    :raises Invalid: for an unknown reason, a change of nothing, a lot that cannot be taken in,
        none where stock comes from lots, or more than the lot holds.
    :raises SoldOut: when less would remain than is sold already.
    """
    actor.need_at(vendor_id, "seller")
    _check(change, reason)
    listing = own_listing(session, vendor_id, code)
    if listing.bucket_id is None:
        raise NotFound
    need_source(listing, lot_id, change=change)
    room = take_measure(session, listing, lot_id, now=now) if change > 0 else None
    bucket = claims.adjust(
        session, listing.bucket_id, d_on_hand=change, reason=reason, now=now, actor_id=actor.user_id
    )
    if lot_id:
        take_lot(session, listing, lot_id, change=change, now=now)
    elif change < 0:
        spend_shares(session, listing, change=change)
    _record(session, listing, (change, reason, lot_id), bucket.on_hand, actor, now)
    if room is not None:
        need_room(session, listing, room, change=change, now=now)
    tell_change(session, listing, now)


def _record(
    session: Session,
    listing: Listing,
    written: tuple[int, str, str | None],
    on_hand: int,
    actor: Actor,
    now: datetime,
) -> None:
    change, reason, lot_id = written
    audit.record(
        session,
        "listing.stock_adjusted",
        actor=actor,
        subject=("listing", listing.id),
        now=now,
        code=listing.code,
        change=change,
        on_hand=on_hand,
        reason=reason,
        lot=lot_id,
    )


def _check(change: int, reason: str) -> None:
    if reason not in REASONS:
        raise Invalid(msg("Choose a reason."), field="reason")
    if change == 0:
        raise Invalid(msg("Write how much it changed."), field="amount")
