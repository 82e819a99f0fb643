"""Lots: born of a harvest, held, released, recalled."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Invalid, NotFound
from kernel.events import emit
from kernel.ids import new_id, short_code
from kernel.messages import msg
from kernel.quantity import Unit
from traceability.events import LotCreated
from traceability.models import Lot, LotCounter, LotSeason, Season
from traceability.rules import Activity, LotState, lot_code, need_diary_day, need_reason
from traceability.services.diary import EntryFacts, find_sent, insert_entry
from traceability.services.farms import season_of
from traceability.services.findings import watch_harvest
from traceability.services.holding import clear_holds, lock_land, settle_lot
from traceability.services.steps import add_step, move

OFFICE = ("reviewer", "approver")


@dataclass(frozen=True)
class HarvestFacts:
    """What was brought in; ``quantity`` in base units, ``gtin`` of fourteen digits if there is one."""

    client_key: str
    harvested_on: date
    quantity: int
    unit: Unit
    note: dict[str, str]
    worker: str = ""
    gtin: str | None = None
    best_before: date | None = None
    # Further seasons whose harvest went into the same lot.
    also_season_ids: tuple[str, ...] = ()


def record_harvest(
    session: Session, season_id: str, *, facts: HarvestFacts, actor: Actor, now: datetime
) -> str:
    """Write a harvest into the diary and make its lot; return the lot's id.

    A harvest inside the waiting time of a spraying is a fact, too: it is
    recorded, and its lot is born on hold. Sent twice, it is recorded once.

    :raises Invalid: for a day outside the season, nothing harvested, a GTIN of somebody else.
    """
    season, vendor_id = season_of(session, season_id)
    actor.need_at(vendor_id, "recorder")
    # Locked first, so a spraying of this moment, or the same harvest sent twice, waits here.
    lock_land(session, vendor_id)
    known = find_sent(session, season.id, facts.client_key)
    if known is not None:
        return _lot_of_harvest(session, known)
    _check(session, facts, season, vendor_id, today=local_date(now))
    entry = EntryFacts(
        facts.client_key, Activity.HARVEST, facts.harvested_on, facts.note, facts.worker
    )
    entry_id = insert_entry(session, season, entry, actor=actor, now=now)
    lot = Lot(
        vendor_id=vendor_id,
        season_id=season.id,
        harvest_id=entry_id,
        code=next_code(session, vendor_id=vendor_id, harvested_on=facts.harvested_on),
        gtin=facts.gtin,
        product=season.crop,
        unit=facts.unit,
        quantity=facts.quantity,
        harvested_on=facts.harvested_on,
        best_before=facts.best_before,
    )
    bear(session, lot, actor=actor, now=now)
    add_seasons(session, lot, facts, actor=actor, now=now)
    settle_lot(session, lot, now=now)
    watch_harvest(session, lot, now=now)
    return lot.id


def add_seasons(
    session: Session, lot: Lot, facts: HarvestFacts, *, actor: Actor, now: datetime
) -> None:
    """Note the further seasons that were harvested into a lot.

    :raises Invalid: for a day outside of one of them.
    """
    for season_id in dict.fromkeys(facts.also_season_ids):
        season, vendor_id = season_of(session, season_id)
        if season.id == lot.season_id:
            continue
        actor.need_at(vendor_id, "recorder")
        if vendor_id != lot.vendor_id:
            raise NotFound
        today = local_date(now)
        need_diary_day(
            facts.harvested_on, season.started_on, season.ended_on, today=today, field="also"
        )
        session.add(LotSeason(lot_id=lot.id, season_id=season.id))
    session.flush()


def bear(session: Session, lot: Lot, *, actor: Actor, now: datetime) -> None:
    """Store a new lot and tell the house; ``settle_lot`` judges it when all of it is known."""
    lot.id = new_id()
    lot.trace_code = lot.trace_code or short_code(12)
    lot.state, lot.state_reason = LotState.OPEN, ""
    lot.state_at = lot.created_at = now
    session.add(lot)
    session.flush()
    add_step(session, lot, "create", actor=actor, now=now)
    audit.record(
        session,
        "lot.created",
        actor=actor,
        subject=("lot", lot.id),
        now=now,
        code=lot.code,
        quantity=lot.quantity,
        unit=lot.unit.value,
        harvested_on=lot.harvested_on.isoformat(),
    )
    emit(session, LotCreated(lot.id, lot.vendor_id), now=now)


def hold_lot(session: Session, lot_id: str, *, reason: str, actor: Actor, now: datetime) -> None:
    """Hold a lot: by its vendor, or by the office.

    :raises Conflict: when it is not open.
    """
    lot = _own(session, lot_id, actor, "recorder", "seller")
    move(session, lot, "hold", reason=need_reason(reason), actor=actor, now=now)


def release_lot(session: Session, lot_id: str, *, reason: str, actor: Actor, now: datetime) -> None:
    """Release a lot that was held, with the reason why it may be sold.

    :raises SecondPersonNeeded: when a waiting time was broken and who recorded
        the harvest or the spraying would release it.
    :raises TestNeeded, TestFailed: when a waiting time was broken and no test was passed.
    """
    lot = _own(session, lot_id, actor)
    if lot.inside_interval:
        clear_holds(session, lot, actor=actor, now=now)
    move(session, lot, "release", reason=need_reason(reason), actor=actor, now=now)


def recall_lot(session: Session, lot_id: str, *, reason: str, actor: Actor, now: datetime) -> None:
    """Call a lot back for good: by an owner of its vendor, or by the office.

    :raises Conflict: when it is recalled already.
    """
    lot = _own(session, lot_id, actor)
    move(session, lot, "recall", reason=need_reason(reason), actor=actor, now=now)


def next_code(session: Session, *, vendor_id: str, harvested_on: date) -> str:
    """Return the next lot code of a vendor's month; the counter stays locked until the end."""
    engine = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    month = f"{harvested_on:%y%m}"
    counted = (
        engine.insert(LotCounter)
        .values(vendor_id=vendor_id, month=month, last=1)
        .on_conflict_do_update(
            index_elements=["vendor_id", "month"], set_={"last": LotCounter.last + 1}
        )
        .returning(LotCounter.last)
    )
    while True:
        number = session.scalars(counted).one()
        code = lot_code(harvested_on, number)
        # A code may have come with an import.
        if session.scalar(_with_code(vendor_id, code)) is None:
            return code


