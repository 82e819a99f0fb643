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


LABELS.update(
    {
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
