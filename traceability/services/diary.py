"""The farm diary: entries are written once, whatever the network does to the phone.

Nothing is edited away: a correction is a new row that names the one it corrects.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import new_id
from kernel.messages import msg
from traceability.models import DiaryEntry, EntryInput, EntryQuantity, Farm, Plot, Season
from traceability.rules import (
    Activity,
    EntryStatus,
    Measured,
    need_diary_day,
    need_place,
    need_quantities,
    need_reason,
    need_span,
    need_spray_facts,
)
from traceability.rules.diary import LONGEST_PLAN_DAYS
from traceability.services.farms import season_of
from traceability.services.findings import watch_entry
from traceability.services.holding import lock_land, move_harvest, settle_land
from traceability.services.judging import Used, judge_used
from traceability.services.shed import give_back, take_out
from traceability.services.water import name_water


@dataclass(frozen=True)
class EntryFacts:
    """What was done on a day; ``note`` by language, ``phi_days`` as on the product's label.

    ``client_key`` is made by the phone: the same key is the same entry. ``ended_on`` is the
    last local day where it took several, ``happened_at`` the clock of the phone.
    ``product_ids`` are of the office's list, several are a tank mix; ``media`` are digests
    of stored pictures; the place is in degrees of WGS 84.
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
    ended_on: date | None = None
    happened_at: datetime | None = None
    status: EntryStatus = EntryStatus.DONE
    quantities: tuple[Measured, ...] = ()
    input_batch_id: str | None = None
    product_ids: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None
    device_id: str = ""
    # What was watered from; a correction that names none keeps the one named before.
    water_id: str | None = None

    @property
    def batch_ids(self) -> tuple[str, ...]:
        """The batches it takes from, each once."""
        named = (self.input_batch_id, *(one.input_batch_id for one in self.quantities))
        return tuple(dict.fromkeys(one for one in named if one))


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
    return tell_entry(session, season, vendor_id, facts, actor=actor, now=now)


def revise_entry(
    session: Session, entry_id: str, *, facts: EntryFacts, reason: str, actor: Actor, now: datetime
) -> str:
    """Correct an entry by a new row and return its id; the old one stays.

    Holds follow: what the corrected spraying forbids now is held, what it allows is freed.

    :raises Conflict: when it was corrected already, or a harvest would be something else.
    :raises Invalid: as in ``write_entry``, or without a reason.
    """
    entry = lock(session, DiaryEntry, entry_id)
    if entry is None:
        raise NotFound
    season, vendor_id = season_of(session, entry.season_id)
    actor.need_at(vendor_id, "recorder")
    known = find_sent(session, season.id, facts.client_key)
    if known is not None:
        return known
    why = need_reason(reason)
    if (entry.activity is Activity.HARVEST) != (facts.activity is Activity.HARVEST):
        raise Invalid(msg("A harvest is recorded with its quantity."), field="activity")
    return tell_entry(session, season, vendor_id, facts, actor=actor, now=now, old=(entry, why))


def tell_entry(
    session: Session,
    season: Season,
    vendor_id: str,
    facts: EntryFacts,
    *,
    actor: Actor,
    now: datetime,
    old: tuple[DiaryEntry, str] | None = None,
) -> str:
    """Write an entry, or its correction, with all that follows; who may was asked before."""
    lock_land(session, vendor_id)
    # Sent twice at once, the second one waited for the first; the season may be over by now.
    known = find_sent(session, season.id, facts.client_key)
    if known is not None:
        return known
    session.refresh(season)
    _check(facts, season, today=local_date(now))
    entry_id = insert_entry(session, season, facts, actor=actor, now=now, old=old)
    if old is not None:
        give_back(session, old[0].id, revision_id=entry_id, actor=actor, now=now)
    if facts.status is EntryStatus.DONE:
        take_out(session, entry_id, facts.quantities, facts.input_batch_id, actor=actor, now=now)
    since = min(facts.done_on, old[0].done_on) if old else facts.done_on
    if facts.activity is Activity.HARVEST and old is not None:
        move_harvest(session, old[0].root_id, facts.done_on, now=now)
    else:
        settle_land(session, season.plot_id, since=since, now=now)
    watch_entry(session, season, entry_id, vendor_id=vendor_id, now=now)
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
    session: Session,
    season: Season,
    facts: EntryFacts,
    *,
    actor: Actor,
    now: datetime,
    old: tuple[DiaryEntry, str] | None = None,
) -> str:
    """Store an entry as it is told and return its id; the rules were asked before.

    ``old`` is the entry it corrects, and why.

    :raises Conflict: when that one was corrected meanwhile.
    """
    vendor_id = _vendor_of(session, season)
    used = _used(session, season, facts, vendor_id)
    entry = DiaryEntry(id=new_id(), season_id=season.id, recorded_by=actor.user_id, recorded_at=now)
    _fill(entry, facts, used, old)
    try:
        with session.begin_nested():
            session.add(entry)
    except IntegrityError:
        # The same entry came by another way in this moment, or another correction.
        known = find_sent(session, season.id, facts.client_key)
        if known is None:
            raise Conflict from None
        return known
    _add_parts(session, entry.id, facts, used)
    before = old[0].id if old else None
    name_water(session, entry.id, source_id=facts.water_id, old_id=before, vendor_id=vendor_id)
    _note(session, entry, _plain(facts, used), actor, now)
    return entry.id


