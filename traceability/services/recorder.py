"""Entries and pictures as a phone sends them, perhaps days later, perhaps twice."""

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.errors import Invalid, NotFound
from kernel.messages import msg
from traceability.models import DiaryEntry, Lot
from traceability.rules import LotState
from traceability.services.diary import EntryFacts, find_sent, write_entry
from traceability.services.farms import season_of
from traceability.services.lots import HarvestFacts, record_harvest
from traceability.services.photos import name_photos


@dataclass(frozen=True)
class Extra:
    """What only a phone knows of an entry: its clock, where it was, its pictures, itself."""

    happened_at: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    media: tuple[str, ...] = ()
    device_id: str = ""


@dataclass(frozen=True)
class Sent:
    """One entry as a phone sends it: something done, or a harvest; ``lang`` is its notes' language."""

    season_id: str
    facts: EntryFacts | HarvestFacts
    extra: Extra = Extra()
    lang: str = "vi"


@dataclass(frozen=True)
class MadeLot:
    """The lot that a harvest became."""

    code: str
    is_held: bool


@dataclass(frozen=True)
class Taken:
    """How an entry is stored: its id, and the lot where it is a harvest."""

    id: str
    lot: MadeLot | None = None


def take_entry(
    session: Session, vendor_id: str, *, sent: Sent, actor: Actor, now: datetime
) -> Taken:
    """Store one entry of a phone; sent again, it is found and nothing is written.

    :raises Invalid: naming the field that is wrong.
    """
    actor.need_at(vendor_id, "recorder")
    need_own_season(session, vendor_id, sent.season_id)
    name_photos(session, vendor_id, sent.extra.media, now=now)
    if isinstance(sent.facts, HarvestFacts):
        return _take_harvest(session, sent, sent.facts, actor=actor, now=now)
    facts = replace(sent.facts, **vars(sent.extra))
    return Taken(write_entry(session, sent.season_id, facts=facts, actor=actor, now=now))


def extra_of(session: Session, entry_id: str) -> Extra:
    """Return what only a phone knows of a stored entry: a correction without a phone keeps it.

    :raises NotFound: when there is no such entry.
    """
    entry = session.get(DiaryEntry, entry_id)
    if entry is None:
        raise NotFound
    return Extra(entry.happened_at, entry.lat, entry.lon, tuple(entry.media), entry.device_id)


def _take_harvest(
    session: Session, sent: Sent, facts: HarvestFacts, *, actor: Actor, now: datetime
) -> Taken:
    """Record a harvest; what the phone alone knows is put beside it as long as it is new."""
    is_new = find_sent(session, sent.season_id, facts.client_key) is None
    lot_id = record_harvest(session, sent.season_id, facts=facts, actor=actor, now=now)
    lot = session.get_one(Lot, lot_id)
    entry = session.get_one(DiaryEntry, lot.harvest_id)
    if is_new:
        for name, value in vars(sent.extra).items():
            setattr(entry, name, list(value) if isinstance(value, tuple) else value)
        session.flush()
    return taken(session, entry.id)


def taken(session: Session, entry_id: str) -> Taken:
    """Return how an entry is stored, with the lot of its harvest if it is one."""
    lot = session.execute(
        sa.select(Lot.code, Lot.state)
        .join(DiaryEntry, DiaryEntry.root_id == Lot.harvest_id)
        .where(DiaryEntry.id == entry_id)
    ).first()
    return Taken(entry_id, MadeLot(lot.code, lot.state is not LotState.OPEN) if lot else None)


def need_own_season(session: Session, vendor_id: str, season_id: str) -> None:
    """Refuse the season of somebody else, for which the actor may work, too."""
    try:
        whose = season_of(session, season_id)[1]
    except NotFound:
        whose = ""
    if whose != vendor_id:
        raise Invalid(msg("This season is no longer there."), field="season_id")
