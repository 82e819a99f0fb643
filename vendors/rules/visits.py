"""Site visits: their states and the arrows between them, where they can be, what minutes need."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kernel.errors import Conflict, Invalid
from kernel.messages import LABELS, msg
from vendors.rules.states import VendorState


class VisitState(enum.Enum):
    """How far a visit is."""

    SCHEDULED = "scheduled"
    HELD = "held"
    CALLED_OFF = "called_off"
    # Another visit took its place.
    MOVED = "moved"


class DayPart(enum.Enum):
    """When on its day the inspectors come."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    ALL_DAY = "all_day"


class VisitResult(enum.Enum):
    """What the inspectors found on the whole."""

    PASSED = "passed"
    PASSED_WITH_REMARKS = "passed_with_remarks"
    FAILED = "failed"


class Finding(enum.Enum):
    """What the inspectors found about one line."""

    GOOD = "good"
    REMARK = "remark"
    BAD = "bad"
    NOT_LOOKED = "not_looked"


_S, _R, _F = VisitState, VisitResult, Finding

VISIT_ARROWS: dict[tuple[VisitState, str], VisitState] = {
    (_S.SCHEDULED, "object"): _S.SCHEDULED,
    (_S.SCHEDULED, "keep"): _S.SCHEDULED,
    (_S.SCHEDULED, "move"): _S.MOVED,
    (_S.SCHEDULED, "call_off"): _S.CALLED_OFF,
    (_S.SCHEDULED, "record"): _S.HELD,
    (_S.HELD, "correct"): _S.HELD,
    (_S.HELD, "document"): _S.HELD,
}

VISITABLE = frozenset(
    {
        VendorState.SUBMITTED,
        VendorState.UNDER_REVIEW,
        VendorState.INFORMATION_REQUESTED,
        VendorState.APPROVED,
        VendorState.RENEWAL_DUE,
        VendorState.SUSPENDED,
        VendorState.APPEALED,
        VendorState.LAPSED,
    }
)
"""States of a dossier that the office may look into on the spot."""

# Land and islands, from Cà Mau to Hà Giang, Trường Sa and Hoàng Sa included.
_SOUTH, _NORTH, _WEST, _EAST = 6.0, 23.5, 102.0, 117.9


@dataclass(frozen=True)
class Spot:
    """Where the inspectors stood: degrees in WGS 84, and how exact the telephone was in metres."""

    lat: float
    lon: float
    accuracy_m: int | None = None


@dataclass(frozen=True)
class LineFinding:
    """What was found about one line of the list."""

    key: str
    finding: Finding
    remark: str = ""


def after_visit(state: VisitState, action: str) -> VisitState:
    """Return a visit's state after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return VISIT_ARROWS[state, action]
    except KeyError:
        raise Conflict(msg("This cannot be done in the present state of the visit.")) from None


def need_visitable(state: VendorState) -> None:
    """Refuse a visit of a vendor whose dossier is not open.

    :raises Conflict: then.
    """
    if state not in VISITABLE:
        raise Conflict(msg("This dossier is closed: there is nothing to visit."))


def need_spot(lat: float | None, lon: float | None, accuracy_m: float | None) -> Spot | None:
    """Return where the inspectors stood; None when it was not said.

    :raises Invalid: for half a position, or one outside of Viet Nam.
    """
    if lat is None and lon is None:
        return None
    if lat is None or lon is None:
        missing = "lat" if lat is None else "lon"
        raise Invalid(msg("Write both latitude and longitude, or neither."), field=missing)
    # Written so that what is no number at all is outside, too.
    if not (_SOUTH <= lat <= _NORTH and _WEST <= lon <= _EAST):
        swapped = _SOUTH <= lon <= _NORTH and _WEST <= lat <= _EAST
        words = (
            msg("Latitude and longitude are exchanged.")
            if swapped
            else msg("This position is not in Viet Nam.")
        )
        raise Invalid(words, field="lat")
    exact = accuracy_m is not None and 0 <= accuracy_m <= 100_000
    return Spot(round(lat, 6), round(lon, 6), round(accuracy_m) if exact and accuracy_m else None)


def need_why(reason: str, *, field: str = "reason") -> str:
    """Return a reason without spaces around it.

    :raises Invalid: when it is no sentence.
    """
    text = reason.strip()
    if len(text) < 10:
        raise Invalid(
            msg("Write the reason in a sentence: the other side will read it."), field=field
        )
    return text


def need_result(result: VisitResult, lines: Sequence[LineFinding], findings: str) -> None:
    """Refuse a result that the lines contradict, or that says nothing of what is wrong.

    :raises Invalid: then.
    """
    found = {line.finding for line in lines}
    if Finding.BAD in found and result is VisitResult.PASSED:
        raise Invalid(
            msg("A line is not fulfilled: the visit cannot be passed without remarks."),
            field="result",
        )
    unsaid = [
        line for line in lines if line.finding in {_F.REMARK, _F.BAD} and not line.remark.strip()
    ]
    if unsaid:
        raise Invalid(msg("Write what is wrong."), field=f"remark_{unsaid[0].key}")
    if result is not VisitResult.PASSED and len(findings.strip()) < 10:
        raise Invalid(msg("Write in a sentence what was found."), field="findings")


def line_titles(rule_value: Sequence[Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Return the titles of the lines of the rule ``visit.lines`` in both languages, by key."""
    return {row["key"]: {lang: row[lang] for lang in ("vi", "en")} for row in rule_value}


LABELS.update(
    {
        _S.SCHEDULED: msg("Visit scheduled"),
        _S.HELD: msg("Visit held"),
        _S.CALLED_OFF: msg("Visit called off"),
        _S.MOVED: msg("Visit moved"),
        DayPart.MORNING: msg("In the morning"),
        DayPart.AFTERNOON: msg("In the afternoon"),
        DayPart.ALL_DAY: msg("All day"),
        _R.PASSED: msg("Passed"),
        _R.PASSED_WITH_REMARKS: msg("Passed with remarks"),
        _R.FAILED: msg("Not passed"),
        _F.GOOD: msg("In order"),
        _F.REMARK: msg("To be mended"),
        _F.BAD: msg("Not in order"),
        _F.NOT_LOOKED: msg("Not looked at"),
    }
)
