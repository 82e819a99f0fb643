"""What is done on a plot, and on which days it may be written down."""

import enum
from datetime import date

from kernel.errors import Invalid
from kernel.messages import LABELS, msg


class Activity(enum.Enum):
    """What was done on a plot."""

    SOIL = "soil"
    SEEDING = "seeding"
    FERTILISER = "fertiliser"
    SPRAY = "spray"
    IRRIGATION = "irrigation"
    CARE = "care"
    OBSERVATION = "observation"
    LAB_TEST = "lab_test"
    HARVEST = "harvest"


class EntryStatus(enum.Enum):
    """Whether it was done: what is pending or was abandoned has no effect on a harvest."""

    PENDING = "pending"
    DONE = "done"
    ABANDONED = "abandoned"


LABELS.update(
    {
        EntryStatus.PENDING: msg("Planned"),
        EntryStatus.DONE: msg("Done"),
        EntryStatus.ABANDONED: msg("Given up"),
        Activity.SOIL: msg("Soil work"),
        Activity.SEEDING: msg("Sowing and planting"),
        Activity.FERTILISER: msg("Fertiliser"),
        Activity.SPRAY: msg("Spraying"),
        Activity.IRRIGATION: msg("Watering"),
        Activity.CARE: msg("Care and pruning"),
        Activity.OBSERVATION: msg("Observation"),
        Activity.LAB_TEST: msg("Lab test"),
        Activity.HARVEST: msg("Harvest"),
    }
)


# How far ahead something may be planned.
LONGEST_PLAN_DAYS = 366
# How long something that is written down as one may take.
LONGEST_SPAN_DAYS = 31


def need_season_days(started_on: date, ended_on: date | None, *, today: date) -> None:
    """Refuse a season that begins or ends in the future, or ends before it begins.

    :raises Invalid: then.
    """
    if started_on > today:
        raise Invalid(msg("This day is still to come."), field="started_on")
    if ended_on is not None and ended_on > today:
        raise Invalid(msg("This day is still to come."), field="ended_on")
    if ended_on is not None and ended_on < started_on:
        raise Invalid(msg("A season ends after it began."), field="ended_on")


def need_diary_day(
    day: date, started_on: date, ended_on: date | None, *, today: date, field: str = "done_on"
) -> None:
    """Refuse a diary day that is still to come or outside its season.

    :raises Invalid: then.
    """
    if day > today:
        raise Invalid(msg("This day is still to come."), field=field)
    if day < started_on:
        raise Invalid(msg("The season began later than that."), field=field)
    if ended_on is not None and day > ended_on:
        raise Invalid(msg("The season was over by then."), field=field)


def need_span(done_on: date, ended_on: date | None, *, today: date, planned: bool) -> None:
    """Refuse a last day before the first, one still to come, or a span of more than a month.

    :raises Invalid: then.
    """
    if ended_on is None:
        return
    if ended_on < done_on:
        raise Invalid(msg("The last day is not before the first."), field="ended_on")
    if (ended_on - done_on).days > LONGEST_SPAN_DAYS:
        raise Invalid(
            msg("Write at most %(most)s days as one."), field="ended_on", most=LONGEST_SPAN_DAYS
        )
    if ended_on > today and not planned:
        raise Invalid(msg("This day is still to come."), field="ended_on")


def need_place(lat: float | None, lon: float | None) -> None:
    """Refuse half a position, or one that is not on the globe (WGS 84, degrees).

    :raises Invalid: then.
    """
    if lat is None and lon is None:
        return
    if lat is None or lon is None or not (abs(lat) <= 90 and abs(lon) <= 180):
        raise Invalid(msg("This is no place on the map."), field="lat")
