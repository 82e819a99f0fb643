"""Reads of the office's lists: crops and varieties, products and their labels."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.models import Crop, InputLabel, InputProduct, Season, Variety
from traceability.rules import InputKind, name_key


@dataclass(frozen=True)
class CropCard:
    """A crop or a variety of the list."""

    id: str
    code: str
    name: dict[str, str]
    harvest_months: list[int]
    is_sample: bool
    aliases: list[str]
    varieties: tuple["CropCard", ...] = ()


@dataclass(frozen=True)
class ProductCard:
    """A product of the list."""

    id: str
    name: str
    kind: InputKind
    active_ingredients: list[str]
    registration_no: str
    banned_from: date | None
    is_sample: bool
    labels: int = 0


@dataclass(frozen=True)
class LabelRow:
    """What a label says for a crop from a day on."""

    id: str
    crop_id: str
    crop: dict[str, str]
    dose: str
    phi_days: int
    rei_hours: int | None
    most_applications: int | None
    spacing_days: int | None
    source: str
    valid_from: date
    valid_to: date | None
    is_sample: bool


_SHARED = ("id", "code", "name", "harvest_months", "is_sample")


def crops(session: Session) -> list[CropCard]:
    """Return the crops by code, with their varieties."""
    below: dict[str, list[CropCard]] = {}
    for row in session.scalars(sa.select(Variety).order_by(Variety.code)):
        values = {name: getattr(row, name) for name in _SHARED}
        below.setdefault(row.crop_id, []).append(CropCard(**values, aliases=[]))
    return [
        CropCard(
            **{name: getattr(row, name) for name in _SHARED},
            aliases=row.aliases,
            varieties=tuple(below.get(row.id, ())),
        )
        for row in session.scalars(sa.select(Crop).order_by(Crop.code))
    ]


def products(session: Session, *, words: str = "", most: int = 500) -> list[ProductCard]:
    """Return the products by name, those whose name holds the words, with their labels counted."""
    count = (
        sa.select(sa.func.count())
        .where(InputLabel.product_id == InputProduct.id)
        .scalar_subquery()
        .label("labels")
    )
    names = [name for name in ProductCard.__dataclass_fields__ if name != "labels"]
    wanted = sa.select(*(getattr(InputProduct, name) for name in names), count)
    if words:
        wanted = wanted.where(InputProduct.key.contains(name_key(words), autoescape=True))
    rows = session.execute(wanted.order_by(InputProduct.key).limit(most))
    return [ProductCard(**row._mapping) for row in rows]


def product_card(session: Session, product_id: str) -> ProductCard | None:
    """Return one product."""
    names = [name for name in ProductCard.__dataclass_fields__ if name != "labels"]
    row = session.execute(
        sa.select(*(getattr(InputProduct, name) for name in names)).where(
            InputProduct.id == product_id
        )
    ).first()
    return ProductCard(**row._mapping) if row else None


def labels_of(session: Session, product_id: str) -> list[LabelRow]:
    """Return what the labels of a product say and said, by crop, the latest first."""
    names = [name for name in LabelRow.__dataclass_fields__ if name != "crop"]
    rows = session.execute(
        sa.select(*(getattr(InputLabel, name) for name in names), Crop.name.label("crop"))
        .join(Crop, Crop.id == InputLabel.crop_id)
        .where(InputLabel.product_id == product_id)
        .order_by(Crop.code, InputLabel.dose, InputLabel.valid_from.desc())
    )
    return [LabelRow(**row._mapping) for row in rows]


def find_crop(session: Session, names: dict[str, str]) -> str | None:
    """Return the crop of the list with one of these names or by-names."""
    wanted = {name_key(name) for name in names.values()}
    for crop in session.scalars(sa.select(Crop).order_by(Crop.code)):
        if wanted & {name_key(name) for name in (*crop.name.values(), *crop.aliases)}:
            return crop.id
    return None


def crop_of_season(session: Session, season_id: str) -> str | None:
    """Return the crop of the list that a season grows, by its link or by its name."""
    season = session.get(Season, season_id)
    return None if season is None else season.crop_id or find_crop(session, season.crop)
