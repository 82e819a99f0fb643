"""How often and how soon again a product may be used; what a field gives at most, and when."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

SQUARE_METRES_PER_HA = 10_000


@dataclass(frozen=True)
class Application:
    """One use of a product in a season: the diary entry it was first told by, its days."""

    entry_root: str
    first_on: date
    last_on: date


@dataclass(frozen=True)
class Bound:
    """What a field gives at most in a season from a day on, in kg a hectare; None: not known.

    It is of a variety, or of the crop (None).
    """

    most: int | None
    valid_from: date
    source: str = ""
    variety_id: str | None = None


def bound_on(bounds: Iterable[Bound], day: date, variety_id: str | None) -> Bound | None:
    """Return the bound that holds on a day: the variety's newest, else the crop's."""
    begun = sorted((one for one in bounds if one.valid_from <= day), key=lambda one: one.valid_from)
    newest = {one.variety_id: one for one in begun}
    known = (newest.get(variety_id), newest.get(None))
    return next((one for one in known if one and one.most is not None), None)


def days_since(uses: Iterable[Application]) -> dict[str, int]:
    """Return the days from the use before it to each use, by its entry; the first has none.

    So two uses that are too close are told of once: of the later.
    """
    found: dict[str, int] = {}
    last_on: date | None = None
    for use in sorted(uses, key=lambda one: (one.first_on, one.last_on, one.entry_root)):
        if last_on is not None:
            found[use.entry_root] = max(0, (use.first_on - last_on).days)
        last_on = max(last_on or use.last_on, use.last_on)
    return found


def days_between(uses: Iterable[Application], entry_root: str) -> int | None:
    """Return the days from a use to the nearest other one; None where it is the only one."""
    known = list(uses)
    mine = next((one for one in known if one.entry_root == entry_root), None)
    others = [one for one in known if one is not mine]
    if mine is None or not others:
        return None
    return min(_gap(mine, one) for one in others)


def kg_per_ha(grams: int, area_m2: int) -> int:
    """Return what a field gave, in whole kilograms a hectare."""
    return grams * SQUARE_METRES_PER_HA // (area_m2 * 1000) if area_m2 > 0 else 0


def is_in_season(day: date, months: Collection[int]) -> bool:
    """Tell whether a crop is harvested in the month of a day; no months: the whole year."""
    return not months or day.month in months


def _gap(one: Application, other: Application) -> int:
    first, second = sorted((one, other), key=lambda use: (use.first_on, use.last_on))
    return max(0, (second.first_on - first.last_on).days)
