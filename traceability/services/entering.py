"""When people may enter a plot again after a spraying, in the days and hours of Viet Nam."""

from datetime import date, datetime, time, timedelta

from kernel.clock import HANOI, local_date


def may_enter_from(last_on: date, ended_at: datetime | None, hours: int) -> datetime:
    """Return when people may enter a plot again.

    Where the hour of the end is not known, the day's last one counts.
    """
    known = ended_at is not None and local_date(ended_at) == last_on
    end = ended_at if known and ended_at is not None else _midnight_after(last_on)
    return end + timedelta(hours=hours)


def entered_too_soon(day: date, at: datetime | None, free_from: datetime) -> bool:
    """Tell whether work on a day came before people might enter.

    Without an hour it is too soon only if the whole day was.
    """
    moment = at if at is not None and local_date(at) == day else _midnight_after(day)
    return moment < free_from


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(1), time(), HANOI)
