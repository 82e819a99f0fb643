"""What the office has yet to look at: live changes since its last look, and a change that waits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from catalog.events import ListingChangeDecided
from catalog.models import Listing, ListingBaseline, ListingChange, ListingFlag
from catalog.rules import APPROVED_ONCE
from catalog.rules.changes import ChangeState, change_after
from kernel.actor import Actor
from kernel.events import emit


def remember_seen(
    session: Session, listing: Listing, *, values: Mapping[str, Any], now: datetime
) -> None:
    """Keep what the office last saw of a listing that changes live, and have it look again.

    Of several changes the values before the first one are kept.
    """
    if listing.state not in APPROVED_ONCE:
        return
    if session.get(ListingBaseline, listing.id) is None:
        session.add(ListingBaseline(listing_id=listing.id, values=dict(values), at=now))
    listing.recheck_since = listing.recheck_since or now


def settle_recheck(session: Session, listing: Listing, *, seen: bool) -> None:
    """Set since when the office is waited for; ``seen``: it has just looked at what is live."""
    baseline = session.get(ListingBaseline, listing.id, populate_existing=True)
    if baseline is not None and seen:
        session.delete(baseline)
        baseline = None
    waiting = waiting_change(session, listing.id)
    times = [baseline.at] if baseline else []
    times += [waiting.proposed_at] if waiting else []
    listing.recheck_since = min(times, default=None)
    session.flush()


def waiting_change(session: Session, listing_id: str) -> ListingChange | None:
    """Return the change of a listing that waits, read anew; lock the listing first."""
    return session.scalar(
        sa.select(ListingChange)
        .where(ListingChange.listing_id == listing_id, ListingChange.state == ChangeState.WAITING)
        .execution_options(populate_existing=True)
    )


def end_change(
    session: Session,
    change: ListingChange,
    *,
    action: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Take a proposed change along its one arrow: accept, decline, withdraw or replace.

    :raises Conflict: when it does not wait any more.
    """
    change.state = change_after(change.state, action)
    change.decided_by, change.decided_name = actor.user_id, actor.name
    change.decided_at, change.reason = now, reason
    session.flush()
    emit(session, ListingChangeDecided(change.listing_id, change.id, change.state.value), now=now)


def drop_waiting(
    session: Session, listing: Listing, *, actor: Actor, now: datetime
) -> ListingChange | None:
    """Take back what waits of a listing that its vendor puts away; return it, if there was any."""
    change = waiting_change(session, listing.id)
    if change is not None:
        end_change(session, change, action="withdraw", actor=actor, now=now)
        settle_recheck(session, listing, seen=False)
    return change


def clear_flags(session: Session, listing: Listing, now: datetime) -> None:
    """Note that an officer decided in spite of what the checks found."""
    session.execute(
        sa.update(ListingFlag)
        .where(ListingFlag.listing_id == listing.id, ListingFlag.cleared_at.is_(None))
        .values(cleared_at=now)
    )


def touch(listing: Listing) -> None:
    """Move the version of a listing whose change stands in rows of their own."""
    flag_modified(listing, "title")
