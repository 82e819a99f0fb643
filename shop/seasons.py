"""What the province is proud of today: its calendar is a file, another province has another."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

CALENDAR = Path(__file__).parent / "seasons.json"


@dataclass(frozen=True)
class Season:
    """A time of the year and what is told of it; days are ``MM-DD``, both inclusive."""

    art: str
    tint: str
    first: str
    last: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    query: Mapping[str, str]

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in the season; one may go over the turn of the year."""
        here = f"{day:%m-%d}"
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


def season_of(day: date) -> Season:
    """Return what a day belongs to first; the calendar's last row holds all year."""
    return next(season for season in calendar() if season.holds(day))


@cache
def calendar() -> tuple[Season, ...]:
    """Return the calendar, the rarer before the longer."""
    return tuple(
        Season(
            art=row["art"],
            tint=row["tint"],
            first=row["from"],
            last=row["until"],
            title=row["title"],
            text=row["text"],
            query=row["query"],
        )
        for row in json.loads(CALENDAR.read_text(encoding="utf-8"))
    )
