"""How often, how soon again and how near to people a product may be used; what a field gives."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kernel.clock import HANOI, local_date

SQUARE_METRES_PER_HA = 10_000


@dataclass(frozen=True)
class Application:
    """One use of a product in a season: the diary entry it was first told by, its days."""

    entry_root: str
    first_on: date
    last_on: date


def days_between(uses: Iterable[Application], entry_root: str) -> int | None:
    """Return the days from a use to the nearest other one; None where it is the only one."""
    known = list(uses)
    mine = next((one for one in known if one.entry_root == entry_root), None)
    others = [one for one in known if one is not mine]
    if mine is None or not others:
        return None
    return min(_gap(mine, one) for one in others)


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


def kg_per_ha(grams: int, area_m2: int) -> int:
    """Return what a field gave, in whole kilograms a hectare."""
    return grams * SQUARE_METRES_PER_HA // (area_m2 * 1000) if area_m2 > 0 else 0


def is_in_season(day: date, months: Collection[int]) -> bool:
    """Tell whether a crop is harvested in the month of a day; no months: the whole year."""
    return not months or day.month in months


def _gap(one: Application, other: Application) -> int:
    first, second = sorted((one, other), key=lambda use: (use.first_on, use.last_on))
    return max(0, (second.first_on - first.last_on).days)


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(1), time(), HANOI)
