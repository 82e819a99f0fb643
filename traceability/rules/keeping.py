"""How warm a lot was kept, and when: what a thermometer of a store can have said."""

import re
from datetime import date, datetime, timedelta

from kernel.errors import Invalid
from kernel.messages import msg

# Degrees Celsius: shock freezers are above the one, the inside of a steamer is below the other.
COLDEST, HOTTEST = -60.0, 100.0
# Clocks of phones are a little fast.
AHEAD = timedelta(minutes=5)
MOST_STORE = 80
_CELSIUS = re.compile(
    r"([+\-\u2212\u2013]?)\s*(\d{1,3})(?:[.,](\d{1,2}))?\s*(?:°\s*c?|độ(?:\s*c)?|c)?",
    re.ASCII | re.IGNORECASE,
)


def read_celsius(text: str) -> float:
    """Read a temperature in degrees Celsius: 4, 3,5, -18 °C.

    :raises Invalid: when it is none, or none that goods are kept at.
    """
    found = _CELSIUS.fullmatch(text.strip())
    if found is None:
        raise Invalid(msg("Write a temperature such as 4 or -18,5."), field="celsius")
    sign, whole, part = found.groups()
    value = float(f"{whole}.{part or 0}") * (-1 if sign and sign != "+" else 1)
    need_celsius(value)
    # Nought has no sign.
    return value or 0.0


def need_celsius(value: float) -> None:
    """Refuse what no store is kept at.

    :raises Invalid: then.
    """
    if not COLDEST <= value <= HOTTEST:
        raise Invalid(
            msg("Goods are kept between %(least)s and %(most)s °C."),
            field="celsius",
            least=f"{COLDEST:g}",
            most=f"{HOTTEST:g}",
        )


def need_kept_at(at: datetime, *, day: date, made_on: date, now: datetime) -> None:
    """Refuse a time to come, or one whose local ``day`` is before there was anything to keep.

    :raises Invalid: then.
    """
    if at > now + AHEAD:
        raise Invalid(msg("This time is still to come."), field="hour")
    if day < made_on:
        raise Invalid(msg("The lot was not there yet on this day."), field="day")
