"""Many lots are held or recalled at one go: just these, each with its row, history and audit."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.ids import new_id
from kernel.many import among
from traceability.models import Lot, LotHold, LotStep
from traceability.rules import ARROWS, LotState, after
from traceability.services.steps import tell_arrow


def stop_many(
    session: Session,
    lot_ids: Collection[str],
    action: str,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    cause_id: str | None = None,
) -> dict[str, LotState]:
    """Hold or recall just these lots at one go; return how those stood before that were moved.

    Lots for which the table has no such arrow stay where they are; one that is held already gets
    one more reason. It is the lot ``cause_id``, whose release lets all of them go, or each lot
    itself. Nobody is told lot by lot: whoever calls tells the house once.
    """
    wanted = sa.select(Lot.id, Lot.code, Lot.state).where(among(session, Lot.id, lot_ids))
    rows = session.execute(wanted.order_by(Lot.id).with_for_update(key_share=True)).all()
    moving = [row for row in rows if (row.state, action) in ARROWS]
    if action == "hold":
        standing = [row.id for row in rows if row.state is not LotState.RECALLED]
        _hold_many(session, standing, reason, now, cause_id=cause_id)
    if not moving:
        return {}
    for before in {row.state for row in moving}:
        ids = [row.id for row in moving if row.state is before]
        _set_state(session, ids, after(before, action), reason, now)
    _note_many(session, moving, action, reason=reason, actor=actor, now=now)
    moved = _read_anew(session, [row.id for row in moving])
    tell_arrow(session, moved, action, actor=actor, now=now)
    return {row.id: row.state for row in moving}


def _hold_many(
    session: Session,
    lot_ids: Collection[str],
    reason: str,
    now: datetime,
    *,
    cause_id: str | None,
) -> None:
    """Give each lot an open reason that has none for this cause."""
    cause = LotHold.lot_id if cause_id is None else sa.literal(cause_id)
    own = session.scalars(
        sa.select(LotHold.lot_id).where(
            among(session, LotHold.lot_id, lot_ids),
            LotHold.cause_id == cause,
            LotHold.until.is_(None),
        )
    )
    new = sorted(set(lot_ids) - set(own))
    if new:
        holds: list[dict[str, Any]] = [
            {
                "id": new_id(),
                "lot_id": key,
                "cause_id": cause_id or key,
                "reason": reason,
                "since": now,
            }
            for key in new
        ]
        session.execute(sa.insert(LotHold.__table__), holds)  # type: ignore[arg-type]


def _set_state(
    session: Session, lot_ids: Collection[str], state: LotState, reason: str, now: datetime
) -> None:
    session.execute(
        sa.update(Lot)
        .where(among(session, Lot.id, lot_ids))
        .values(state=state, state_reason=reason, state_at=now, version=Lot.version + 1),
        execution_options={"synchronize_session": False},
    )


def _read_anew(session: Session, lot_ids: Collection[str]) -> Sequence[Lot]:
    """Return lots as they are after a statement that changed many."""
    return session.scalars(
        sa.select(Lot)
        .where(among(session, Lot.id, lot_ids))
        .order_by(Lot.id)
        .execution_options(populate_existing=True)
    ).all()


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
