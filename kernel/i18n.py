"""Languages of the market and how its numbers, dates and texts are written."""

from datetime import date, datetime

from kernel import clock
from kernel.languages import DEFAULT as DEFAULT
from kernel.languages import LANGUAGES as LANGUAGES
from kernel.languages import pick as pick
from kernel.languages import spoken as spoken
from kernel.messages import LABELS as LABELS
from kernel.messages import msg as msg
from kernel.quantity import Unit


def format_day(value: date | datetime) -> str:
    """Write a day as 23/11/2026, an instant as its day in Viet Nam."""
    day = clock.local_date(value) if isinstance(value, datetime) else value
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def format_moment(value: datetime) -> str:
    """Write an instant as 23/11/2026 14:05, Viet Nam time."""
    return f"{format_day(value)} {clock.local(value):%H:%M}"


def format_quantity(amount: int, unit: Unit, piece: str = "") -> str:
    """Write an amount in its unit: 1250 g as ``1,25 kg``, 3 pieces as ``3 hộp``."""
    if unit is Unit.GRAM:
        return _scaled(amount, "g", "kg")
    if unit is Unit.MILLILITRE:
        return _scaled(amount, "ml", "l")
    whole = f"{amount:,}".replace(",", ".")
    return f"{whole} {piece}" if piece else whole


def _scaled(amount: int, small: str, large: str) -> str:
    if amount < 1000:
        return f"{amount} {small}"
    whole, rest = divmod(amount, 1000)
    decimals = f",{rest:03d}".rstrip("0") if rest else ""
    return f"{whole:,}".replace(",", ".") + f"{decimals} {large}"
