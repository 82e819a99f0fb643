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
from traceability.models import Crop, InputLabel, InputProduct, Variety
from traceability.rules import LONGEST_INTERVAL_DAYS, InputKind, name_key
from traceability.services.rejudging import rejudge_product

OFFICE = ("reviewer", "approver")
MOST_HOURS = 24 * 14


@dataclass(frozen=True)
class CropFacts:
    """A crop, or a variety of one; ``name`` by language, months 1 to 12."""

    code: str
    name: dict[str, str]
    aliases: tuple[str, ...] = ()
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

    :raises Invalid: without code and name, or for months that are none.
    """
    actor.need(*OFFICE)
    return put_crop(session, facts, actor=actor, now=now)


def put_crop(session: Session, facts: CropFacts, *, actor: Actor, now: datetime) -> str:
    """Save a crop; who may was asked before."""
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
    return put_product(session, facts, actor=actor, now=now)


def put_product(session: Session, facts: ProductFacts, *, actor: Actor, now: datetime) -> str:
    """Save a product; who may was asked before."""
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
        rejudge_product(session, product_id, actor=actor, now=now)
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
    return put_label(session, product_id, crop_id, facts, actor=actor, now=now)


def put_label(
    session: Session,
    product_id: str,
    crop_id: str,
    facts: LabelFacts,
    *,
    actor: Actor,
    now: datetime,
) -> str:
    """Save a label; who may was asked before."""
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
    rejudge_product(session, product_id, actor=actor, now=now)
    return label_id


def _check_crop(facts: CropFacts) -> None:
    if not facts.code:
        raise Invalid(msg("Please fill in this field."), field="code")
    if not facts.name:
        raise Invalid(msg("Please fill in this field."), field="name")
    if any(not 1 <= month <= 12 for month in facts.harvest_months):
        raise Invalid(msg("Months are 1 to 12."), field="harvest_months")


def _fill_crop(row: Crop | Variety, facts: CropFacts) -> None:
    row.name = facts.name
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
