"""What is put on a plot: kinds of products, what labels say, what is banned."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kernel.messages import LABELS, msg
from kernel.text import fold
from traceability.rules.intervals import Block


class InputKind(enum.Enum):
    """What a product is."""

    PESTICIDE = "pesticide"
    BIOLOGICAL = "biological"
    FERTILISER = "fertiliser"
    SEED = "seed"
    OTHER = "other"


class SupplyMove(enum.Enum):
    """Why the stock of a batch changed."""

    BOUGHT = "bought"
    USED = "used"
    CORRECTED = "corrected"
    COUNTED = "counted"


LABELS.update(
    {
        InputKind.PESTICIDE: msg("Pesticide"),
        InputKind.BIOLOGICAL: msg("Biological product"),
        InputKind.FERTILISER: msg("Fertiliser"),
        InputKind.SEED: msg("Seed or seedling"),
        InputKind.OTHER: msg("Other"),
        SupplyMove.BOUGHT: msg("Bought"),
        SupplyMove.USED: msg("Used"),
        SupplyMove.CORRECTED: msg("Corrected in the diary"),
        SupplyMove.COUNTED: msg("Counted"),
    }
)


@dataclass(frozen=True)
class Label:
    """What a label says for one crop and dose; ``valid_to`` is the first day it does not."""

    dose: str
    phi_days: int
    valid_from: date
    valid_to: date | None = None
    rei_hours: int | None = None
    most_applications: int | None = None
    spacing_days: int | None = None


@dataclass(frozen=True)
class Product:
    """A product of the list with its labels for the crop in question."""

    name: str
    active_ingredients: tuple[str, ...] = ()
    banned_from: date | None = None
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True)
class Judged:
    """What an entry's products say together; ``phi_days`` None: not known, so blocked."""

    phi_days: int | None
    block: Block | None
    reentry_hours: int | None


def labels_on(labels: Iterable[Label], day: date) -> list[Label]:
    """Return what the labels said on a day: of each dose the newest version."""
    newest: dict[str, Label] = {}
    for label in sorted(labels, key=lambda one: one.valid_from):
        if label.valid_from <= day:
            newest[label.dose] = label
    return [one for one in newest.values() if one.valid_to is None or day < one.valid_to]


def most_uses(labels: Iterable[Label]) -> int | None:
    """Return how often a season may see a product; None: the labels do not say."""
    return min((one.most_applications for one in labels if one.most_applications), default=None)


def least_days(labels: Iterable[Label]) -> int | None:
    """Return how many days lie between two uses at least; None: the labels do not say."""
    return max((one.spacing_days for one in labels if one.spacing_days), default=None)


def name_key(name: str) -> str:
    """Return a name as names are compared: without case, marks and double spaces."""
    return " ".join(fold(name).split())


Grown = tuple[str | None, Mapping[str, str]]
"""What a season grows: its crop of the list, where it is known, and its names by language."""


def is_same_crop(one: Grown, other: Grown) -> bool:
    """Tell whether two seasons grow the same: by the list where both are on it, else by name."""
    if one[0] and other[0]:
        return one[0] == other[0]
    names = [{name_key(name) for name in grown[1].values()} for grown in (one, other)]
    return bool(names[0] & names[1])


def judge_products(
    products: Iterable[Product],
    *,
    typed: tuple[str, int | None, str] | None,
    day: date,
    banned: Iterable[str],
) -> Judged:
    """Judge what was used together on a day: the longest waiting time counts.

    ``typed`` is a product outside the list as the farmer typed it: name, days, active
    ingredient. A product of the list without a label for the crop has no known time.
    """
    listed = list(products)
    forbidden = {name_key(one) for one in banned}
    substances = [one for product in listed for one in product.active_ingredients]
    days: list[int | None] = []
    hours: list[int] = []
    blocks: set[Block] = set()
    if typed is not None:
        days.append(typed[1])
        substances += _split(typed[2])
    for product in listed:
        told = labels_on(product.labels, day)
        days.append(max((one.phi_days for one in told), default=None))
        hours += [one.rei_hours for one in told if one.rei_hours is not None]
        if not told:
            blocks.add(Block.UNREGISTERED)
        if product.banned_from is not None and product.banned_from <= day:
            blocks.add(Block.BANNED)
    if forbidden & {name_key(one) for one in substances}:
        blocks.add(Block.BANNED)
    phi = None if None in days or not days else max(one for one in days if one is not None)
    if typed is not None and typed[1] is None:
        blocks.add(Block.UNKNOWN)
    block = next((one for one in _WORST if one in blocks), None)
    return Judged(phi, block, max(hours, default=None))


# Which of several reasons is told.
_WORST = (Block.BANNED, Block.UNREGISTERED, Block.UNKNOWN)


def _split(text: str) -> list[str]:
    for mark in ("+", ";", "/", "&"):
        text = text.replace(mark, ",")
    return [one.strip() for one in text.split(",") if one.strip()]
