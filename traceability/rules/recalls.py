"""What a recall may begin with, its states, and what of the goods is accounted for."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from kernel.errors import Conflict, Invalid
from kernel.messages import LABELS, msg
from traceability.rules.lots import LotState

PREFIX = "recall."
DRILL_DAYS = "recall.drill_days"
"""The rule of the days between drills."""

TERMS = ("recall.hours", "recall.tolerance_percent", "recall.answer_days")
"""Rules by which a recall goes: hours to a stopped sale, percent that may be missing, days after
which who has not answered is called."""


class Origin(enum.Enum):
    """What is known at first: the rest is found by tracing forward from it."""

    LOT = "lot"
    PLOT = "plot"
    INPUT = "input"
    CERTIFICATE = "certificate"
    WORKER = "worker"
    LINE = "line"
    SHIFT = "shift"
    PACKAGING = "packaging"
    WATER = "water"
    LOAD = "load"
    COMPLAINT = "complaint"


class RecallState(enum.Enum):
    """DRAFT: the scope is looked at, nothing has happened; ACTIVE: everything is stopped."""

    DRAFT = "draft"
    ACTIVE = "active"
    CLOSED = "closed"
    DROPPED = "dropped"


class Measure(enum.Enum):
    """Stop the goods until they are judged, or call back what was sold as well."""

    HOLD = "hold"
    RECALL = "recall"


class Hazard(enum.Enum):
    """How bad it may be for who ate it."""

    SERIOUS = "serious"
    POSSIBLE = "possible"
    NONE = "none"


class Answer(enum.Enum):
    """What a buyer says to a notice."""

    KEPT = "kept"
    RETURNED = "returned"
    DISCARDED = "discarded"
    EATEN = "eaten"
    NOT_HAD = "not_had"


class Finding(enum.Enum):
    """Where somebody who counted found goods of a lot, or what became of them."""

    STOCK = "stock"
    SOLD = "sold"
    TRANSIT = "transit"
    DESTROYED = "destroyed"
    SAMPLES = "samples"
    WASTE = "waste"


class ComplaintKind(enum.Enum):
    """What a buyer complains of."""

    ILLNESS = "illness"
    FOREIGN_BODY = "foreign_body"
    SPOILED = "spoiled"
    RESIDUE = "residue"
    LABEL = "label"
    OTHER = "other"


class ComplaintState(enum.Enum):
    """OPEN until the vendor or the office has answered or begun a recall."""

    OPEN = "waiting"
    RECALL = "recall"
    ANSWERED = "answered"


LABELS.update(
    {
        Origin.LOT: msg("A lot"),
        Origin.PLOT: msg("A plot and days"),
        Origin.INPUT: msg("An input (fertiliser, pesticide, seed)"),
        Origin.CERTIFICATE: msg("A certificate"),
        Origin.WORKER: msg("A worker"),
        Origin.LINE: msg("A packing line"),
        Origin.SHIFT: msg("A shift of packing"),
        Origin.PACKAGING: msg("A batch of packaging"),
        Origin.WATER: msg("A water source"),
        Origin.LOAD: msg("A crate, pallet or load"),
        Origin.COMPLAINT: msg("A complaint"),
        RecallState.DRAFT: msg("Scope under review"),
        RecallState.ACTIVE: msg("Under way"),
        RecallState.CLOSED: msg("Recall closed"),
        RecallState.DROPPED: msg("Not carried out"),
        Measure.HOLD: msg("Hold everything until it is judged"),
        Measure.RECALL: msg("Recall from buyers as well"),
        Hazard.SERIOUS: msg("May make people seriously ill"),
        Hazard.POSSIBLE: msg("May harm health"),
        Hazard.NONE: msg("No harm to health expected"),
        Answer.KEPT: msg("I have it and will not eat it"),
        Answer.RETURNED: msg("I have given it back"),
        Answer.DISCARDED: msg("I have thrown it away"),
        Answer.EATEN: msg("It is eaten already"),
        Answer.NOT_HAD: msg("I never received it"),
        Finding.STOCK: msg("In stock"),
        Finding.SOLD: msg("Sold to buyers"),
        Finding.TRANSIT: msg("In transit"),
        Finding.DESTROYED: msg("Destroyed"),
        Finding.SAMPLES: msg("Taken as samples"),
        Finding.WASTE: msg("Thrown away before"),
        ComplaintKind.ILLNESS: msg("Somebody fell ill"),
        ComplaintKind.FOREIGN_BODY: msg("Something is in it that does not belong there"),
        ComplaintKind.SPOILED: msg("It was spoiled"),
        ComplaintKind.RESIDUE: msg("Smell or residue of chemicals"),
        ComplaintKind.LABEL: msg("The label is wrong"),
        ComplaintKind.OTHER: msg("Something else is wrong"),
        ComplaintState.OPEN: msg("Complaint waits for an answer"),
        ComplaintState.RECALL: msg("Traced in a recall"),
        ComplaintState.ANSWERED: msg("Complaint answered"),
    }
)

_S = RecallState

RECALL_ARROWS: dict[tuple[RecallState, str], RecallState] = {
    (_S.DRAFT, "act"): _S.ACTIVE,
    (_S.DRAFT, "drop"): _S.DROPPED,
    # From a hold to a recall from buyers.
    (_S.ACTIVE, "raise"): _S.ACTIVE,
    (_S.ACTIVE, "close"): _S.CLOSED,
}

STOPS: dict[Measure, tuple[str, LotState]] = {
    Measure.HOLD: ("hold", LotState.HELD),
    Measure.RECALL: ("recall", LotState.RECALLED),
}
"""The arrow that a measure takes lots along, and where it leads."""

NAMED_BY_CODE = frozenset({Origin.LOT, Origin.LOAD})
"""What a code by itself says, and whose it is."""

WITH_DAYS = frozenset({Origin.PLOT, Origin.WORKER, Origin.LINE, Origin.SHIFT})
"""What means nothing without days."""

URGENT = frozenset({ComplaintKind.ILLNESS, ComplaintKind.FOREIGN_BODY, ComplaintKind.RESIDUE})
"""Complaints of which the office hears at once."""

MOST_STARTS = 50_000
"""With so many lots one recall may begin: more are days or names too wide, not a scope."""


def recall_after(state: RecallState, action: str) -> RecallState:
    """Return the state after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return RECALL_ARROWS[state, action]
    except KeyError:
        raise Conflict(msg("This cannot be done in the present state of the recall.")) from None


