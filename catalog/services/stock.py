"""What is on hand of a listing, changed with a reason."""

from datetime import datetime

from sqlalchemy.orm import Session

from catalog.services.listings import tell_change
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


def adjust_stock(
    session: Session,
    vendor_id: str,
    *,
    code: str,
    change: int,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Add to or take from what is on hand; ``change`` is in the listing's unit.

    :raises NotFound: for a stranger, or a listing without stock.
    :raises Invalid: for an unknown reason or a change of nothing.
    :raises SoldOut: when less would remain than is sold already.
    """
    actor.need_at(vendor_id, "seller")
    _check(change, reason)
    listing = own_listing(session, vendor_id, code)
    if listing.bucket_id is None:
        raise NotFound
    by = actor.user_id
    bucket = claims.adjust(
        session, listing.bucket_id, d_on_hand=change, reason=reason, now=now, actor_id=by
    )
    audit.record(
        session,
        "listing.stock_adjusted",
        actor=actor,
        subject=("listing", listing.id),
        now=now,
        code=code,
        change=change,
        on_hand=bucket.on_hand,
        reason=reason,
    )
    tell_change(session, listing, now)


def _check(change: int, reason: str) -> None:
    if reason not in REASONS:
        raise Invalid(msg("Choose a reason."), field="reason")
    if change == 0:
        raise Invalid(msg("Write how much it changed."), field="amount")
