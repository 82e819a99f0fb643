"""One arrow of a lot's life: the row, its history, the audit log, the word to the house."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import HOUSE, Actor
from kernel.events import Event, emit
from kernel.ids import new_id
from kernel.many import among
from traceability.events import LotHeld, LotRecalled, LotReleased
from traceability.models import Lot, LotStep
from traceability.rules import ARROWS, INSIDE_INTERVAL, LotState, after

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


def hold_inside_interval(session: Session, lot: Lot, *, now: datetime) -> None:
    """Hold a lot whose harvest broke a waiting time: the rule acts, not a person."""
    if lot.state is LotState.RECALLED:
        return
    lot.inside_interval = True
    if lot.state is LotState.OPEN:
        move(session, lot, "hold", reason=INSIDE_INTERVAL, actor=HOUSE, now=now)
        return
    # Held already for another reason: from now on it needs a second person, too.
    audit.record(session, "lot.inside_interval", actor=HOUSE, subject=("lot", lot.id), now=now)


def move_many(
    session: Session,
    lot_ids: Collection[str],
    action: str,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> dict[str, LotState]:
    """Take lots along an arrow at one go; return how those stood before that were moved.

    Lots for which the table has no such arrow stay where they are. Nobody is told lot by lot:
    whoever calls tells the house once.
    """
    wanted = sa.select(Lot.id, Lot.code, Lot.state).where(among(session, Lot.id, lot_ids))
    rows = session.execute(wanted.order_by(Lot.id).with_for_update(key_share=True)).all()
    moving = [row for row in rows if (row.state, action) in ARROWS]
    if not moving:
        return {}
    for before in {row.state for row in moving}:
        ids = [row.id for row in moving if row.state is before]
        _set_state(session, ids, after(before, action), reason, now)
    _note_many(session, moving, action, reason=reason, actor=actor, now=now)
    return {row.id: row.state for row in moving}


def _set_state(
    session: Session, lot_ids: Collection[str], state: LotState, reason: str, now: datetime
) -> None:
    session.execute(
        sa.update(Lot)
        .where(among(session, Lot.id, lot_ids))
        .values(state=state, state_reason=reason, state_at=now, version=Lot.version + 1),
        execution_options={"synchronize_session": False},
    )
    for row in list(session.identity_map.values()):
        if isinstance(row, Lot):
            session.expire(row)


def _note_many(
    session: Session,
    moving: Sequence[sa.Row[str, str, LotState]],
    action: str,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    steps: list[dict[str, Any]] = []
    for row in moving:
        state = after(row.state, action)
        steps.append(
            {
                "id": new_id(),
                "lot_id": row.id,
                "action": action,
                "state": state,
                "actor_id": actor.user_id,
                "actor_name": actor.name,
                "reason": reason,
                "at": now,
            }
        )
        audit.record(
            session,
            f"lot.{action}",
            actor=actor,
            subject=("lot", row.id),
            now=now,
            before={"state": row.state.value},
            after={"state": state.value},
            code=row.code,
            reason=reason,
        )
    session.execute(sa.insert(LotStep.__table__), steps)  # type: ignore[arg-type]
