"""What is done on a plot, the states of a lot, the waiting time after spraying."""

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from kernel.errors import Conflict, Invalid
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


class LotState(enum.Enum):
    """OPEN may be sold; HELD and RECALLED may not."""

    OPEN = "open"
    HELD = "held"
    RECALLED = "recalled"


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
        LotState.OPEN: msg("Passed"),
        LotState.HELD: msg("On hold"),
        LotState.RECALLED: msg("Recalled"),
    }
)

_S = LotState

ARROWS: dict[tuple[LotState, str], LotState] = {
    (_S.OPEN, "hold"): _S.HELD,
    (_S.OPEN, "recall"): _S.RECALLED,
    (_S.HELD, "release"): _S.OPEN,
    (_S.HELD, "recall"): _S.RECALLED,
}

INSIDE_INTERVAL = msg("Harvested inside the waiting time after spraying.")

LONGEST_INTERVAL_DAYS = 365

MOST_REASON = 300

_LOT_CODE = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,18}[A-Z0-9])?")
# What spreadsheets turn into numbers.
_LIKE_A_NUMBER = re.compile(r"\d+(?:E\d+)?")
_TRACE_CODE = re.compile(r"[0-9A-Z]{6,16}")


def after(state: LotState, action: str) -> LotState:
    """Return the state after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return ARROWS[state, action]
    except KeyError:
        raise Conflict(msg("This cannot be done in the present state of the lot.")) from None


def need_reason(reason: str) -> str:
    """Return why a lot is held, released or recalled, without spaces around it.

    :raises Invalid: when it says nothing, or too much.
    """
    text = " ".join(reason.split())
    if len(text) < 5:
        raise Invalid(msg("Write the reason in a few words."), field="reason")
    if len(text) > MOST_REASON:
        raise Invalid(
            msg("Write it in at most %(most)s letters."), field="reason", most=MOST_REASON
        )
    return text


@dataclass(frozen=True)
class Spray:
    """One spraying of a plot; ``phi_days`` as on the label of the product, None: not known."""

    name: str
    done_on: date
    phi_days: int | None

    @property
    def free_from(self) -> date | None:
        """The first day on which may be harvested; the day of spraying is day 0."""
        return None if self.phi_days is None else self.done_on + timedelta(self.phi_days)


@dataclass(frozen=True)
class Clearance:
    """What the sprays on a plot say about a harvest on a day.

    ``spray`` is the one that decides; ``free_from`` the first allowed day.
    Both are None where nothing was sprayed; ``free_from`` alone is None where
    the waiting time of a product is not known, which blocks the harvest.
    """

    kept: bool
    spray: Spray | None = None
    free_from: date | None = None


def judge_harvest(sprays: Iterable[Spray], harvested_on: date) -> Clearance:
    """Tell whether a harvest keeps the pre-harvest interval of every spray before it.

    Whole local days: allowed from the day of spraying plus the days on the
    product's label, that day included.
    """
    before = [spray for spray in sprays if spray.done_on <= harvested_on]
    for spray in before:
        if spray.free_from is None:
            return Clearance(kept=False, spray=spray)
    last = max(before, key=lambda spray: spray.free_from or date.min, default=None)
    if last is None or last.free_from is None:
        return Clearance(kept=True)
    return Clearance(harvested_on >= last.free_from, last, last.free_from)


def need_spray_facts(name: str, phi_days: int | None) -> None:
    """Refuse a spraying without the product's name and its waiting time.

    :raises Invalid: naming the field that is missing or out of range.
    """
    if not name:
        raise Invalid(msg("Write the name of the product, as on its label."), field="input_name")
    if phi_days is None:
        raise Invalid(
            msg("Write the waiting time from the label, in days; 0 if there is none."),
            field="phi_days",
        )
    if not 0 <= phi_days <= LONGEST_INTERVAL_DAYS:
        raise Invalid(
            msg("The waiting time is between 0 and %(most)s days."),
            field="phi_days",
            most=LONGEST_INTERVAL_DAYS,
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


def lot_code(harvested_on: date, number: int) -> str:
    """Return a lot's code, such as L2611-023: month of harvest and number within the vendor."""
    return f"L{harvested_on:%y%m}-{number:03d}"


def lot_number(code: str) -> tuple[str, int] | None:
    """Return the month (``2611``) and number of a code made by the house, else None."""
    found = re.fullmatch(r"L(\d{4})-(\d{3,9})", code, re.ASCII)
    return (found[1], int(found[2])) if found else None


def checked_lot_code(text: str) -> str:
    """Return a lot code given by a vendor: capitals, digits, hyphens, at most 20 characters.

    :raises Invalid: for anything else, and for what a spreadsheet would read as a number.
    """
    code = text.strip().upper()
    if not _LOT_CODE.fullmatch(code) or _LIKE_A_NUMBER.fullmatch(code):
        raise Invalid(
            msg("A lot code has capitals, digits and hyphens, at most 20, such as L2611-023."),
            field="code",
        )
    return code


def is_trace_code(text: str) -> bool:
    """Tell whether a text has the form of a trace code."""
    return bool(_TRACE_CODE.fullmatch(text))
