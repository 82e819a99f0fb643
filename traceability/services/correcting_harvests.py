"""A harvest that a phone corrects days later: its day, how much it was, who and what was noted."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.languages import pick
from traceability.models import DiaryEntry, Lot
from traceability.rules import Activity
from traceability.rules.merging import Undecided, merge, merged_note
from traceability.services.diary import EntryFacts
from traceability.services.ledger import made_of
from traceability.services.lots import Amount, HarvestFacts, amend_harvest
from traceability.services.photos import leave_photos, name_photos
from traceability.services.recorder import Sent, Taken, taken


def correct_harvest(
    session: Session,
    vendor_id: str,
    versions: tuple[DiaryEntry, DiaryEntry],
    *,
    sent: Sent,
    facts: HarvestFacts,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Taken | Undecided:
    """Correct a harvest that a phone saw as the first of two versions; the second is locked.

    What a lot is best before stays: a phone does not correct it.
    """
    base, latest = versions
    theirs = _kept(session, latest, sent.lang, seen=None)
    merged = merge(
        _kept(session, base, sent.lang, seen=base),
        _told(facts, sent.extra.media, theirs),
        theirs,
    )
    if merged.open:
        return Undecided(latest.id, merged.open, merged.values)
    values = merged.values
    if values == theirs:
        return taken(session, latest.id)
    name_photos(session, vendor_id, values["media"], now=now)
    made = amend_harvest(
        session,
        latest,
        facts=_facts(latest, sent, values),
        amount=values["amount"],
        reason=reason,
        actor=actor,
        now=now,
    )
    leave_photos(session, vendor_id, set(latest.media) - set(values["media"]), now=now)
    return taken(session, made)


def _kept(
    session: Session, entry: DiaryEntry, lang: str, *, seen: DiaryEntry | None
) -> dict[str, Any]:
    """Return what a phone may change of a stored harvest, as the revision a phone saw had it."""
    lot = session.execute(
        sa.select(Lot.id, Lot.unit).where(Lot.harvest_id == entry.root_id)
    ).first()
    return {
        "done_on": entry.done_on,
        "amount": Amount(made_of(session, lot.id, seen=seen), lot.unit) if lot else None,
        "worker": entry.worker,
        "note": pick(entry.note, lang),
        "media": tuple(entry.media),
    }


def _told(facts: HarvestFacts, media: tuple[str, ...], theirs: dict[str, Any]) -> dict[str, Any]:
    """Return what a phone says; of a harvest without a lot no amount is known."""
    return {
        "done_on": facts.harvested_on,
        "amount": Amount(facts.quantity, facts.unit) if theirs["amount"] else None,
        "worker": facts.worker,
        "note": next(iter(facts.note.values()), ""),
        "media": media,
    }


def _facts(latest: DiaryEntry, sent: Sent, values: dict[str, Any]) -> EntryFacts:
    extra = sent.extra
    return EntryFacts(
        sent.facts.client_key,
        Activity.HARVEST,
        values["done_on"],
        merged_note(latest.note, values["note"], sent.lang),
        values["worker"],
        happened_at=latest.happened_at or extra.happened_at,
        status=latest.status,
        people=tuple(latest.people),
        media=values["media"],
        lat=latest.lat if extra.lat is None else extra.lat,
        lon=latest.lon if extra.lon is None else extra.lon,
        device_id=extra.device_id,
    )
