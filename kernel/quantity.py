"""Amounts in whole grams, millilitres, pieces and seats, as people write them."""

import enum
import re
from fractions import Fraction

from kernel.errors import Invalid
from kernel.messages import LABELS, msg


class Unit(enum.Enum):
    """What an amount counts."""

    GRAM = "gram"
    MILLILITRE = "millilitre"
    PIECE = "piece"
    SEAT = "seat"
    USE = "use"


LABELS.update(
    {
        Unit.GRAM: msg("gram"),
        Unit.MILLILITRE: msg("millilitre"),
        Unit.PIECE: msg("piece"),
        Unit.SEAT: msg("seat"),
        Unit.USE: msg("use"),
    }
)

_FACTORS = {
    Unit.GRAM: {"g": 1, "gr": 1, "kg": 1000, "yến": 10_000, "tạ": 100_000, "tấn": 1_000_000},
    Unit.MILLILITRE: {"ml": 1, "l": 1000, "lít": 1000},
}
_WRITTEN = re.compile(r"(?P<number>\d{1,9}(?:[.,]\d{1,6})*)\s*(?P<unit>[^\W\d_]*)")
_MOST = 10**12


def parse_quantity(text: str, unit: Unit, *, bare: str = "") -> int:
    """Read "2 kg", "0,5kg", "500 g" or "3" as whole base units.

    ``bare`` is the unit of a number without one ("kg" where kilograms are asked for).
    Comma and point are both decimal marks; a point before exactly three digits
    that follow one to three digits separates thousands, as Vietnamese writes it.

    :raises Invalid: when it is no amount of this unit, or not a whole number of base units.
    """
    found = _WRITTEN.fullmatch(text.strip().lower())
    if not found:
        raise Invalid(msg("Write an amount such as 2 kg or 0,5 kg."))
    factors = _FACTORS.get(unit, {})
    word = found["unit"] or bare
    if word and word not in factors and factors:
        raise Invalid(msg("Unknown unit: %(unit)s."), unit=word)
    amount = read_number(found["number"]) * factors.get(word, 1)
    if amount.denominator != 1 or not 0 < amount <= _MOST:
        raise Invalid(msg("Write an amount such as 2 kg or 0,5 kg."))
    return int(amount)


def written(quantity: int, unit: Unit) -> str:
    """Return an amount in kilograms, litres or plain numbers, for a refusal: 1.5 kg is "1,5 kg"."""
    word = {Unit.GRAM: " kg", Unit.MILLILITRE: " l"}.get(unit)
    if word is None:
        return str(quantity)
    return f"{quantity / 1000:.3f}".rstrip("0").rstrip(".").replace(".", ",") + word


def read_number(text: str) -> Fraction:
    """Read a number the Vietnamese way: "1.250" is 1250, "0,5" and "0.5" are a half.

    :raises Invalid: when it is not a number.
    """
    if re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+(,\d+)?", text):
        text = text.replace(".", "")
    text = text.replace(",", ".")
    if not re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII):
        raise Invalid(msg("This is not a number."))
    return Fraction(text)
