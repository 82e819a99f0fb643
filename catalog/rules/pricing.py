"""What something costs: packs, pieces that are weighed later, and prices that fall with quantity."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kernel.errors import Invalid
from kernel.messages import msg
from kernel.money import price_for
from kernel.quantity import Unit

KILO = 1000
MOST_TIERS = 6
MOST_GRAMS = 1_000_000


def per_of(unit: Unit | None) -> int:
    """Return for how many base units prices are told: a kilogram, a litre, one piece, a person."""
    return KILO if unit in {Unit.GRAM, Unit.MILLILITRE} else 1


@dataclass(frozen=True)
class Weight:
    """A pack that is weighed once it is packed: what it weighs about, at least and at most.

    Its price is an estimate: ``kilo_vnd`` for each kilogram it will weigh.
    """

    least_g: int
    nominal_g: int
    most_g: int
    kilo_vnd: int

    @property
    def estimate_vnd(self) -> int:
        """Return what it costs at the weight it has about."""
        return price_for(self.kilo_vnd, KILO, self.nominal_g)

    @property
    def bounds_vnd(self) -> tuple[int, int]:
        """Return what it costs at least and at most."""
        return (
            price_for(self.kilo_vnd, KILO, self.least_g),
            price_for(self.kilo_vnd, KILO, self.most_g),
        )


def need_weight(weight: Weight) -> Weight:
    """Return a weight that can be.

    :raises Invalid: when it is not 0 < least <= about <= most, or a kilogram costs nothing.
    """
    ordered = 0 < weight.least_g <= weight.nominal_g <= weight.most_g <= MOST_GRAMS
    if not ordered:
        raise Invalid(
            msg("Give the weights in order: from, about, to. Such as 1,6 kg, 1,8 kg, 2 kg."),
            field="weight_most",
        )
    if weight.kilo_vnd <= 0:
        raise Invalid(msg("Write an amount such as 45.000."), field="price")
    return weight


@dataclass(frozen=True)
class Tier:
    """From ``least`` on, a kilogram, litre, piece or person costs ``price_vnd``.

    ``least`` is in the listing's unit, or persons.
    """

    least: int
    price_vnd: int


@dataclass(frozen=True)
class Priced:
    """A pack or a seat with its price; ``size`` and ``per`` in the listing's unit."""

    size: int
    price_vnd: int
    per: int = 1
    weight: Weight | None = None

    @property
    def unit_vnd(self) -> int:
        """Return what a kilogram, a litre, a piece or a person costs."""
        if self.weight:
            return self.weight.kilo_vnd
        return price_for(self.price_vnd, self.size, self.per)


def price_at(pack: Priced, tiers: Iterable[Tier], wanted: int) -> Priced:
    """Return a pack at its price for so much of the listing in all (base units or persons).

    The one place that applies tiers: page, basket and checkout ask here. A tier never makes
    dearer what a large pack or a cheap day already costs less.
    """
    reached = [tier for tier in tiers if tier.least <= wanted]
    if not reached:
        return pack
    best = min(tier.price_vnd for tier in reached)
    if pack.weight:
        weight = replace(pack.weight, kilo_vnd=min(pack.weight.kilo_vnd, best))
        return replace(pack, weight=weight, price_vnd=min(pack.price_vnd, weight.estimate_vnd))
    return replace(pack, price_vnd=min(pack.price_vnd, price_for(best, pack.per, pack.size)))


def need_tiers(tiers: Sequence[Tier], *, unit_vnd: int) -> tuple[Tier, ...]:
    """Return tiers that can be; ``unit_vnd`` is what a unit costs without any.

    :raises Invalid: when there are too many, quantities do not rise or prices do not fall.
    """
    if len(tiers) > MOST_TIERS:
        raise Invalid(msg("At most %(most)s steps of price."), field="tiers", most=MOST_TIERS)
    last = Tier(0, unit_vnd)
    for tier in tiers:
        if tier.least <= last.least:
            raise Invalid(
                msg("Each step of price begins at a larger quantity than the one before."),
                field="tiers",
            )
        if not 0 < tier.price_vnd < last.price_vnd:
            raise Invalid(
                msg("Each step of price is lower than the one before, and than the usual price."),
                field="tiers",
            )
        last = tier
    return tuple(tiers)


def read_tiers(rows: Iterable[Sequence[int]]) -> tuple[Tier, ...]:
    """Return tiers as a listing keeps them: pairs of quantity and price."""
    return tuple(Tier(least, price_vnd) for least, price_vnd in rows)
