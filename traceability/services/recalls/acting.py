"""The one action: every lot of the scope is stopped, everywhere, in one transaction."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.errors import Conflict, Invalid
from kernel.events import emit
from kernel.many import among
from kernel.messages import msg
from traceability.events import RecallActed
from traceability.models import Recall, RecallLot
from traceability.rules.lots import LotState
from traceability.rules.recalls import STOPS, Measure, RecallState, recall_after
from traceability.services.recalls.belonging import is_office, own_recall
from traceability.services.stopping import stop_many


@dataclass(frozen=True)
class _Line:
    """A lot of the scope."""

    lot_id: str
    vendor_id: str
    depth: int


@dataclass(frozen=True)
class Acted:
    """What was done: the lots that are stopped now, and those of vendors left to the office."""

    recall_id: str
    drill: bool
    measure: Measure
    lot_ids: tuple[str, ...]
    of_others: int = 0


def act_on_recall(
    session: Session, recall_id: str, *, measure: Measure, actor: Actor, now: datetime
) -> Acted:
    """Stop every lot of the scope, or call it back; a drill goes through it and moves nothing.

    Lots of other vendors are moved by the office alone; an owner leaves them to it.

    :raises Conflict: when it was carried out already, or only to lessen it.
    :raises Invalid: when no lot is left in the scope.
    """
    recall = own_recall(session, recall_id, actor, RecallState.DRAFT, RecallState.ACTIVE)
    _move_state(recall, measure)
    scope = _scope(session, recall.id)
    if not scope:
        raise Invalid(msg("No lot is left in the scope."), field="measure")
    mine = [
        line
        for line in scope
        if line.vendor_id == recall.vendor_id or is_office(actor, line.vendor_id)
    ]
    recall.acted_at, recall.acted_by_name = now, actor.name
    if not recall.drill:
        _stop(session, recall, mine, actor=actor, now=now)
        emit(session, RecallActed(recall.id, recall.vendor_id, len(scope) - len(mine)), now=now)
    session.flush()
    _record(session, recall, len(mine), actor, now)
    return Acted(
        recall.id,
        recall.drill,
        measure,
        tuple(line.lot_id for line in mine),
        len(scope) - len(mine),
    )


def drop_recall(session: Session, recall_id: str, *, actor: Actor, now: datetime) -> None:
    """Give up a recall that was not carried out: nothing was wrong."""
    recall = own_recall(session, recall_id, actor)
    recall.state = recall_after(recall.state, "drop")
    recall.closed_at = now
    session.flush()
    audit.record(
        session,
        "recall.dropped",
        actor=actor,
        subject=("recall", recall.id),
        now=now,
        code=recall.code,
    )


def _record(session: Session, recall: Recall, lots: int, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        "recall.acted",
        actor=actor,
        subject=("recall", recall.id),
        now=now,
        code=recall.code,
        drill=recall.drill,
        measure=recall.measure.value if recall.measure else "",
        lots=lots,
    )


def _move_state(recall: Recall, measure: Measure) -> None:
    if recall.state is RecallState.DRAFT:
        recall.state = recall_after(recall.state, "act")
    elif recall.measure is Measure.HOLD and measure is Measure.RECALL:
        recall.state = recall_after(recall.state, "raise")
    else:
        raise Conflict(msg("This recall was carried out already."))
    recall.measure = measure


def _scope(session: Session, recall_id: str) -> list[_Line]:
    rows = session.connection().execute(
        sa.select(RecallLot.lot_id, RecallLot.vendor_id, RecallLot.depth)
        .where(RecallLot.recall_id == recall_id, RecallLot.out_reason == "")
        .order_by(RecallLot.lot_id)
    )
    return [_Line(*row) for row in rows]


def _stop(
    session: Session, recall: Recall, lines: list[_Line], *, actor: Actor, now: datetime
) -> None:
    action = STOPS[recall.measure or Measure.HOLD][0]
    begun = [line.lot_id for line in lines if line.depth == 0]
    moved = stop_many(
        session,
        [line.lot_id for line in lines],
        action,
        reason=recall.reason,
        actor=actor,
        now=now,
        # Of several beginnings none may let go what another one holds.
        cause_id=begun[0] if len(begun) == 1 else None,
    )
    for state in set(moved.values()):
        _note_before(session, recall.id, [key for key, was in moved.items() if was is state], state)


def _note_before(session: Session, recall_id: str, lot_ids: list[str], state: LotState) -> None:
    """Keep how lots stood before the first move of this recall."""
    session.execute(
        sa.update(RecallLot)
        .where(
            RecallLot.recall_id == recall_id,
            among(session, RecallLot.lot_id, lot_ids),
        )
        .values(moved=True, state_before=sa.func.coalesce(RecallLot.state_before, state.value)),
        execution_options={"synchronize_session": False},
    )