def need_span(origin: Origin, first: date | None, last: date | None) -> None:
    """Refuse days that are missing or the wrong way round.

    :raises Invalid: naming the field.
    """
    if origin in WITH_DAYS and first is None:
        raise Invalid(msg("Write the first day."), field="first_day")
    if origin in WITH_DAYS and last is None:
        raise Invalid(msg("Write the last day."), field="last_day")
    if first is not None and last is not None and last < first:
        raise Invalid(msg("The last day cannot be before the first."), field="last_day")


def need_words(text: str, field: str, *, least: int = 5, most: int = 300) -> str:
    """Return a text without spaces around it.

    :raises Invalid: when it says nothing, or too much.
    """
    kept = " ".join(text.split())
    if len(kept) < least:
        raise Invalid(msg("Write it in a few words."), field=field)
    if len(kept) > most:
        raise Invalid(msg("Write it in at most %(most)s letters."), field=field, most=most)
    return kept


@dataclass(frozen=True)
class Account:
    """Where the goods of a lot are, in its base unit; what went into other lots is theirs."""

    made: int
    passed_on: int = 0
    sold: int = 0
    stock: int = 0
    transit: int = 0
    destroyed: int = 0
    samples: int = 0
    waste: int = 0

    @property
    def own(self) -> int:
        """Return what has to be found: made and not packed into other lots."""
        return max(self.made - self.passed_on, 0)

    @property
    def found(self) -> int:
        """Return what is accounted for."""
        return self.sold + self.stock + self.transit + self.destroyed + self.samples + self.waste

    @property
    def missing(self) -> int:
        """Return what nobody knows of; below zero: more was found than made."""
        return self.own - self.found

    @property
    def percent(self) -> float:
        """Return how much is accounted for, in percent (100: all of it)."""
        return 100.0 if self.own == 0 else 100.0 * self.found / self.own

    def holds(self, tolerance: float) -> bool:
        """Tell whether what is missing, or too much, is within a tolerance in percent."""
        return abs(100.0 - self.percent) <= tolerance


def summed(accounts: Iterable[Account]) -> Account:
    """Return several accounts of one unit as one."""
    listed = list(accounts)
    return Account(
        **{one.name: sum(getattr(each, one.name) for each in listed) for one in fields(Account)}
    )
