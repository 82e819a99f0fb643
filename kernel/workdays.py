"""Working days in Viet Nam: Monday to Friday, public holidays and Tết left out."""

from datetime import date, timedelta
from functools import cache

import holidays


@cache
def _holidays() -> holidays.HolidayBase:
    # Years are worked out as they are asked for.
    return holidays.country_holidays("VN")


def is_working_day(day: date) -> bool:
    """Tell whether offices are open on a day."""
    return day.weekday() < 5 and day not in _holidays()


def add_working_days(day: date, count: int) -> date:
    """Return the day that lies ``count`` working days after a day."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_until(day: date, due: date) -> int:
    """Return how many working days lie after ``day`` up to ``due``; negative when it has passed."""
    if due < day:
        return -working_days_until(due, day)
    span = (due - day).days
    return sum(is_working_day(day + timedelta(days=step)) for step in range(1, span + 1))
