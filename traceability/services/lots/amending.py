"""A harvest is told anew: its day, how much it was, what was written beside it."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Invalid, NotFound
from kernel.events import emit
from kernel.messages import msg
from kernel.quantity import Unit
from traceability.events import LotChanged, LotShrank
from traceability.models import DiaryEntry, Lot
from traceability.rules import Activity
from traceability.services.diary import EntryFacts, find_sent, revise_entry
from traceability.services.findings import watch_harvest
from traceability.services.holding import lock_land
from traceability.services.ledger import lock_lots, made_of, need_unused
from traceability.services.lots.births import commission_anew, made_anew, rename_harvester


@dataclass(frozen=True)
class Amount:
    """How much was harvested, in base units."""

    quantity: int
    unit: Unit


def correct_entry(
    session: Session,
    entry_id: str,
    *,
    facts: EntryFacts,
    amount: Amount | None = None,
    reason: str,
    actor: Actor,
    now: datetime,
) -> str:
    """Correct any entry by a new row and return its id; the lot of a harvest follows.

    ``amount`` is what was harvested; None where it stays, or for what is no harvest.

    :raises HarvestUsed: for another day or amount, when the lot was packed or sold from meanwhile.
    :raises Invalid: as in ``revise_entry``, for nothing harvested, or a day behind the lot's best.
    """
    entry = lock(session, DiaryEntry, entry_id)
    if entry is None:
        raise NotFound
    if entry.activity is not Activity.HARVEST or facts.activity is not Activity.HARVEST:
        return revise_entry(session, entry_id, facts=facts, reason=reason, actor=actor, now=now)
    return amend_harvest(
        session, entry, facts=facts, amount=amount, reason=reason, actor=actor, now=now
    )


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

    ``amount`` is None where it stays, or for a harvest without a lot. Another day, amount or
    name of who harvested is told as an event: the first one is declared wrong.

    :raises HarvestUsed: for another day or amount, when the lot was packed or sold from meanwhile.
    :raises Invalid: for nothing harvested, or a day behind the lot's best.
    """
    lot_id = session.scalar(sa.select(Lot.id).where(Lot.harvest_id == entry.root_id))
    if lot_id is None:
        return revise_entry(session, entry.id, facts=facts, reason=reason, actor=actor, now=now)
    vendor_id = session.get_one(Lot, lot_id).vendor_id
    actor.need_at(vendor_id, "recorder")
    lock_land(session, vendor_id)
    known = find_sent(session, entry.season_id, facts.client_key)
    if known is not None:
        return known
    lot = lock_lots(session, [lot_id], vendor_id=vendor_id)[lot_id]
    before = _Before(lot.harvested_on, Amount(made_of(session, lot.id), lot.unit))
    wanted = amount or before.amount
    if before.amount != wanted:
        need_unused(session, lot, field="quantity")
    _check(lot, facts, wanted)
    made = revise_entry(session, entry.id, facts=facts, reason=reason, actor=actor, now=now)
    if before != _Before(facts.done_on, wanted):
        _remake(session, lot, wanted, _Why(made, reason, facts.worker), actor=actor, now=now)
    elif entry.worker != facts.worker:
        # The event holds a digest of who harvested: it would vouch for the wrong person.
        rename_harvester(session, lot, worker=facts.worker, actor=actor, now=now)
    return made


@dataclass(frozen=True)
class _Before:
    """When a lot was harvested, and with how much it was made."""

    day: date
    amount: Amount


@dataclass(frozen=True)
class _Why:
    """The row of the diary that tells a harvest anew, its reason, and who harvested."""

    entry_id: str
    reason: str
    worker: str


def _check(lot: Lot, facts: EntryFacts, amount: Amount) -> None:
    if amount.quantity <= 0:
        raise Invalid(msg("Write how much was harvested, such as 120 kg."), field="quantity")
    if lot.best_before is not None and lot.best_before < facts.done_on:
        raise Invalid(msg("It cannot be best before it was harvested."), field="done_on")


def _remake(
    session: Session, lot: Lot, amount: Amount, why: _Why, *, actor: Actor, now: datetime
) -> None:
    """Let a lot that nothing was taken of hold what is said now."""
    before, change = lot.quantity, amount.quantity - lot.rest
    lot.unit, lot.quantity, lot.rest = amount.unit, amount.quantity, amount.quantity
    commission_anew(session, lot, worker=why.worker, actor=actor, now=now)
    if change:
        move = made_anew(lot, change, actor=actor, now=now)
        move.ref, move.reason = why.entry_id, why.reason
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
        harvested_on=lot.harvested_on.isoformat(),
        reason=why.reason,
    )
    emit(session, LotChanged(lot.id, lot.vendor_id), now=now)
    if change < 0:
        emit(session, LotShrank(lot.id, lot.vendor_id), now=now)
    session.flush()
    watch_harvest(session, lot, now=now)