def _check(facts: EntryFacts, season: Season, *, today: date) -> None:
    planned = facts.status is not EntryStatus.DONE
    latest = date.fromordinal(today.toordinal() + LONGEST_PLAN_DAYS) if planned else today
    need_diary_day(facts.done_on, season.started_on, season.ended_on, today=latest)
    need_span(facts.done_on, facts.ended_on, today=today, planned=planned)
    need_quantities(facts.quantities)
    need_place(facts.lat, facts.lon)
    if facts.activity is Activity.SPRAY:
        named = facts.input_name or ("-" if facts.product_ids or facts.batch_ids else "")
        need_spray_facts(named, facts.phi_days, unknown=True)


def _used(session: Session, season: Season, facts: EntryFacts, vendor_id: str) -> Used:
    """Judge the products; what is only planned may not be banned.

    :raises Invalid: for a plan to use what is banned on that day.
    """
    used = judge_used(
        session,
        season,
        day=facts.done_on,
        typed=(facts.input_name, facts.phi_days, facts.active_ingredient),
        product_ids=facts.product_ids,
        batch_ids=facts.batch_ids,
        vendor_id=vendor_id,
    )
    if facts.status is EntryStatus.PENDING and used.is_banned:
        raise Invalid(
            msg("This product is banned on that day: it must not be used."), field="input_name"
        )
    return used


def _fill(
    entry: DiaryEntry, facts: EntryFacts, used: Used, old: tuple[DiaryEntry, str] | None
) -> None:
    is_spray = facts.activity is Activity.SPRAY
    for name in _COPIED:
        setattr(entry, name, getattr(facts, name))
    entry.input_name = facts.input_name or used.name or None
    entry.active_ingredient, entry.dose = facts.active_ingredient or None, facts.dose or None
    entry.people, entry.media = list(facts.people), list(facts.media)
    entry.typed_phi_days = facts.phi_days
    entry.phi_days = used.judged.phi_days if is_spray else None
    entry.reentry_hours = used.judged.reentry_hours if is_spray else None
    entry.block = used.judged.block if is_spray or used.is_banned else None
    entry.root_id = entry.id
    if old is not None:
        before, reason = old
        entry.revision_of, entry.root_id = before.id, before.root_id
        entry.revision_reason = reason


_COPIED = (
    "client_key",
    "activity",
    "done_on",
    "ended_on",
    "happened_at",
    "status",
    "note",
    "worker",
    "lat",
    "lon",
    "device_id",
)


def _add_parts(session: Session, entry_id: str, facts: EntryFacts, used: Used) -> None:
    inputs = [(key, None) for key in used.product_ids] + [(None, key) for key in facts.batch_ids]
    for position, (product_id, batch_id) in enumerate(inputs):
        session.add(
            EntryInput(
                entry_id=entry_id,
                position=position,
                product_id=product_id,
                input_batch_id=batch_id,
            )
        )
    for position, one in enumerate(facts.quantities):
        session.add(EntryQuantity(entry_id=entry_id, position=position, **vars(one)))
    session.flush()


def _note(
    session: Session, entry: DiaryEntry, plain: dict[str, Any], actor: Actor, now: datetime
) -> None:
    detail: dict[str, Any] = {}
    if entry.revision_of is not None:
        detail = {"revision_of": entry.revision_of, "reason": entry.revision_reason}
    audit.record(
        session,
        "diary.corrected" if detail else "diary.written",
        actor=actor,
        subject=("diary_entry", entry.id),
        now=now,
        after=plain,
        season_id=entry.season_id,
        activity=entry.activity.value,
        done_on=entry.done_on.isoformat(),
        **detail,
    )


def _plain(facts: EntryFacts, used: Used) -> dict[str, Any]:
    """Return the facts as they are noted in the audit log."""
    kept = {name: value for name, value in vars(facts).items() if value not in (None, "", ())}
    kept["quantities"] = [
        f"{one.measure.value} {one.number} {one.unit}" for one in facts.quantities
    ]
    judged = used.judged
    return kept | {
        "counts_days": judged.phi_days,
        "block": judged.block.value if judged.block else None,
    }


def _vendor_of(session: Session, season: Season) -> str:
    return session.scalars(
        sa.select(Farm.vendor_id)
        .join(Plot, Plot.farm_id == Farm.id)
        .where(Plot.id == season.plot_id)
    ).one()
