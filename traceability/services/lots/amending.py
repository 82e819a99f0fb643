"""A harvest is told anew: its day, how much it was, what was written beside it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.errors import Invalid
from kernel.events import emit
from kernel.messages import msg
from kernel.quantity import Unit
from traceability.events import LotChanged
from traceability.models import DiaryEntry, Lot
from traceability.services.diary import EntryFacts, revise_entry
from traceability.services.findings import watch_harvest
from traceability.services.holding import lock_land
from traceability.services.ledger import lock_lots, made_of, need_unused
from traceability.services.lots.births import made_anew, need_commissioned
from traceability.services.telling import Words, tell_object

_COUNT = Words("OBSERVE", "cycle_counting", "active")


@dataclass(frozen=True)
class Amount:
    """How much was harvested, in base units."""

    quantity: int
    unit: Unit


def amend_harvest(
    session: Session,
    entry: DiaryEntry,
    *,
    facts: EntryFacts,
    amount: Amount | None,
    reason: str,
    actor: Actor,
    now: datetime,
) -> str:
    """Correct a harvest, which is locked, by a new row; its lot follows. Return the row's id.

    ``amount`` is None for a harvest without a lot.

    :raises HarvestUsed: for another day or amount, when the lot was packed or sold from meanwhile.
    :raises Invalid: for nothing harvested, or a day behind the lot's best.
    """
    lot_id = session.scalar(sa.select(Lot.id).where(Lot.harvest_id == entry.root_id))
    if lot_id is None or amount is None:
        return revise_entry(session, entry.id, facts=facts, reason=reason, actor=actor, now=now)
    vendor_id = session.get_one(Lot, lot_id).vendor_id
    actor.need_at(vendor_id, "recorder")
    lock_land(session, vendor_id)
    lot = lock_lots(session, [lot_id], vendor_id=vendor_id)[lot_id]
    change = Amount(made_of(session, lot.id), lot.unit) != amount
    if change:
        need_unused(session, lot, field="quantity")
    _check(lot, facts, amount)
    made = revise_entry(session, entry.id, facts=facts, reason=reason, actor=actor, now=now)
    if change:
        _remake(session, lot, amount, (made, reason), actor=actor, now=now)
    return made


def _check(lot: Lot, facts: EntryFacts, amount: Amount) -> None:
    if amount.quantity <= 0:
        raise Invalid(msg("Write how much was harvested, such as 120 kg."), field="quantity")
    if lot.best_before is not None and lot.best_before < facts.done_on:
        raise Invalid(msg("It cannot be best before it was harvested."), field="done_on")


def _remake(
    session: Session,
    lot: Lot,
    amount: Amount,
    why: tuple[str, str],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Let a lot that nothing was taken of hold what is said now; ``why``: the entry, the reason."""
    need_commissioned(session, lot, now=now)
    before, change = lot.quantity, amount.quantity - lot.rest
    lot.unit, lot.quantity, lot.rest = amount.unit, amount.quantity, amount.quantity
    seq = tell_object(session, [(lot, amount.quantity)], _COUNT, at=now, now=now)
    if change:
        move = made_anew(lot, change, actor=actor, now=now)
        move.event_seq, (move.ref, move.reason) = seq, why
        session.add(move)
    audit.record(
        session,
        "lot.amended",
        actor=actor,
        subject=("lot", lot.id),
        now=now,
        code=lot.code,
        was=before,
        quantity=amount.quantity,
        unit=amount.unit.value,
        reason=why[1],
    )
    emit(session, LotChanged(lot.id, lot.vendor_id), now=now)
    session.flush()
    watch_harvest(session, lot, now=now)
