"""Corrections that a phone sends days later: brought together with what others corrected since."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Invalid, NotFound
from kernel.languages import pick
from kernel.messages import msg
from traceability.models import DiaryEntry, EntryInput, EntryQuantity, InputProduct
from traceability.rules import Activity, Measured
from traceability.rules.merging import Merged, Undecided, merge, merged_note
from traceability.services.correcting_harvests import correct_harvest
from traceability.services.diary import EntryFacts, find_sent, revise_entry
from traceability.services.lots import HarvestFacts
from traceability.services.photos import leave_photos, name_photos
from traceability.services.recorder import Sent, Taken, need_own_season, taken

COMPARED = ("done_on", "input_name", "active_ingredient", "dose", "phi_days", "worker", "note")


def take_correction(
    session: Session,
    vendor_id: str,
    base_id: str,
    *,
    sent: Sent,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Taken | Undecided:
    """Correct an entry that a phone saw as ``base_id``; sent again, it is found.

    Fields that only one side changed are taken from that side.

    :raises Invalid: for an entry that is not there, or a field that is wrong.
    :raises HarvestUsed: for a harvest whose lot was packed or sold from meanwhile.
    """
    actor.need_at(vendor_id, "recorder")
    base, latest = _versions(session, base_id)
    need_own_season(session, vendor_id, latest.season_id)
    facts = sent.facts
    _need_same_kind(facts, latest)
    known = find_sent(session, latest.season_id, facts.client_key)
    if known is not None:
        return taken(session, known)
    if isinstance(facts, HarvestFacts):
        return correct_harvest(
            session,
            vendor_id,
            (base, latest),
            sent=sent,
            facts=facts,
            reason=reason,
            actor=actor,
            now=now,
        )
    merged = _merged(base, latest, facts, sent)
    if merged.open:
        return Undecided(latest.id, merged.open, merged.values)
    return _write(session, vendor_id, latest, merged, sent, reason=reason, actor=actor, now=now)


def _merged(base: DiaryEntry, latest: DiaryEntry, facts: EntryFacts, sent: Sent) -> Merged:
    mine = _told(facts) | {"media": sent.extra.media}
    return merge(_kept(base, sent.lang), mine, _kept(latest, sent.lang))


def _need_same_kind(facts: EntryFacts | HarvestFacts, latest: DiaryEntry) -> None:
    """Refuse a correction that makes something else of an entry.

    :raises Invalid: then.
    """
    if isinstance(facts, HarvestFacts) != (latest.activity is Activity.HARVEST):
        raise Invalid(msg("A harvest is recorded with its quantity."), field="activity")
    if isinstance(facts, EntryFacts) and facts.activity is not latest.activity:
        raise Invalid(msg("Correct this on the page of the season."), field="activity")


def _write(
    session: Session,
    vendor_id: str,
    latest: DiaryEntry,
    merged: Merged,
    sent: Sent,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Taken:
    """Write the correction, unless it says what the entry says already."""
    if merged.values == _kept(latest, sent.lang):
        return Taken(latest.id)
    name_photos(session, vendor_id, merged.values["media"], now=now)
    facts = _facts(session, latest, sent, merged.values)
    made = revise_entry(session, latest.id, facts=facts, reason=reason, actor=actor, now=now)
    leave_photos(session, vendor_id, set(latest.media) - set(facts.media), now=now)
    return Taken(made)


def _versions(session: Session, base_id: str) -> tuple[DiaryEntry, DiaryEntry]:
    """Return an entry as a phone saw it, and as it stands now, locked.

    Who corrects it at the same moment waits at its first row, and then reads on.

    :raises Invalid: when there is none.
    """
    base = session.get(DiaryEntry, base_id)
    if base is None:
        raise Invalid(msg("This entry is no longer there."), field="base_id")
    lock(session, DiaryEntry, base.root_id)
    rows = session.execute(
        sa.select(DiaryEntry.id, DiaryEntry.revision_of).where(DiaryEntry.root_id == base.root_id)
    ).all()
    corrected = {row.revision_of for row in rows}
    newest = next((row.id for row in rows if row.id not in corrected), base.id)
    latest = lock(session, DiaryEntry, newest)
    if latest is None:
        raise NotFound
    return base, latest


def _kept(entry: DiaryEntry, lang: str) -> dict[str, Any]:
    """Return what a phone may change of a stored entry."""
    values = {name: getattr(entry, name) or "" for name in COMPARED}
    typed = entry.typed_phi_days if entry.activity is Activity.SPRAY else None
    return values | {
        "note": pick(entry.note, lang),
        "phi_days": typed,
        "media": tuple(entry.media),
    }


def _told(facts: EntryFacts) -> dict[str, Any]:
    values = {name: getattr(facts, name) for name in COMPARED}
    return values | {"note": next(iter(facts.note.values()), "")}


def _facts(session: Session, latest: DiaryEntry, sent: Sent, values: dict[str, Any]) -> EntryFacts:
    """Return the corrected facts; what a phone does not know of the entry stays as it is."""
    facts, extra = sent.facts, sent.extra
    if not isinstance(facts, EntryFacts):
        raise NotFound
    products, batches = _inputs(session, latest.id)
    same = values["input_name"] == (latest.input_name or "")
    joined = " + ".join(products.values())[:120]
    plain = {name: values[name] for name in COMPARED} | {
        "input_name": ""
        if same and products and joined == latest.input_name
        else values["input_name"],
        "note": merged_note(latest.note, values["note"], sent.lang),
        "media": values["media"],
        "product_ids": tuple(products) if same else (),
        "input_batch_id": facts.input_batch_id or (batches[0] if same and batches else None),
        "quantities": facts.quantities or (_quantities(session, latest.id) if same else ()),
        "ended_on": _ended(latest, values),
        "status": latest.status,
        "people": tuple(latest.people),
        "happened_at": latest.happened_at or extra.happened_at,
        "lat": latest.lat if extra.lat is None else extra.lat,
        "lon": latest.lon if extra.lon is None else extra.lon,
        "device_id": extra.device_id,
    }
    return replace(facts, **plain)


def _ended(latest: DiaryEntry, values: dict[str, Any]) -> Any:
    """Return the last day of what took several, unless the first was moved behind it."""
    return latest.ended_on if latest.ended_on and latest.ended_on >= values["done_on"] else None


def _inputs(session: Session, entry_id: str) -> tuple[dict[str, str], list[str]]:
    """Return the products of the list by id with their names, and the batches."""
    rows = session.execute(
        sa.select(EntryInput.product_id, EntryInput.input_batch_id, InputProduct.name)
        .outerjoin(InputProduct, InputProduct.id == EntryInput.product_id)
        .where(EntryInput.entry_id == entry_id)
        .order_by(EntryInput.position)
    ).all()
    return (
        {row.product_id: row.name for row in rows if row.product_id},
        [row.input_batch_id for row in rows if row.input_batch_id],
    )


def _quantities(session: Session, entry_id: str) -> tuple[Measured, ...]:
    rows = session.scalars(
        sa.select(EntryQuantity)
        .where(EntryQuantity.entry_id == entry_id)
        .order_by(EntryQuantity.position)
    )
    return tuple(
        Measured(
            row.measure,
            row.numerator,
            row.denominator,
            row.unit,
            row.label,
            row.input_batch_id,
            row.adjust,
        )
        for row in rows
    )
