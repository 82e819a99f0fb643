"""Quantities of a diary: a measure, an exact number and its unit, as farmOS keeps them."""

import enum
from dataclasses import dataclass
from fractions import Fraction

from kernel.errors import Invalid
from kernel.messages import LABELS, msg
from kernel.quantity import Unit

MOST_QUANTITIES = 20


class Measure(enum.Enum):
    """What a number tells of."""

    USED = "used"
    WATER = "water"
    AREA = "area"
    HARVESTED = "harvested"
    COUNT = "count"
    TIME = "time"
    RATE = "rate"
    OTHER = "other"


class Adjust(enum.Enum):
    """What a quantity does to the stock of its batch (farmOS: inventory adjustment)."""

    DECREMENT = "decrement"
    INCREMENT = "increment"
    RESET = "reset"


LABELS.update(
    {
        Measure.USED: msg("Used"),
        Measure.WATER: msg("Water"),
        Measure.AREA: msg("Area"),
        Measure.HARVESTED: msg("Harvested"),
        Measure.COUNT: msg("Count"),
        Measure.TIME: msg("Time"),
        Measure.RATE: msg("Rate"),
        Measure.OTHER: msg("Other"),
    }
)

BASE_UNITS: dict[str, tuple[Unit, Fraction]] = {
    "mg": (Unit.GRAM, Fraction(1, 1000)),
    "g": (Unit.GRAM, Fraction(1)),
    "kg": (Unit.GRAM, Fraction(1000)),
    "ml": (Unit.MILLILITRE, Fraction(1)),
    "l": (Unit.MILLILITRE, Fraction(1000)),
    "piece": (Unit.PIECE, Fraction(1)),
}
"""Units that can be counted against a stock, and how many base units each is."""


@dataclass(frozen=True)
class Measured:
    """One quantity of an entry: ``numerator / denominator`` of ``unit``.

    ``input_batch_id`` names the batch it is taken from; ``adjust`` None takes it out.
    """

    measure: Measure
    numerator: int
    denominator: int = 1
    unit: str = ""
    label: str = ""
    input_batch_id: str | None = None
    adjust: Adjust | None = None

    @property
    def number(self) -> Fraction:
        """The number itself."""
        return Fraction(self.numerator, self.denominator)

    @property
    def base(self) -> tuple[Unit, int] | None:
        """The amount in whole base units, rounded once; None for a unit no stock is kept in."""
        known = BASE_UNITS.get(self.unit.lower())
        return None if known is None else (known[0], round(self.number * known[1]))


def need_quantities(quantities: tuple[Measured, ...]) -> None:
    """Refuse quantities that are no numbers, or below nothing, or too many.

    :raises Invalid: then.
    """
    if len(quantities) > MOST_QUANTITIES:
        raise Invalid(msg("At most %(most)s quantities."), field="quantities", most=MOST_QUANTITIES)
    for one in quantities:
        if one.denominator <= 0 or not 0 <= one.numerator <= 10**15 or one.denominator > 10**9:
            raise Invalid(msg("This is not a number."), field="quantities")
        if len(one.unit) > 20 or len(one.label) > 80:
            raise Invalid(msg("This text is too long."), field="quantities")
