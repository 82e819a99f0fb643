"""The farm diary: entries are written once, whatever the network does to the phone."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.messages import msg
from traceability.models import DiaryEntry, Lot, Plot, Season
from traceability.queries import sprays
from traceability.rules import (
    Activity,
    Clearance,
    Spray,
    judge_harvest,
    need_diary_day,
    need_spray_facts,
)
from traceability.services.farms import season_of
from traceability.services.steps import hold_inside_interval


@dataclass(frozen=True)
class EntryFacts:
    """What was done on a day; ``note`` by language, ``phi_days`` as on the product's label.

    ``client_key`` is made by the phone: the same key is the same entry.
    """

    client_key: str
    activity: Activity
    done_on: date
    note: dict[str, str]
    worker: str = ""
    input_name: str = ""
    active_ingredient: str = ""
    dose: str = ""
    phi_days: int | None = None


def write_entry(
    session: Session, season_id: str, *, facts: EntryFacts, actor: Actor, now: datetime
) -> str:
    """Write a diary entry and return its id; sent twice, it is written once.

    A spraying that is told late is held against lots harvested since.

    :raises Invalid: for a day outside the season or a spraying without its facts.
    """
    season, vendor_id = season_of(session, season_id)
    actor.need_at(vendor_id, "recorder")
    known = find_sent(session, season.id, facts.client_key)
    if known is not None:
        return known
    if facts.activity is Activity.HARVEST:
        raise Invalid(msg("A harvest is recorded with its quantity."), field="activity")
    need_diary_day(facts.done_on, season.started_on, season.ended_on, today=local_date(now))
    if facts.activity is Activity.SPRAY:
        need_spray_facts(facts.input_name, facts.phi_days)
    entry_id = insert_entry(session, season, facts, actor=actor, now=now)
    if facts.activity is Activity.SPRAY:
        spray = Spray(facts.input_name, facts.done_on, facts.phi_days)
        hold_against_spray(session, season, spray, now=now)
    return entry_id


def find_sent(session: Session, season_id: str, client_key: str) -> str | None:
    """Return the entry that came with a key before.

    :raises Conflict: when the key belongs to another diary.
    """
    found = session.execute(
        sa.select(DiaryEntry.id, DiaryEntry.season_id).where(DiaryEntry.client_key == client_key)
    ).first()
    if found is None:
        return None
    if found.season_id != season_id:
        raise Conflict
    return str(found.id)


def insert_entry(
    session: Session, season: Season, facts: EntryFacts, *, actor: Actor, now: datetime
) -> str:
    """Store an entry as it is told and return its id; the rules were asked before."""
    plain = asdict(facts)
    for name in ("input_name", "active_ingredient", "dose"):
        plain[name] = plain[name] or None
    entry = DiaryEntry(season_id=season.id, recorded_by=actor.user_id, recorded_at=now, **plain)
    try:
        with session.begin_nested():
            session.add(entry)
    except IntegrityError:
        # The same entry came by another way in this moment.
        known = find_sent(session, season.id, facts.client_key)
        if known is None:
            raise
        return known
    audit.record(
        session,
        "diary.written",
        actor=actor,
        subject=("diary_entry", entry.id),
        now=now,
        after=plain,
        season_id=season.id,
        activity=facts.activity.value,
        done_on=facts.done_on.isoformat(),
    )
    return entry.id


def judge(session: Session, season: Season, harvested_on: date) -> Clearance:
    """Judge a harvest by the sprays on its plot, which stays locked against new ones."""
    if lock(session, Plot, season.plot_id) is None:
        raise NotFound
    return judge_harvest(sprays(session, plot_id=season.plot_id, until=harvested_on), harvested_on)


def hold_against_spray(session: Session, season: Season, spray: Spray, *, now: datetime) -> None:
    """Hold the lots of a plot that a spraying told only now forbids."""
    lock(session, Plot, season.plot_id)
    session.flush()
    lots = session.scalars(
        sa.select(Lot)
        .join(Season, Season.id == Lot.season_id)
        .where(Season.plot_id == season.plot_id, Lot.harvested_on >= spray.done_on)
        .order_by(Lot.id)
        .with_for_update(of=Lot)
        .execution_options(populate_existing=True)
    ).all()
    for lot in lots:
        # This spraying alone: what others forbade was judged when they were told.
        if not judge_harvest([spray], lot.harvested_on).kept:
            hold_inside_interval(session, lot, now=now)
