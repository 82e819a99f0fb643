"""The one action: every lot of the scope is stopped, everywhere.

A scope of usual size goes in one transaction. Of very many lots each part has a transaction of
its own, so that others can write in between: those that wait are marked, and ``RecallGoesOn``
has the worker go on until none is left.
"""

from collections.abc import Callable
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
from traceability.events import RecallActed, RecallGoesOn
from traceability.models import Lot, Recall, RecallLot
from traceability.queries.recalls.progress import count_waiting
from traceability.rules.lots import LotState
from traceability.rules.recalls import STOPS, Measure, RecallState, recall_after
from traceability.services.recalls.belonging import is_theirs, own_recall
from traceability.services.recalls.scoping import take_in_new
from traceability.services.stopping import stop_many

AT_ONCE = 2000
"""So many lots are stopped in one transaction."""


@dataclass(frozen=True)
class Acted:
    """What was done: the lots that are stopped now, how many wait, how many are the office's."""

    recall_id: str
    drill: bool
    measure: Measure
    lot_ids: tuple[str, ...]
    left: int = 0
    of_others: int = 0


def act_on_recall(
    session: Session, recall_id: str, *, measure: Measure, actor: Actor, now: datetime
) -> Acted:
    """Stop every lot of the scope, or call it back; a drill goes through it and moves nothing.

    What was packed from it since it was traced belongs to it. Lots of other vendors are moved by
    the office alone; an owner leaves them to it.

    :raises Conflict: when it was carried out already, or only to lessen it.
    :raises Invalid: when no lot is left in the scope.
    """
    recall = own_recall(session, recall_id, actor, RecallState.DRAFT, RecallState.ACTIVE)
    _move_state(recall, measure)
    take_in_new(session, recall.id)
    mine, others = _scope(session, recall, actor), _of_others(session, recall, actor)
    if not mine and not others:
        raise Invalid(msg("No lot is left in the scope."), field="measure")
    recall.acted_at, recall.acted_by_name, recall.held_at = now, actor.name, None
    session.flush()
    _record(session, recall, len(mine), actor, now)
    if recall.drill:
        return Acted(recall.id, drill=True, measure=measure, lot_ids=tuple(mine), of_others=others)
    _let_wait(session, recall.id, mine)
    acted = stop_next(session, recall.id, actor=actor, now=now)
    if acted.left:
        emit(session, _goes_on(recall.id, actor), now=now)
    return acted


def stop_next(session: Session, recall_id: str, *, actor: Actor, now: datetime) -> Acted:
    """Stop the next lots that wait; when none is left the house hears.

    What was packed from them until they were locked is taken in, and waits, too.
    """
    recall = own_recall(session, recall_id, actor, RecallState.ACTIVE)
    done: list[str] = []
    while ids := _waiting(session, recall.id, AT_ONCE - len(done)):
        _stop(session, recall, ids, actor=actor, now=now)
        done += ids
        if not count_waiting(session, recall.id):
            take_in_new(session, recall.id, waits=_mine(recall, actor))
    left, others = count_waiting(session, recall.id), _of_others(session, recall, actor)
    if not left:
        emit(session, RecallActed(recall.id, recall.vendor_id, others), now=now)
    return Acted(
        recall.id,
        drill=False,
        measure=recall.measure or Measure.HOLD,
        lot_ids=tuple(done),
        left=left,
        of_others=others,
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


def _mine(recall: Recall, actor: Actor) -> Callable[[str], bool]:
    """Return what tells whether somebody moves the lots of a vendor in this recall."""
    return lambda vendor_id: is_theirs(actor, recall, vendor_id)


def _inside(recall_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return RecallLot.recall_id == recall_id, RecallLot.out_reason == ""


def _scope(session: Session, recall: Recall, actor: Actor) -> list[str]:
    """Return the lots of the scope that somebody may move."""
    rows = session.connection().execute(
        sa.select(RecallLot.lot_id, RecallLot.vendor_id)
        .where(*_inside(recall.id))
        .order_by(RecallLot.lot_id)
    )
    mine = _mine(recall, actor)
    return [lot_id for lot_id, vendor_id in rows if mine(vendor_id)]


def _of_others(session: Session, recall: Recall, actor: Actor) -> int:
    """Return how many lots of the scope are left to the office."""
    rows = session.execute(
        sa.select(RecallLot.vendor_id, sa.func.count())
        .where(*_inside(recall.id))
        .group_by(RecallLot.vendor_id)
    )
    mine = _mine(recall, actor)
    return sum(count for vendor_id, count in rows if not mine(vendor_id))


def _let_wait(session: Session, recall_id: str, lot_ids: list[str]) -> None:
    session.execute(
        sa.update(RecallLot)
        .where(RecallLot.recall_id == recall_id, among(session, RecallLot.lot_id, lot_ids))
        .values(waits=True),
        execution_options={"synchronize_session": False},
    )


def _waiting(session: Session, recall_id: str, most: int) -> list[str]:
    """Return lots that wait, those first of which something is left to be sold."""
    rows = session.connection().execute(
        sa.select(RecallLot.lot_id)
        .join(Lot, Lot.id == RecallLot.lot_id)
        .where(RecallLot.recall_id == recall_id, RecallLot.waits)
        .order_by(Lot.rest == 0, RecallLot.lot_id)
        .limit(most)
    )
    return [row.lot_id for row in rows]


def _goes_on(recall_id: str, actor: Actor) -> RecallGoesOn:
    roles = {vendor_id: sorted(held) for vendor_id, held in actor.memberships.items()}
    return RecallGoesOn(recall_id, actor.user_id, actor.name, sorted(actor.roles), roles)


def _stop(
    session: Session, recall: Recall, lot_ids: list[str], *, actor: Actor, now: datetime
) -> None:
    moved = stop_many(
        session,
        lot_ids,
        STOPS[recall.measure or Measure.HOLD][0],
        reason=recall.reason,
        actor=actor,
        now=now,
        cause_id=_cause(session, recall, actor),
    )
    for state in set(moved.values()):
        _note_before(session, recall.id, [key for key, was in moved.items() if was is state], state)
    session.execute(
        sa.update(RecallLot)
        .where(RecallLot.recall_id == recall.id, among(session, RecallLot.lot_id, lot_ids))
        .values(waits=False),
        execution_options={"synchronize_session": False},
    )


def _cause(session: Session, recall: Recall, actor: Actor) -> str | None:
    """Return the lot whose release lets all go: of several beginnings none may."""
    begun = session.execute(
        sa.select(RecallLot.lot_id, RecallLot.vendor_id)
        .where(*_inside(recall.id), RecallLot.depth == 0)
        .limit(2)
    ).all()
    mine = _mine(recall, actor)
    return begun[0].lot_id if len(begun) == 1 and mine(begun[0].vendor_id) else None


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
