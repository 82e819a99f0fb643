"""The office's lists: crops and varieties, registered products, what their labels say since when.

When a list changes, the entries it concerns are judged anew: a label counts from its day on.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Invalid, NotFound
from kernel.messages import msg
from traceability.models import (
    Crop,
    DiaryEntry,
    EntryInput,
    Farm,
    InputLabel,
    InputProduct,
    Plot,
    Season,
    Variety,
    is_latest,
)
from traceability.rules import (
    LONGEST_INTERVAL_DAYS,
    Activity,
    InputKind,
    Judged,
    name_key,
)
from traceability.services.findings import watch_entry
from traceability.services.holding import lock_land, settle_land
from traceability.services.judging import judge_used

OFFICE = ("reviewer", "approver")
MOST_HOURS = 24 * 14


@dataclass(frozen=True)
class CropFacts:
    """A crop, or a variety of one; ``name`` by language, months 1 to 12."""

    code: str
    name: dict[str, str]
    aliases: tuple[str, ...] = ()
    most_kg_per_ha: int | None = None
    harvest_months: tuple[int, ...] = ()
    is_sample: bool = False


@dataclass(frozen=True)
class ProductFacts:
    """A registered product; from ``banned_from`` on nobody may use it."""

    name: str
    kind: InputKind
    active_ingredients: tuple[str, ...] = ()
    registration_no: str = ""
    banned_from: date | None = None
    is_sample: bool = False


@dataclass(frozen=True)
class LabelFacts:
    """What a label says for a crop: days to harvest, hours to entry, how often, how far apart."""

    dose: str
    phi_days: int
    valid_from: date
    rei_hours: int | None = None
    most_applications: int | None = None
    spacing_days: int | None = None
    source: str = ""
    valid_to: date | None = None
    is_sample: bool = False


def save_crop(session: Session, *, facts: CropFacts, actor: Actor, now: datetime) -> str:
    """Add a crop, or bring the one of this code up to date; return its id.

    :raises Invalid: without code and name, for months that are none, or a bound of nothing.
    """
    actor.need(*OFFICE)
    _check_crop(facts)
    crop = session.scalar(sa.select(Crop).where(Crop.code == facts.code)) or Crop(code=facts.code)
    _fill_crop(crop, facts)
    crop.aliases = list(facts.aliases)
    return _save(session, crop, "crop", actor, now)


def save_variety(
    session: Session, crop_id: str, *, facts: CropFacts, actor: Actor, now: datetime
) -> str:
    """Add a variety to a crop, or bring the one of this code up to date; return its id.

    :raises Invalid: as for a crop.
    """
    actor.need(*OFFICE)
    if session.get(Crop, crop_id) is None:
        raise NotFound
    _check_crop(facts)
    variety = session.scalar(
        sa.select(Variety).where(Variety.crop_id == crop_id, Variety.code == facts.code)
    ) or Variety(crop_id=crop_id, code=facts.code)
    _fill_crop(variety, facts)
    return _save(session, variety, "variety", actor, now)


def save_product(session: Session, *, facts: ProductFacts, actor: Actor, now: datetime) -> str:
    """Add a product, or bring the one of this name up to date; return its id.

    :raises Invalid: without a name.
    """
    actor.need(*OFFICE)
    key = name_key(facts.name)
    if not key:
        raise Invalid(msg("Write the name of the product, as on its label."), field="name")
    product = session.scalar(sa.select(InputProduct).where(InputProduct.key == key))
    before = product.banned_from if product else None
    product = product or InputProduct(key=key)
    for name, value in vars(facts).items():
        setattr(product, name, list(value) if isinstance(value, tuple) else value)
    product.changed_at = now
    product_id = _save(session, product, "input_product", actor, now)
    if before != facts.banned_from or facts.active_ingredients:
        rejudge(session, product_id, actor=actor, now=now)
    return product_id


def save_label(
    session: Session,
    product_id: str,
    crop_id: str,
    *,
    facts: LabelFacts,
    actor: Actor,
    now: datetime,
) -> str:
    """Add what a label says from a day on, or correct the version of that day; return its id.

    :raises Invalid: for days and hours out of range, or an end before the beginning.
    """
    actor.need(*OFFICE)
    if lock(session, InputProduct, product_id) is None or session.get(Crop, crop_id) is None:
        raise NotFound
    _check_label(facts)
    label = session.scalar(
        sa.select(InputLabel).where(
            InputLabel.product_id == product_id,
            InputLabel.crop_id == crop_id,
            InputLabel.dose == facts.dose,
            InputLabel.valid_from == facts.valid_from,
        )
    ) or InputLabel(product_id=product_id, crop_id=crop_id)
    for name, value in vars(facts).items():
        setattr(label, name, value)
    label_id = _save(session, label, "input_label", actor, now)
    rejudge(session, product_id, actor=actor, now=now)
    return label_id


def rejudge(session: Session, product_id: str, *, actor: Actor, now: datetime) -> None:
    """Judge anew what was done with a product, as the lists say now; holds follow."""
    rows = session.execute(
        sa.select(DiaryEntry, Season, Farm.vendor_id)
        .join(EntryInput, EntryInput.entry_id == DiaryEntry.id)
        .join(Season, Season.id == DiaryEntry.season_id)
        .join(Plot, Plot.id == Season.plot_id)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(EntryInput.product_id == product_id, is_latest())
        .order_by(Farm.vendor_id, DiaryEntry.id)
    ).all()
    for vendor_id in dict.fromkeys(row.vendor_id for row in rows):
        lock_land(session, vendor_id)
    for entry, season, vendor_id in rows:
        if _judge_again(session, entry, season, vendor_id):
            _note_judged(session, entry, actor, now)
            settle_land(session, season.plot_id, since=entry.done_on, now=now)
        watch_entry(session, season, entry.id, vendor_id=vendor_id, now=now)


def _judge_again(session: Session, entry: DiaryEntry, season: Season, vendor_id: str) -> bool:
    """Bring what counts of an entry up to date; tell whether it changed."""
    products = session.scalars(
        sa.select(EntryInput.product_id)
        .where(EntryInput.entry_id == entry.id, EntryInput.product_id.is_not(None))
        .order_by(EntryInput.position)
    ).all()
    named = [one for one in products if one]
    names = session.scalars(sa.select(InputProduct.name).where(InputProduct.id.in_(named))).all()
    joined = name_key(" + ".join(names)[:120])
    said = entry.input_name or ""
    typed = "" if name_key(said) in {joined, *map(name_key, names)} else said
    used = judge_used(
        session,
        season,
        day=entry.done_on,
        typed=(typed, entry.typed_phi_days, entry.active_ingredient or ""),
        product_ids=tuple(named),
        batch_ids=(),
        vendor_id=vendor_id,
    )
    return _take(entry, used.judged, is_banned=used.is_banned)


def _take(entry: DiaryEntry, judged: Judged, *, is_banned: bool) -> bool:
    is_spray = entry.activity is Activity.SPRAY
    before = (entry.phi_days, entry.block, entry.reentry_hours)
    entry.phi_days = judged.phi_days if is_spray else None
    entry.block = judged.block if is_spray or is_banned else None
    entry.reentry_hours = judged.reentry_hours if is_spray else None
    return before != (entry.phi_days, entry.block, entry.reentry_hours)


def _note_judged(session: Session, entry: DiaryEntry, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        "diary.judged",
        actor=actor,
        subject=("diary_entry", entry.id),
        now=now,
        phi_days=entry.phi_days,
        block=entry.block.value if entry.block else None,
    )


def _check_crop(facts: CropFacts) -> None:
    if not facts.code:
        raise Invalid(msg("Please fill in this field."), field="code")
    if not facts.name:
        raise Invalid(msg("Please fill in this field."), field="name")
    if any(not 1 <= month <= 12 for month in facts.harvest_months):
        raise Invalid(msg("Months are 1 to 12."), field="harvest_months")
    if facts.most_kg_per_ha is not None and facts.most_kg_per_ha <= 0:
        raise Invalid(msg("The bound is more than nothing."), field="most_kg_per_ha")


def _fill_crop(row: Crop | Variety, facts: CropFacts) -> None:
    row.name, row.most_kg_per_ha = facts.name, facts.most_kg_per_ha
    row.harvest_months = sorted(set(facts.harvest_months))
    row.is_sample = facts.is_sample


_BOUNDS = {
    "phi_days": LONGEST_INTERVAL_DAYS,
    "rei_hours": MOST_HOURS,
    "most_applications": 100,
    "spacing_days": LONGEST_INTERVAL_DAYS,
}


def _check_label(facts: LabelFacts) -> None:
    for name, most in _BOUNDS.items():
        value = getattr(facts, name)
        if value is not None and not 0 <= value <= most:
            raise Invalid(msg("Write a number from 0 to %(most)s."), field=name, most=most)
    if facts.valid_to is not None and facts.valid_to <= facts.valid_from:
        raise Invalid(msg("It ends after it begins."), field="valid_to")


def _save(session: Session, row: Any, kind: str, actor: Actor, now: datetime) -> str:
    session.add(row)
    session.flush()
    plain = {column.key: str(getattr(row, column.key)) for column in row.__table__.columns}
    audit.record(
        session, f"{kind}.saved", actor=actor, subject=(kind, row.id), now=now, after=plain
    )
    return str(row.id)
