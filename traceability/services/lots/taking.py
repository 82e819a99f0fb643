"""Lots get less: waste, samples, what a count does not find; or more: what came back."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.errors import Invalid
from kernel.messages import msg
from traceability.errors import LotHoldsLess
from traceability.models import Lot, LotEdge, LotMove
from traceability.rules import LotKind, MoveKind, need_reason
from traceability.services.ledger import Why, carried, lock_lots, put, take
from traceability.services.lots.births import need_commissioned
from traceability.services.telling import Words, tell_object

_WASTE = Words("DELETE", "destroying", "destroyed")
_SAMPLE = Words("OBSERVE", "sampling", "in_progress")
_COUNT = Words("OBSERVE", "cycle_counting", "active")
_BACK = Words("OBSERVE", "receiving", "returned")


def note_waste(
    session: Session, lot_id: str, *, quantity: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Take out what is spoilt, broken or destroyed; of what is on hold, too.

    :raises LotHoldsLess: when the lot does not hold so much.
    """
    lot, said = _lot(session, lot_id, actor, now), need_reason(reason)
    _need_amount(quantity)
    seq = tell_object(session, [(lot, quantity)], _WASTE, at=now, now=now, by=actor)
    take(session, lot, quantity, MoveKind.WASTE, Why(actor, now, seq, said))
    _record(session, lot, "wasted", quantity, said, actor, now)


def take_sample(
    session: Session, lot_id: str, *, quantity: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Take out what a laboratory gets, or what is kept for later; of what is on hold, too.

    :raises LotHoldsLess: when the lot does not hold so much.
    """
    lot, said = _lot(session, lot_id, actor, now), need_reason(reason)
    _need_amount(quantity)
    seq = tell_object(session, [(lot, quantity)], _SAMPLE, at=now, now=now, by=actor)
    take(session, lot, quantity, MoveKind.SAMPLE, Why(actor, now, seq, said))
    _record(session, lot, "sampled", quantity, said, actor, now)


def correct_count(
    session: Session, lot_id: str, *, quantity: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Write down what was counted: ``quantity`` is there, whatever the book says.

    What is missing is accounted for by nothing. What is there beyond all that was written
    down was made: the lot's own quantity grows by it.

    :raises Invalid: when nothing differs.
    :raises LotHoldsLess: when more lies in its crates than was counted.
    """
    lot, said = _lot(session, lot_id, actor, now), need_reason(reason)
    if quantity < 0 or quantity == lot.rest:
        raise Invalid(msg("This is what the book says already."), field="quantity")
    if quantity < carried(session, lot.id):
        raise LotHoldsLess(lot, 0, carried=True)
    seq = tell_object(session, [(lot, quantity)], _COUNT, at=now, now=now, by=actor)
    change, why = quantity - lot.rest, Why(actor, now, seq, said)
    if change < 0:
        take(session, lot, -change, MoveKind.COUNTED, why)
    else:
        lot.quantity += max(change - _missing(session, lot), 0)
        put(session, lot, change, MoveKind.COUNTED, why)
    _record(session, lot, "counted", change, said, actor, now)


def take_back(
    session: Session, lot_id: str, *, quantity: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Take back what a buyer or partner brought: at most as much as went out to them.

    It is in stock again; what is not good any more is noted as waste afterwards.

    :raises Invalid: when more comes back than went out.
    """
    lot, said = _lot(session, lot_id, actor, now), need_reason(reason)
    _need_amount(quantity)
    if quantity > _returnable(session, lot):
        raise Invalid(msg("More comes back than went out of this lot."), field="quantity")
    seq = tell_object(session, [(lot, quantity)], _BACK, at=now, now=now, by=actor)
    put(session, lot, quantity, MoveKind.RETURNED, Why(actor, now, seq, said))
    _record(session, lot, "returned", quantity, said, actor, now)


def moved(session: Session, lot_id: str) -> dict[MoveKind, int]:
    """Return the signed sums of a lot's moves by kind."""
    rows = session.execute(
        sa.select(LotMove.kind, sa.func.sum(LotMove.quantity))
        .where(LotMove.lot_id == lot_id)
        .group_by(LotMove.kind)
    )
    return {kind: int(total) for kind, total in rows}


def _lot(session: Session, lot_id: str, actor: Actor, now: datetime) -> Lot:
    """Return a lot of the actor's vendor, locked, with its first event."""
    lot = lock_lots(session, [lot_id])[lot_id]
    actor.need_at(lot.vendor_id, "recorder", "seller")
    need_commissioned(session, lot, now=now)
    return lot


def _need_amount(quantity: int) -> None:
    if quantity <= 0:
        raise Invalid(msg("Write an amount such as 2 kg or 0,5 kg."), field="quantity")


def _missing(session: Session, lot: Lot) -> int:
    """Return what counts did not find so far and may still turn up."""
    sums = moved(session, lot.id)
    return lot.quantity - sums.get(MoveKind.MADE, 0) - sums.get(MoveKind.COUNTED, 0)


def _returnable(session: Session, lot: Lot) -> int:
    """Return what went out to buyers and partners and is not back, nor in another one's books."""
    sums = moved(session, lot.id)
    kinds = (MoveKind.SOLD, MoveKind.SHIPPED, MoveKind.VOIDED, MoveKind.RETURNED)
    received = session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(LotEdge.quantity), 0))
        .join(Lot, Lot.id == LotEdge.dst_id)
        .where(LotEdge.src_id == lot.id, Lot.kind == LotKind.RECEIVED)
    )
    return -sum(sums.get(kind, 0) for kind in kinds) - int(received or 0)


def _record(
    session: Session,
    lot: Lot,
    action: str,
    quantity: int,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        session,
        f"lot.{action}",
        actor=actor,
        subject=("lot", lot.id),
        now=now,
        code=lot.code,
        quantity=quantity,
        rest=lot.rest,
        reason=reason,
    )
