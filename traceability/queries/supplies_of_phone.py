"""Products, labels and batches for a phone: what it fills in and reckons by itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.quantity import Unit
from traceability.models import Crop, InputBatch, InputLabel, InputMove, InputProduct
from traceability.rules import Activity, InputKind, Label, labels_on, name_key

MOST_BATCHES = 60
_USED_FOR = {
    InputKind.PESTICIDE: Activity.SPRAY,
    InputKind.BIOLOGICAL: Activity.SPRAY,
    InputKind.FERTILISER: Activity.FERTILISER,
    InputKind.SEED: Activity.SEEDING,
}


@dataclass(frozen=True)
class PhoneLabel:
    """What a label says today for a crop; of several doses the longest waiting time."""

    phi_days: int
    dose: str


@dataclass(frozen=True)
class PhoneProduct:
    """A product: of the office's list with its labels by crop, else as it was written last."""

    activity: Activity
    name: str
    active_ingredient: str
    dose: str
    phi_days: int | None
    is_listed: bool = False
    is_banned: bool = False
    labels: dict[str, PhoneLabel] = field(default_factory=dict)


@dataclass(frozen=True)
class PhoneBatch:
    """What is left of something bought, in base units."""

    id: str
    name: str
    lot_code: str
    expires_on: date | None
    unit: Unit
    left: int


def crop_finder(session: Session) -> "CropFinder":
    """Return what finds the crop of the office's list that a season grows."""
    rows = session.execute(sa.select(Crop.id, Crop.name, Crop.aliases).order_by(Crop.code))
    return CropFinder(
        tuple(
            (row.id, frozenset(map(name_key, (*row.name.values(), *row.aliases)))) for row in rows
        )
    )


@dataclass(frozen=True)
class CropFinder:
    """The crops of the list with all their names."""

    crops: tuple[tuple[str, frozenset[str]], ...]

    def find(self, crop_id: str | None, names: Iterable[str]) -> str | None:
        """Return the crop that a season names, by its link or by its name."""
        wanted = {name_key(name) for name in names}
        return crop_id or next((key for key, known in self.crops if wanted & known), None)


def listed_products(session: Session, *, today: date) -> list[PhoneProduct]:
    """Return the office's products with what their labels say today, by crop."""
    rows = session.execute(
        sa.select(
            InputProduct.id,
            InputProduct.name,
            InputProduct.kind,
            InputProduct.active_ingredients,
            InputProduct.banned_from,
            InputLabel.crop_id,
            InputLabel.dose,
            InputLabel.phi_days,
            InputLabel.valid_from,
            InputLabel.valid_to,
        )
        .outerjoin(InputLabel, InputLabel.product_id == InputProduct.id)
        .order_by(InputProduct.key)
    ).all()
    by_product: dict[str, list[sa.Row[*tuple[object, ...]]]] = {}
    for row in rows:
        by_product.setdefault(row.id, []).append(row)
    return [_product(group, today) for group in by_product.values()]


def batches_of(session: Session, *, vendor_id: str) -> list[PhoneBatch]:
    """Return what a vendor bought last and has something left of."""
    left = sa.func.coalesce(sa.func.sum(InputMove.change), 0)
    rows = session.execute(
        sa.select(
            InputBatch.id,
            InputBatch.name,
            InputBatch.lot_code,
            InputBatch.expires_on,
            InputBatch.unit,
            left.label("left"),
        )
        .outerjoin(InputMove, InputMove.batch_id == InputBatch.id)
        .where(InputBatch.vendor_id == vendor_id, ~InputBatch.is_packaging)
        .group_by(InputBatch.id)
        .having(left > 0)
        .order_by(InputBatch.created_at.desc(), InputBatch.id.desc())
        .limit(MOST_BATCHES)
    )
    return [PhoneBatch(**(dict(row._mapping) | {"left": int(row.left)})) for row in rows]


def _product(rows: list[sa.Row[*tuple[object, ...]]], today: date) -> PhoneProduct:
    first = rows[0]._mapping
    by_crop: dict[str, list[Label]] = {}
    for row in rows:
        told = row._mapping
        if told["crop_id"] is not None:
            label = Label(told["dose"], told["phi_days"], told["valid_from"], told["valid_to"])
            by_crop.setdefault(told["crop_id"], []).append(label)
    valid = {crop_id: labels_on(labels, today) for crop_id, labels in by_crop.items()}
    return PhoneProduct(
        activity=_USED_FOR.get(first["kind"], Activity.CARE),
        name=first["name"],
        active_ingredient=", ".join(first["active_ingredients"]),
        dose="",
        phi_days=None,
        is_listed=True,
        is_banned=first["banned_from"] is not None and first["banned_from"] <= today,
        labels={crop_id: _longest(labels) for crop_id, labels in valid.items() if labels},
    )


def _longest(labels: list[Label]) -> PhoneLabel:
    last = max(labels, key=lambda label: label.phi_days)
    return PhoneLabel(last.phi_days, last.dose)
