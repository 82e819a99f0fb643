"""The scope before anything happens: a lot that was falsely included is taken out."""

from datetime import datetime

from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.errors import NotFound
from traceability.models import RecallLot
from traceability.rules.recalls import RecallState, need_words
from traceability.services.recalls.belonging import own_recall


def take_out(
    session: Session, recall_id: str, *, lot_id: str, reason: str, actor: Actor, now: datetime
) -> None:
    """Leave a lot out of a recall that was not carried out yet, and say why.

    :raises Invalid: without a reason.
    :raises Conflict: when the recall was carried out.
    """
    row = _line(session, recall_id, lot_id, actor)
    row.out_reason, row.out_by_name = need_words(reason, "reason"), actor.name
    _record(session, "recall.lot_left_out", row, actor, now)


def put_back(session: Session, recall_id: str, *, lot_id: str, actor: Actor, now: datetime) -> None:
    """Take a lot in again that was left out."""
    row = _line(session, recall_id, lot_id, actor)
    row.out_reason = row.out_by_name = ""
    _record(session, "recall.lot_put_back", row, actor, now)


def _line(session: Session, recall_id: str, lot_id: str, actor: Actor) -> RecallLot:
    own_recall(session, recall_id, actor, RecallState.DRAFT)
    row = session.get(RecallLot, (recall_id, lot_id))
    if row is None:
        raise NotFound
    return row


def _record(session: Session, action: str, row: RecallLot, actor: Actor, now: datetime) -> None:
    session.flush()
    audit.record(
        session,
        action,
        actor=actor,
        subject=("recall", row.recall_id),
        now=now,
        lot=row.lot_id,
        reason=row.out_reason,
    )
