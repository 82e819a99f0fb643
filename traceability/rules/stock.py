"""What a lot holds: what came in, what went where, and whether it adds up."""

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kernel.errors import Invalid
from kernel.messages import LABELS, msg
from traceability.rules.lots import LotKind


class MoveKind(enum.Enum):
    """Why a lot holds more or less than before."""

    MADE = "made"
    PACKED = "packed"
    WASTE = "waste"
    SAMPLE = "sample"
    COUNTED = "counted"
    SOLD = "sold"
    RETURNED = "returned"
    SHIPPED = "shipped"
    VOIDED = "voided"


class UnitKind(enum.Enum):
    """What goods are carried in."""

    CRATE = "crate"
    PALLET = "pallet"


LABELS.update(
    {
        MoveKind.MADE: msg("Made"),
        MoveKind.PACKED: msg("Packed into other lots"),
        MoveKind.WASTE: msg("Waste"),
        MoveKind.SAMPLE: msg("Samples"),
        MoveKind.COUNTED: msg("Counted anew"),
        MoveKind.SOLD: msg("Sold here"),
        MoveKind.RETURNED: msg("Came back"),
        MoveKind.SHIPPED: msg("Shipped"),
        MoveKind.VOIDED: msg("Shipment called off"),
        UnitKind.CRATE: msg("Crate"),
        UnitKind.PALLET: msg("Pallet"),
    }
)


MOST_PARTS = 60
"""So many parts one lot is split into at once, and so many lots are packed into one."""


@dataclass(frozen=True)
class Portion:
    """So much of one lot, in its base unit."""

    lot_id: str
    quantity: int


@dataclass(frozen=True)
class Balance:
    """Where the goods of a lot, or of a season, are; everything in one base unit.

    ``sold`` and ``shipped`` are less what came back; ``missing`` is what counts did not find.
    """

    made: int
    packed: int = 0
    sold: int = 0
    shipped: int = 0
    waste: int = 0
    samples: int = 0
    returned: int = 0
    missing: int = 0
    in_stock: int = 0

    @property
    def found(self) -> int:
        """Return what is accounted for."""
        return self.packed + self.sold + self.shipped + self.waste + self.samples + self.in_stock

    @property
    def percent(self) -> float:
        """Return how much of what was made is accounted for, in percent (100: all of it)."""
        return 100.0 if self.made == 0 else 100.0 * self.found / self.made

    @classmethod
    def of(cls, made: int, in_stock: int, moves: Mapping[MoveKind, int]) -> "Balance":
        """Return the balance of signed sums of moves by kind.

        A count that finds more than was written down raises what was made.
        """
        found = made - moves.get(MoveKind.MADE, 0)
        back = moves.get(MoveKind.RETURNED, 0)
        return cls(
            made=made,
            packed=-moves.get(MoveKind.PACKED, 0),
            sold=-moves.get(MoveKind.SOLD, 0) - back,
            shipped=-moves.get(MoveKind.SHIPPED, 0) - moves.get(MoveKind.VOIDED, 0),
            waste=-moves.get(MoveKind.WASTE, 0),
            samples=-moves.get(MoveKind.SAMPLE, 0),
            returned=back,
            missing=found - moves.get(MoveKind.COUNTED, 0),
            in_stock=in_stock,
        )


def kind_of_packed(sources: Iterable[LotKind]) -> LotKind:
    """Return what is made of lots: of harvests a packed lot, of packed ones a repacked lot."""
    fresh = {LotKind.HARVEST, LotKind.RECEIVED}
    return LotKind.PACKED if fresh.issuperset(sources) else LotKind.REPACKED


def parted(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Part a total among weights, none of them zero: each part is at least 1, none above its weight.

    ``parted(95, [60, 40]) == (57, 38)``; ``total`` is at most the sum of the weights.

    :raises Invalid: when there is less than 1 for each.
    """
    if total < len(weights):
        raise Invalid(msg("This is too little for so many lots."), field="quantity")
    whole = sum(weights)
    parts = [max(1, total * weight // whole) for weight in weights]
    while (missing := total - sum(parts)) != 0:
        # Rounding leaves less than one for each place; only parts of 1 can have made it too much.
        step = 1 if missing > 0 else -1
        for place, weight in enumerate(weights):
            if missing and 1 <= parts[place] + step <= weight:
                parts[place] += step
                missing -= step
    return tuple(parts)
