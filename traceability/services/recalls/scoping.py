"""The scope: kept as it was traced, grown by what is packed meanwhile; false lots are taken out."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.errors import NotAllowed, NotFound
from kernel.many import among
from traceability.models import Lot, LotEdge, RecallLot
from traceability.queries.graph import Reached, forward
from traceability.rules.recalls import RecallState, need_words
from traceability.services.recalls.belonging import is_theirs, own_recall


def nobody(_vendor_id: str) -> bool:
    """Let the lots of no vendor wait."""
    return False


def keep_lots(
    session: Session,
    recall_id: str,
    reached: Sequence[Reached],
    *,
    steps: int = 0,
    waits: Callable[[str], bool] = nobody,
) -> None:
    """Keep lots of a scope; they lie ``steps`` further from its beginning than the trace says.

    ``waits`` says of which vendors they are to be stopped.
    """
    ids = [one.lot_id for one in reached]
    found = session.execute(sa.select(Lot.id, Lot.vendor_id).where(among(session, Lot.id, ids)))
    whose = {row.id: row.vendor_id for row in found}
    rows: list[dict[str, Any]] = [
        {
            "recall_id": recall_id,
            "lot_id": one.lot_id,
            "vendor_id": whose[one.lot_id],
            "depth": one.depth + steps,
            "quantity": one.quantity,
            "moved": False,
            "waits": waits(whose[one.lot_id]),
            "out_reason": "",
            "out_by_name": "",
        }
        for one in reached
    ]
    session.execute(sa.insert(RecallLot.__table__), rows)  # type: ignore[arg-type]


def take_in_new(session: Session, recall_id: str, *, waits: Callable[[str], bool] = nobody) -> int:
    """Take in what was packed from the scope since it was traced; return of how many lots.

    What came of a lot that was left out alone stays out.
    """
    known = sa.select(RecallLot.lot_id).where(RecallLot.recall_id == recall_id)
    begun = sa.select(LotEdge.dst_id).where(
        LotEdge.src_id.in_(known.where(RecallLot.out_reason == "")), LotEdge.dst_id.not_in(known)
    )
    fresh = session.scalars(begun.distinct()).all()
    if not fresh:
        return 0
    there = set(session.scalars(known))
    reached = [one for one in forward(session, fresh) if one.lot_id not in there]
    keep_lots(session, recall_id, reached, steps=1, waits=waits)
    return len(reached)


def take_out(
    session: Session, recall_id: str, *, lot_id: str, reason: str, actor: Actor, now: datetime
) -> None:
    """Leave a lot out of a recall that was not carried out yet, and say why.

    :raises Invalid: without a reason.
    :raises NotAllowed: for the lot of another vendor: the office decides on it.
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
    recall = own_recall(session, recall_id, actor, RecallState.DRAFT)
    row = session.get(RecallLot, (recall_id, lot_id))
    if row is None:
        raise NotFound
    if not is_theirs(actor, recall, row.vendor_id):
        raise NotAllowed
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
