"""When a standing query runs: the schedule of EPCIS 2.0, which is much like that of cron.

All fields must fit at once. Fields finer than the finest that is given are at their first value
(an hour alone means once, on the hour), coarser ones are any. The clock is that of the market.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kernel.messages import msg
from traceability.epcis.canonical import plain
from traceability.epcis.errors import BadSubscription

# A 29 February on a given day of the week comes within 40 years.
_MOST_DAYS = 366 * 41
_FIELDS = {
    "second": (0, 59),
    "minute": (0, 59),
    "hour": (0, 23),
    "dayOfMonth": (1, 31),
    "month": (1, 12),
    "dayOfWeek": (1, 7),
}
_TIMES = ("second", "minute", "hour")
_PART = re.compile(
    r"(?:(?P<any>\*)|\[?(?P<low>\d{1,2})(?:-(?P<high>\d{1,2}))?\]?)(?:/(?P<step>\d{1,2}))?",
    re.ASCII,
)


@dataclass(frozen=True)
class Schedule:
    """Which seconds, minutes, hours, days, months and days of the week (Monday is 1)."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the first moment of the schedule after one, both in the time of the market.

        None: there is none in a whole round of the calendar, such as on 31 February.
        """
        day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        for _ in range(_MOST_DAYS):
            if self._has_day(day):
                for hour in self.hours:
                    found = self._in_hour(day.replace(hour=hour), moment)
                    if found is not None:
                        return found
            day += timedelta(days=1)
        return None

    def _has_day(self, day: datetime) -> bool:
        return (
            day.month in self.months and day.day in self.days and day.isoweekday() in self.weekdays
        )

    def _in_hour(self, hour: datetime, moment: datetime) -> datetime | None:
        if hour + timedelta(hours=1) <= moment:
            return None
        return next(
            (
                found
                for minute in self.minutes
                for second in self.seconds
                if (found := hour.replace(minute=minute, second=second)) > moment
            ),
            None,
        )


def read_schedule(value: Any) -> dict[str, str]:
    """Return the fields of a schedule as texts.

    :raises BadSubscription: for what is no schedule, or one that never comes; ``field`` says where.
    """
    if not isinstance(value, dict) or not value:
        raise BadSubscription(msg("Give at least one of second to dayOfWeek."), field="schedule")
    for name in value:
        if name not in _FIELDS:
            raise BadSubscription(
                msg("There is no such field here."), field=f"schedule.{str(name)[:80]}"
            )
    written = {name: _text(name, each) for name, each in value.items()}
    if schedule_of(written).next_after(datetime(2026, 1, 1)) is None:  # noqa: DTZ001 - any year
        raise BadSubscription(msg("This day never comes."), field="schedule.dayOfMonth")
    return written


def schedule_of(written: Mapping[str, str]) -> Schedule:
    """Return a schedule out of its fields.

    :raises BadSubscription: for a field that cannot be read.
    """
    given = [name for name in _TIMES if name in written]
    finer = _TIMES[: _TIMES.index(given[0])] if given else _TIMES
    first = dict.fromkeys(finer, "0")
    if not given and "dayOfMonth" not in written and "dayOfWeek" not in written:
        first["dayOfMonth"] = "1"
    numbers = {name: _numbers(name, written.get(name, first.get(name, "*"))) for name in _FIELDS}
    return Schedule(
        numbers["second"],
        numbers["minute"],
        numbers["hour"],
        frozenset(numbers["dayOfMonth"]),
        frozenset(numbers["month"]),
        frozenset(numbers["dayOfWeek"]),
    )


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int) or len(plain(value)) > 200:
        raise BadSubscription(_WRONG, field=f"schedule.{name}", **_bounds(name))
    return plain(value).replace(" ", "")


_WRONG = msg("Give numbers from %(low)s to %(high)s, such as %(low)s, [%(low)s-%(high)s] or */2.")


def _bounds(name: str) -> dict[str, int]:
    low, high = _FIELDS[name]
    return {"low": low, "high": high}


def _numbers(name: str, text: str) -> tuple[int, ...]:
    found: set[int] = set()
    for part in text.split(","):
        some = _part(part, *_FIELDS[name])
        if not some:
            raise BadSubscription(_WRONG, field=f"schedule.{name}", **_bounds(name))
        found.update(some)
    return tuple(sorted(found))


def _part(text: str, low: int, high: int) -> range | None:
    """Return the numbers of ``5``, ``[1-5]``, ``*`` or one of these with a step, ``0/30``."""
    found = _PART.fullmatch(text)
    if found is None or ("[" in text) != ("]" in text):
        return None
    step = int(found["step"] or 1)
    first = low if found["any"] else int(found["low"])
    is_open = found["any"] or (found["step"] and not found["high"])
    last = high if is_open else int(found["high"] or first)
    fits = step > 0 and low <= first <= last <= high
    return range(first, last + 1, step) if fits else None
