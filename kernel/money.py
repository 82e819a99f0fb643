"""Money in integer đồng: the currency has no minor unit."""

from collections.abc import Sequence
from fractions import Fraction


def round_vnd(amount: Fraction) -> int:
    """Round once, half away from zero, to whole đồng."""
    whole, rest = divmod(abs(amount), 1)
    rounded = int(whole) + (1 if rest >= Fraction(1, 2) else 0)
    return rounded if amount >= 0 else -rounded


def price_for(price_vnd: int, per: int, amount: int) -> int:
    """Return the price in đồng of ``amount`` units at ``price_vnd`` per ``per`` units."""
    return round_vnd(Fraction(price_vnd * amount, per))


def percent(amount_vnd: int, percent_hundredths: int) -> int:
    """Return a percentage, given in hundredths of a percent, of an amount in đồng."""
    return round_vnd(Fraction(amount_vnd * percent_hundredths, 10_000))


def split(total_vnd: int, weights: Sequence[int]) -> list[int]:
    """Share a total by weights so that the parts sum to it (largest remainder).

    Ties go to the earlier part.

    :raises ValueError: when no weight is positive or one is negative.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative and not all zero")
    sign = -1 if total_vnd < 0 else 1
    shares = [divmod(abs(total_vnd) * weight, whole) for weight in weights]
    parts = [quotient for quotient, _ in shares]
    left = abs(total_vnd) - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-shares[i][1], i))
    for index in by_remainder[:left]:
        parts[index] += 1
    return [sign * part for part in parts]


def format_vnd(amount_vnd: int) -> str:
    """Write an amount the Vietnamese way: ``45.000 ₫``."""
    return f"{amount_vnd:,}".replace(",", ".") + "\u00a0₫"