def need_free_gtin(session: Session, gtin: str | None, vendor_id: str) -> None:
    """Refuse a GTIN that marks the goods of another vendor.

    :raises Invalid: then.
    """
    if gtin is None:
        return
    other = session.scalar(
        sa.select(Lot.id).where(Lot.gtin == gtin, Lot.vendor_id != vendor_id).limit(1)
    )
    if other is not None:
        raise Invalid(msg("Another vendor uses this GTIN."), field="gtin")


def _with_code(vendor_id: str, code: str) -> sa.Select[str]:
    return sa.select(Lot.id).where(Lot.vendor_id == vendor_id, Lot.code == code)


def _check(
    session: Session, facts: HarvestFacts, season: Season, vendor_id: str, *, today: date
) -> None:
    if facts.quantity <= 0:
        raise Invalid(msg("Write how much was harvested, such as 120 kg."), field="quantity")
    if facts.best_before is not None and facts.best_before < facts.harvested_on:
        raise Invalid(msg("It cannot be best before it was harvested."), field="best_before")
    need_free_gtin(session, facts.gtin, vendor_id)
    need_diary_day(
        facts.harvested_on, season.started_on, season.ended_on, today=today, field="harvested_on"
    )


def _lot_of_harvest(session: Session, entry_id: str) -> str:
    lot_id = session.scalar(sa.select(Lot.id).where(Lot.harvest_id == entry_id))
    if lot_id is None:
        raise NotFound
    return lot_id


def _own(session: Session, lot_id: str, actor: Actor, *roles: str) -> Lot:
    """Return a lot, locked, for its vendor's owner (or roles) or for the office."""
    lot = lock(session, Lot, lot_id)
    if lot is None:
        raise NotFound
    if not actor.has(*OFFICE):
        actor.need_at(lot.vendor_id, *roles)
    return lot
