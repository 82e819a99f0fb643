"""Lots are born: of a harvest, or of a table of the office."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import HOUSE, Actor
from kernel.clock import local_date
from kernel.errors import Invalid, NotFound
from kernel.events import emit
from kernel.ids import new_id, short_code
from kernel.messages import msg
from kernel.quantity import Unit
from traceability.events import LotCreated
from traceability.models import Lot, LotCounter, LotMove, LotSeason, Plot, Season, TraceEvent
from traceability.queries.diary_root import diary_root
from traceability.rules import (
    Activity,
    LotKind,
    LotState,
    MoveKind,
    is_same_crop,
    lot_code,
    need_diary_day,
)
from traceability.services.diary import EntryFacts, find_sent, insert_entry
from traceability.services.events import declare_wrong
from traceability.services.farms import season_of
from traceability.services.findings import watch_harvest
from traceability.services.holding import lock_land, settle_lot
from traceability.services.proof.personal import harvested_by
from traceability.services.steps import add_step
from traceability.services.telling import Words, moment_of, tell_object

NOBODY: Mapping[str, str] = MappingProxyType({})


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
    session.refresh(season)
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
    bear(session, lot, worker=facts.worker, actor=actor, now=now)
    add_seasons(session, lot, facts, actor=actor, now=now)
    settle_lot(session, lot, now=now)
    watch_harvest(session, lot, now=now)
    return lot.id


def add_seasons(
    session: Session, lot: Lot, facts: HarvestFacts, *, actor: Actor, now: datetime
) -> None:
    """Note the further seasons that were harvested into a lot.

    :raises Invalid: for a day outside of one of them, or where something else grows.
    """
    first = session.get_one(Season, lot.season_id)
    for season_id in dict.fromkeys(facts.also_season_ids):
        season, vendor_id = season_of(session, season_id)
        if season.id == lot.season_id:
            continue
        actor.need_at(vendor_id, "recorder")
        if vendor_id != lot.vendor_id:
            raise NotFound
        if not is_same_crop((first.crop_id, first.crop), (season.crop_id, season.crop)):
            raise Invalid(msg("Only the same crop goes into one lot."), field="also")
        today = local_date(now)
        need_diary_day(
            facts.harvested_on, season.started_on, season.ended_on, today=today, field="also"
        )
        session.add(LotSeason(lot_id=lot.id, season_id=season.id))
    session.flush()


def bear(session: Session, lot: Lot, *, worker: str = "", actor: Actor, now: datetime) -> None:
    """Store a new lot and its first event, and tell the house; ``worker``: who harvested it.

    ``settle_lot`` judges it when all of it is known.
    """
    name_lot(lot, now=now)
    people = harvested_by(session, worker, vendor_id=lot.vendor_id, actor=actor)
    lot.commissioned_seq = commission(session, lot, by=actor, people=people, now=now)
    store_lot(session, lot, actor=actor, now=now)


def name_lot(lot: Lot, *, now: datetime) -> None:
    """Give a new lot what it is called by, before an event can tell of it."""
    lot.id = new_id()
    lot.trace_code = lot.trace_code or short_code(12)
    lot.kind = cast("LotKind | None", lot.kind) or LotKind.HARVEST
    lot.state, lot.state_reason = LotState.OPEN, ""
    lot.state_at = lot.created_at = now
    lot.rest = lot.quantity


def store_lot(session: Session, lot: Lot, *, actor: Actor, now: datetime) -> None:
    """Store a lot whose first event is written, with its first move."""
    session.add(lot)
    session.flush()
    add_step(session, lot, "create", actor=actor, now=now)
    if lot.quantity:
        session.add(made_anew(lot, lot.quantity, actor=actor, now=now))
    audit.record(
        session,
        "lot.created",
        actor=actor,
        subject=("lot", lot.id),
        now=now,
        code=lot.code,
        kind=lot.kind.value,
        quantity=lot.quantity,
        unit=lot.unit.value,
        harvested_on=lot.harvested_on.isoformat(),
    )
    emit(session, LotCreated(lot.id, lot.vendor_id), now=now)
    session.flush()


def made_anew(lot: Lot, change: int, *, actor: Actor, now: datetime) -> LotMove:
    """Return the move by which a lot was made with more or less."""
    return LotMove(
        lot_id=lot.id,
        kind=MoveKind.MADE,
        quantity=change,
        event_seq=lot.commissioned_seq,
        actor_id=actor.user_id,
        actor_name=actor.name,
        at=now,
    )


def commission(
    session: Session,
    lot: Lot,
    *,
    by: Actor = HOUSE,
    people: Mapping[str, str] = NOBODY,
    at: datetime | None = None,
    now: datetime,
) -> int:
    """Write the event by which a lot begins; nothing else is told of it before.

    ``people`` are digests of who harvested it; ``at`` is the instant where it is known.
    """
    day = lot.packed_on if lot.season_id is None and lot.packed_on else lot.harvested_on
    words = Words("ADD", "commissioning", "active")
    ilmd: dict[str, Any] = {
        "cbvmda:lotNumber": lot.code,
        "cbvmda:harvestStartDate": lot.harvested_on.isoformat(),
        "cbvmda:harvestEndDate": lot.harvested_on.isoformat(),
        "cbvmda:countryOfOrigin": "VN",
        **people,
    }
    if lot.best_before is not None:
        ilmd["cbvmda:bestBeforeDate"] = lot.best_before.isoformat()
    if lot.season_id is not None:
        ilmd |= _grown(session, lot.season_id, until=lot.harvested_on)
    when = at or moment_of(day, now)
    return tell_object(session, [(lot, lot.quantity)], words, at=when, now=now, by=by, ilmd=ilmd)


def _grown(session: Session, season_id: str, *, until: date) -> dict[str, str]:
    """Return where and as what it grew, and the hash of the diary that says so."""
    row = session.execute(
        sa.select(Season.code, Plot.planting_area_code)
        .join(Plot, Plot.id == Season.plot_id)
        .where(Season.id == season_id)
    ).one()
    told = {
        "market:cropCycle": row.code,
        "market:growingAreaCode": row.planting_area_code or "",
        "market:diaryRoot": diary_root(session, season_id, until=until),
    }
    return {name: text for name, text in told.items() if text}


def commission_old(session: Session, now: datetime, *, limit: int = 200) -> int:
    """Write the first event of lots that were made before events were kept; return of how many.

    Their moves know the event from then on; what was told of them meanwhile stays as it is.
    """
    old = session.scalars(
        sa.select(Lot)
        .where(Lot.commissioned_seq.is_(None))
        .order_by(Lot.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for lot in old:
        need_commissioned(session, lot, now=now)
    session.flush()
    return len(old)


def need_commissioned(session: Session, lot: Lot, *, now: datetime) -> None:
    """Give a lot its first event if it has none: nothing happens to it before."""
    if lot.commissioned_seq is not None:
        return
    _begin(session, lot, commission(session, lot, now=now))


def commission_anew(
    session: Session, lot: Lot, *, worker: str, actor: Actor, now: datetime
) -> None:
    """Tell how a lot began as it is known now, before anything was taken of it."""
    _begin(session, lot, _tell_anew(session, lot, worker=worker, actor=actor, now=now))


def rename_harvester(
    session: Session, lot: Lot, *, worker: str, actor: Actor, now: datetime
) -> None:
    """Tell how a lot began with another name of who harvested it, whatever was taken of it since.

    The lot keeps its place in the log: what was made of it comes after that.
    """
    _tell_anew(session, lot, worker=worker, actor=actor, now=now)


def _tell_anew(session: Session, lot: Lot, *, worker: str, actor: Actor, now: datetime) -> int:
    """Write the event by which a lot begins once more; return its place in the log.

    The event that told it otherwise is told once more with a declaration that its data were
    incorrect, naming the new one. The instant stays while the day does.
    """
    wrong = _last_told(session, lot)
    kept = wrong is not None and local_date(wrong.event_time) == lot.harvested_on
    people = harvested_by(session, worker, vendor_id=lot.vendor_id, actor=actor)
    at = wrong.event_time if wrong is not None and kept else None
    seq = commission(session, lot, by=actor, people=people, at=at, now=now)
    if wrong is not None:
        declare_wrong(session, wrong.seq, reason="incorrect_data", correctives=[seq], now=now)
    return seq


def _last_told(session: Session, lot: Lot) -> TraceEvent | None:
    """Return the event that tells how a lot began, or the one that corrected it last."""
    event = session.get(TraceEvent, lot.commissioned_seq) if lot.commissioned_seq else None
    while event is not None:
        own = (TraceEvent.vendor_id == event.vendor_id, TraceEvent.partner_id.is_(None))
        wrong = session.scalars(
            sa.select(TraceEvent.body)
            .where(*own, TraceEvent.event_id == event.event_id, TraceEvent.declared > "")
            .order_by(TraceEvent.declared.desc())
        ).first()
        if wrong is None:
            return event
        right = json.loads(wrong)["errorDeclaration"].get("correctiveEventIDs", [])
        event = session.scalars(
            sa.select(TraceEvent)
            .where(*own, TraceEvent.event_id.in_(right), TraceEvent.declared == "")
            .order_by(TraceEvent.seq.desc())
        ).first()
    return None


def _begin(session: Session, lot: Lot, seq: int) -> None:
    """Let a lot and the moves that made it know their event."""
    lot.commissioned_seq = seq
    session.execute(
        sa.update(LotMove)
        .where(LotMove.lot_id == lot.id, LotMove.kind == MoveKind.MADE)
        .values(event_seq=seq)
    )


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
