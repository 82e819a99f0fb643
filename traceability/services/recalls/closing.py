"""What is found during a recall, what is done about its cause, and its end."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.messages import msg
from traceability.models import RecallAction, RecallCount, RecallLot
from traceability.queries.recalls.progress import count_waiting
from traceability.rules.recalls import Finding, RecallState, need_words, recall_after
from traceability.services.recalls.belonging import is_theirs, own_recall

MOST_COUNTED = 10**12


def count_goods(
    session: Session,
    recall_id: str,
    *,
    lot_id: str,
    finding: Finding,
    quantity: int,
    note: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Note so much of a lot as found, destroyed or come back; in the lot's base unit.

    Nothing is an amount, too: shelves that are empty are counted.

    :raises NotFound: for a lot outside of the scope.
    :raises NotAllowed: for the lot of another vendor, which is the office's to count.
    """
    recall = own_recall(session, recall_id, actor, RecallState.ACTIVE)
    row = session.get(RecallLot, (recall.id, lot_id))
    if row is None or row.out_reason:
        raise NotFound
    if not is_theirs(actor, recall, row.vendor_id):
        raise NotAllowed
    if not 0 <= quantity <= MOST_COUNTED:
        raise Invalid(msg("Write an amount such as 2 kg or 0,5 kg."), field="quantity")
    session.add(
        RecallCount(
            recall_id=recall.id,
            lot_id=lot_id,
            finding=finding,
            quantity=quantity,
            note=note[:300],
            actor_name=actor.name,
            at=now,
        )
    )
    session.flush()
    _record(session, "recall.counted", recall.id, actor, now, lot=lot_id, found=finding.value)


def add_action(
    session: Session,
    recall_id: str,
    *,
    text: str,
    who: str,
    due_on: date,
    actor: Actor,
    now: datetime,
) -> None:
    """Plan what is done so that it does not happen again."""
    recall = own_recall(session, recall_id, actor, RecallState.ACTIVE, RecallState.CLOSED)
    session.add(
        RecallAction(
            recall_id=recall.id,
            text=need_words(text, "text"),
            who=need_words(who, "who", least=2, most=120),
            due_on=due_on,
            at=now,
        )
    )
    session.flush()
    _record(session, "recall.action_planned", recall.id, actor, now, due_on=due_on.isoformat())


def finish_action(
    session: Session, action_id: str, *, recall_id: str, actor: Actor, now: datetime
) -> None:
    """Note that a planned action is done.

    :raises Conflict: when it was before.
    """
    recall = own_recall(session, recall_id, actor, RecallState.ACTIVE, RecallState.CLOSED)
    row = lock(session, RecallAction, action_id)
    if row is None or row.recall_id != recall.id:
        raise NotFound
    if row.done_at is not None:
        raise Conflict(msg("This is done already."))
    row.done_at = now
    session.flush()
    _record(session, "recall.action_done", recall.id, actor, now, planned=row.id)


def close_recall(
    session: Session,
    recall_id: str,
    *,
    cause: str,
    figures: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    """Close a recall with its cause and what it reached.

    :raises Conflict: while lots still wait to be stopped.
    :raises Invalid: without a cause, or while nothing says that it will not happen again.
    """
    recall = own_recall(session, recall_id, actor, RecallState.ACTIVE)
    words = need_words(cause, "cause", most=1000)
    if count_waiting(session, recall.id):
        raise Conflict(msg("Lots of this recall still wait to be stopped."))
    planned = sa.select(sa.func.count()).where(RecallAction.recall_id == recall.id)
    if not recall.drill and not session.scalar(planned):
        raise Invalid(
            msg("Plan at least one action against the cause before closing."), field="cause"
        )
    recall.state = recall_after(recall.state, "close")
    recall.cause, recall.figures, recall.closed_at = words, dict(figures), now
    session.flush()
    _record(session, "recall.closed", recall.id, actor, now, **figures)


def _record(
    session: Session, action: str, recall_id: str, actor: Actor, now: datetime, **detail: Any
) -> None:
    audit.record(session, action, actor=actor, subject=("recall", recall_id), now=now, **detail)
