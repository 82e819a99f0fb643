"""What the products of an entry say together: the labels of that day, the banned list."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.errors import Invalid
from kernel.messages import msg
from kernel.rules_table import rule
from traceability.models import Crop, InputBatch, InputLabel, InputProduct, Season
from traceability.rules import Block, Judged, Label, Product, judge_products, name_key


@dataclass(frozen=True)
class Used:
    """What an entry used: the list's products, else a product as it was typed."""

    product_ids: tuple[str, ...]
    typed: tuple[str, int | None, str] | None
    name: str
    judged: Judged

    @property
    def is_banned(self) -> bool:
        """Tell whether one of them is banned on that day."""
        return self.judged.block is Block.BANNED


def judge_used(
    session: Session,
    season: Season,
    *,
    day: date,
    typed: tuple[str, int | None, str],
    product_ids: tuple[str, ...],
    batch_ids: tuple[str, ...],
    vendor_id: str,
) -> Used:
    """Return what was used on a day and what its labels say for the season's crop.

    ``typed`` is what was typed: name, waiting time in days, active ingredient. A name of
    the office's list is that product, whatever else was typed of it.

    :raises Invalid: for a product that is not on the list, or a batch of somebody else.
    """
    batches = _batches(session, batch_ids, vendor_id)
    wanted = [*product_ids, *(one.product_id for one in batches if one.product_id)]
    name, days, active = typed
    unlisted = next((one for one in batches if one.product_id is None), None)
    if not name and unlisted is not None:
        name, active = unlisted.name, active or unlisted.active_ingredient
    listed = find_product(session, name) if name else None
    products = _products(session, [*wanted, *([listed] if listed else [])])
    outside = (name, days, active) if name and listed is None else None
    judged = judge_products(
        with_labels(session, products, crop_of(session, season)),
        typed=outside,
        day=day,
        banned=rule(session, "diary.banned_ingredients", on=day).value,
    )
    names = [*([name] if outside else []), *(one.name for one in products)]
    return Used(tuple(one.id for one in products), outside, " + ".join(names)[:120], judged)


def find_product(session: Session, name: str) -> str | None:
    """Return the product of the list that a typed name means."""
    return session.scalar(sa.select(InputProduct.id).where(InputProduct.key == name_key(name)))


def crop_of(session: Session, season: Season) -> str | None:
    """Return the crop of the list that a season grows, by its link or by its name."""
    return season.crop_id or find_crop(session, season.crop)


def find_crop(session: Session, names: dict[str, str]) -> str | None:
    """Return the crop of the list with one of these names or by-names."""
    wanted = {name_key(name) for name in names.values()}
    for crop in session.scalars(sa.select(Crop).order_by(Crop.code)):
        if wanted & {name_key(name) for name in (*crop.name.values(), *crop.aliases)}:
            return crop.id
    return None


def with_labels(
    session: Session, products: list[InputProduct], crop_id: str | None
) -> list[Product]:
    """Return products with all their labels for a crop, earliest first."""
    rows = session.scalars(
        sa.select(InputLabel)
        .where(
            InputLabel.product_id.in_([one.id for one in products]), InputLabel.crop_id == crop_id
        )
        .order_by(InputLabel.valid_from)
    ).all()
    return [
        Product(
            one.name,
            tuple(one.active_ingredients),
            one.banned_from,
            tuple(_label(row) for row in rows if row.product_id == one.id),
        )
        for one in products
    ]


def _label(row: InputLabel) -> Label:
    return Label(
        dose=row.dose,
        phi_days=row.phi_days,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        rei_hours=row.rei_hours,
        most_applications=row.most_applications,
        spacing_days=row.spacing_days,
    )


def _products(session: Session, wanted: list[str]) -> list[InputProduct]:
    """Return products in the order they were named, each once."""
    if not wanted:
        return []
    rows = session.scalars(sa.select(InputProduct).where(InputProduct.id.in_(wanted)))
    found = {row.id: row for row in rows}
    if set(wanted) - set(found):
        raise Invalid(msg("This product is not on the list."), field="product_ids")
    return [found[key] for key in dict.fromkeys(wanted)]


def _batches(session: Session, wanted: tuple[str, ...], vendor_id: str) -> list[InputBatch]:
    if not wanted:
        return []
    rows = session.scalars(
        sa.select(InputBatch).where(InputBatch.id.in_(wanted), InputBatch.vendor_id == vendor_id)
    )
    found = {row.id: row for row in rows}
    if set(wanted) - set(found):
        raise Invalid(msg("This batch is not in your shed."), field="input_batch_id")
    return [found[key] for key in dict.fromkeys(wanted)]
