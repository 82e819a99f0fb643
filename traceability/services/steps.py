"""One arrow of a lot's life: the row, its history, the audit log, the word to the house."""

from datetime import datetime

from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import HOUSE, Actor
from kernel.events import Event, emit
from traceability.events import LotHeld, LotRecalled, LotReleased
from traceability.models import Lot, LotStep
from traceability.rules import INSIDE_INTERVAL, LotState, after

_EVENTS: dict[str, type[LotHeld] | type[LotReleased] | type[LotRecalled]] = {
    "hold": LotHeld,
    "release": LotReleased,
    "recall": LotRecalled,
}


def move(
    session: Session, lot: Lot, action: str, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Take a lot along an arrow of the state table.

    :raises Conflict: when there is no such arrow.
    """
    before = lot.state
    lot.state, lot.state_reason, lot.state_at = after(before, action), reason, now
    add_step(session, lot, action, actor=actor, now=now)
    audit.record(
        session,
        f"lot.{action}",
        actor=actor,
        subject=("lot", lot.id),
        now=now,
        before={"state": before.value},
        after={"state": lot.state.value},
        code=lot.code,
        reason=reason,
    )
    event: Event = _EVENTS[action](lot.id, lot.vendor_id)
    emit(session, event, now=now)


def add_step(session: Session, lot: Lot, action: str, *, actor: Actor, now: datetime) -> None:
    """Note what happened to a lot, for those who look after it."""
    session.add(
        LotStep(
            lot_id=lot.id,
            action=action,
            state=lot.state,
            actor_id=actor.user_id,
            actor_name=actor.name,
            reason=lot.state_reason,
            at=now,
        )
    )


def hold_inside_interval(
    session: Session, lot: Lot, *, now: datetime, reason: str = INSIDE_INTERVAL
) -> None:
    """Hold a lot whose harvest broke a waiting time: the rule acts, not a person."""
    if lot.state is LotState.RECALLED:
        return
    known, lot.inside_interval = lot.inside_interval, True
    if lot.state is LotState.OPEN:
        move(session, lot, "hold", reason=reason, actor=HOUSE, now=now)
        return
    if known:
        return
    # Held already for another reason: from now on it needs a second person, too.
    audit.record(session, "lot.inside_interval", actor=HOUSE, subject=("lot", lot.id), now=now)
