"""Money in integer đồng: the currency has no minor unit."""

import re
from collections.abc import Sequence
from fractions import Fraction

from kernel.errors import Invalid
from kernel.messages import msg


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


_SHORT = {"k": 1_000, "nghìn": 1_000, "ngàn": 1_000, "tr": 1_000_000, "triệu": 1_000_000}
_WRITTEN = re.compile(
    r"(?P<number>\d[\d.,]*)\s*(?P<short>k|nghìn|ngàn|tr|triệu)?\s*(?:₫|đ|đồng|vnd|vnđ)?"
)
_MOST = 10**12


def parse_vnd(text: str) -> int:
    """Read an amount as people write it: 45000, 45.000, 45k, 1,2 tr, 45.000 ₫.

    :raises Invalid: when it is no whole amount in đồng of zero or more.
    """
    found = _WRITTEN.fullmatch(text.strip().lower())
    if not found:
        raise Invalid(msg("Write an amount such as 45.000."))
    amount = _number(found["number"], shortened=bool(found["short"]))
    amount *= _SHORT.get(found["short"] or "", 1)
    if amount.denominator != 1 or amount > _MOST:
        raise Invalid(msg("Write an amount such as 45.000."))
    return int(amount)


def _number(text: str, *, shortened: bool) -> Fraction:
    """Read the digits: before "k" and "tr" a comma or point is a decimal mark."""
    if shortened and re.fullmatch(r"\d+[.,]\d{1,3}", text, re.ASCII):
        return Fraction(text.replace(",", "."))
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+|\d+", text, re.ASCII):
        return Fraction(re.sub("[.,]", "", text))
    raise Invalid(msg("Write an amount such as 45.000."))
