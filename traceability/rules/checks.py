"""What is found out about harvests: how a hold ends, what a laboratory says, what is watched."""

import enum
import re
from fractions import Fraction

from kernel.errors import Conflict
from kernel.messages import LABELS, msg


class HoldEnd(enum.Enum):
    """How a hold of the rule ended: its cause was corrected, or a second person cleared it."""

    CORRECTED = "corrected"
    CLEARED = "cleared"


class Verdict(enum.Enum):
    """What a laboratory says."""

    PASSED = "passed"
    FAILED = "failed"


class WatchKind(enum.Enum):
    """What does not fit."""

    YIELD = "yield"
    STOCK = "stock"
    OUT_OF_SEASON = "out_of_season"
    MASS_BALANCE = "mass_balance"
    EARLY_HARVEST = "early_harvest"
    LATE_SPRAY = "late_spray"
    FREED = "freed"
    BANNED = "banned"
    UNREGISTERED = "unregistered"
    UNKNOWN = "unknown"
    TOO_MANY = "too_many"
    TOO_CLOSE = "too_close"
    REENTRY = "reentry"
    OUTSIDE = "outside"


class WatchState(enum.Enum):
    """Whether the office looked at it: DONE it was a matter, DISMISSED it was none."""

    OPEN = "open"
    DONE = "done"
    DISMISSED = "dismissed"


LABELS.update(
    {
        Verdict.PASSED: msg("Passed the test"),
        Verdict.FAILED: msg("Failed the test"),
        WatchKind.YIELD: msg("More than a field gives"),
        WatchKind.STOCK: msg("More used than was bought"),
        WatchKind.OUT_OF_SEASON: msg("Harvest outside the season"),
        WatchKind.MASS_BALANCE: msg("Goods are missing"),
        WatchKind.EARLY_HARVEST: msg("Harvested too early"),
        WatchKind.LATE_SPRAY: msg("Spraying told after the goods left"),
        WatchKind.FREED: msg("Freed by a correction"),
        WatchKind.BANNED: msg("Banned substance"),
        WatchKind.UNREGISTERED: msg("Not registered for the crop"),
        WatchKind.UNKNOWN: msg("Waiting time not known"),
        WatchKind.TOO_MANY: msg("Used too often"),
        WatchKind.TOO_CLOSE: msg("Used again too soon"),
        WatchKind.REENTRY: msg("Entered too soon after spraying"),
        WatchKind.OUTSIDE: msg("Codes lead to another site"),
        WatchState.OPEN: msg("To look at"),
        WatchState.DONE: msg("Dealt with"),
        WatchState.DISMISSED: msg("No matter"),
    }
)

_W = WatchState

WATCH_ARROWS: dict[tuple[WatchState, str], WatchState] = {
    (_W.OPEN, "done"): _W.DONE,
    (_W.OPEN, "dismiss"): _W.DISMISSED,
    (_W.DONE, "reopen"): _W.OPEN,
    (_W.DISMISSED, "reopen"): _W.OPEN,
}

_NUMBER = re.compile(r"(?P<less><?)\s*(?P<number>\d{1,9}(?:[.,]\d{1,9})?)", re.ASCII)


def watch_after(state: WatchState, action: str) -> WatchState:
    """Return the state of a matter after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return WATCH_ARROWS[state, action]
    except KeyError:
        raise Conflict(msg("A colleague has dealt with this meanwhile.")) from None


def read_result(text: str) -> Fraction | None:
    """Return the number of a result such as 0,02 or <0.01; None where it is none."""
    found = _NUMBER.fullmatch(text.strip())
    return Fraction(found["number"].replace(",", ".")) if found else None


def judge_result(value: str, most: str, said: Verdict) -> Verdict:
    """Return the verdict on one analyte: what is above its limit failed, whatever is said."""
    found, limit = read_result(value), read_result(most)
    if found is not None and limit is not None and found > limit:
        return Verdict.FAILED
    return said
