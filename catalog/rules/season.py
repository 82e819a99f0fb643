"""The season of what grows: on now, until when, or from which month on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class SeasonState:
    """``month`` is the last of the season that is on, or the first of the next one (1 to 12)."""

    is_on: bool
    month: int


def season_state(months: Collection[int], on: date) -> SeasonState | None:
    """Return where a day stands in the year of a crop; None for what grows all year."""
    if not months or len(set(months)) == 12:
        return None
    if on.month in months:
        last = next(month for month in _from(on.month) if _after(month) not in months)
        return SeasonState(is_on=True, month=last)
    return SeasonState(is_on=False, month=next(m for m in _from(on.month) if m in months))


def _from(month: int) -> list[int]:
    return [*range(month, 13), *range(1, month)]


def _after(month: int) -> int:
    return month % 12 + 1
