"""The office's lists from its tables: crops, and products with what their labels say.

A refusal's ``field`` is the column.
"""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.errors import Invalid
from kernel.messages import msg
from traceability.models import Crop, InputProduct
from traceability.rules import InputKind, name_key
from traceability.services.supplies import (
    CropFacts,
    LabelFacts,
    ProductFacts,
    put_crop,
    put_label,
    put_product,
)
from traceability.services.yields import BoundFacts, put_bound


@dataclass(frozen=True)
class CropRow:
    """One crop; its code is the key."""

    code: str
    name: dict[str, str]
    aliases: str = ""
    most_kg_per_ha: int | None = None
    bound_from: date | None = None
    bound_source: str = ""
    harvest_months: str = ""
    sample: bool = False


@dataclass(frozen=True)
class LabelRow:
    """One label; product, crop, dose and first day are the key. Without a crop: the product alone."""

    product: str
    kind: InputKind
    active_ingredients: str = ""
    registration_no: str = ""
    banned_from: date | None = None
    crop_code: str = ""
    dose: str = ""
    phi_days: int | None = None
    rei_hours: int | None = None
    most_applications: int | None = None
    spacing_days: int | None = None
    source: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    sample: bool = False


def import_crop(session: Session, row: CropRow, *, actor: Actor, now: datetime) -> str:
    """Make a crop and what it gives at most, or bring them up to date; return its id.

    :raises Invalid: for months that are none, or a bound without its first day.
    """
    months = _words(row.harvest_months.replace(" ", ","))
    if not all(word.isascii() and word.isdecimal() for word in months):
        raise Invalid(msg("Months are 1 to 12."), field="harvest_months")
    facts = CropFacts(
        code=row.code,
        name=row.name,
        aliases=_words(row.aliases),
        harvest_months=tuple(map(int, months)),
        is_sample=row.sample,
    )
    crop_id = put_crop(session, facts, actor=actor, now=now)
    if row.most_kg_per_ha is not None:
        if row.bound_from is None:
            raise Invalid(msg("Write from which day on it is valid."), field="bound_from")
        bound = BoundFacts(row.most_kg_per_ha, row.bound_from, row.bound_source)
        put_bound(session, crop_id, bound, actor=actor, now=now)
    return crop_id


def import_label(session: Session, row: LabelRow, *, actor: Actor, now: datetime) -> str:
    """Make a product and its label, or bring them up to date; return the label's id.

    :raises Invalid: for an unknown crop, or a label without days and first day.
    """
    facts = ProductFacts(
        name=row.product,
        kind=row.kind,
        active_ingredients=_words(row.active_ingredients),
        registration_no=row.registration_no,
        banned_from=row.banned_from,
        is_sample=row.sample,
    )
    product_id = _known(session, facts) or put_product(session, facts, actor=actor, now=now)
    if not row.crop_code:
        return product_id
    crop_id = session.scalar(sa.select(Crop.id).where(Crop.code == row.crop_code))
    if crop_id is None:
        raise Invalid(msg("There is no crop %(code)s."), field="crop_code", code=row.crop_code)
    if row.phi_days is None:
        raise Invalid(msg("Write the waiting time in days."), field="phi_days")
    if row.valid_from is None:
        raise Invalid(msg("Write from which day on it is valid."), field="valid_from")
    told = LabelFacts(
        dose=row.dose,
        phi_days=row.phi_days,
        valid_from=row.valid_from,
        rei_hours=row.rei_hours,
        most_applications=row.most_applications,
        spacing_days=row.spacing_days,
        source=row.source,
        valid_to=row.valid_to,
        is_sample=row.sample,
    )
    return put_label(session, product_id, crop_id, told, actor=actor, now=now)


def _known(session: Session, facts: ProductFacts) -> str | None:
    """Return a product that says just this already: a table names it once for each label."""
    key = name_key(facts.name)
    row = session.scalar(sa.select(InputProduct).where(InputProduct.key == key))
    if row is None:
        return None
    said = (row.kind, tuple(row.active_ingredients), row.registration_no, row.banned_from)
    wanted = (facts.kind, facts.active_ingredients, facts.registration_no, facts.banned_from)
    return row.id if said == wanted else None


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for part in text.replace(";", ",").split(",") if (word := part.strip()))
