"""Prices set for a later day: their states, and which may stand beside each other."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kernel.errors import Conflict, Invalid
from kernel.messages import LABELS, msg

MOST_PLANS = 20
"""Prices that may wait for one listing."""

FURTHEST = timedelta(days=366)


class PlanState(enum.Enum):
    """Where a planned price stands."""

    PLANNED = "planned"
    # It began and goes back at its end.
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    # What it was for is not offered any more.
    DROPPED = "dropped"


_P = PlanState

PLAN_ARROWS: dict[tuple[PlanState, str], PlanState] = {
    (_P.PLANNED, "apply"): _P.DONE,
    (_P.PLANNED, "begin"): _P.RUNNING,
    (_P.RUNNING, "end"): _P.DONE,
    (_P.PLANNED, "cancel"): _P.CANCELLED,
    # A running one goes back at once.
    (_P.RUNNING, "cancel"): _P.CANCELLED,
    (_P.PLANNED, "drop"): _P.DROPPED,
    (_P.RUNNING, "drop"): _P.DROPPED,
}

OPEN = (PlanState.PLANNED, PlanState.RUNNING)


@dataclass(frozen=True)
class Span:
    """When a price holds: from a moment until another; without an end it is a moment only."""

    starts_at: datetime
    ends_at: datetime | None

    def clashes(self, other: "Span") -> bool:
        """Tell whether two prices of one pack would be in each other's way."""
        if self.starts_at == other.starts_at:
            return True
        first, second = sorted((self, other), key=lambda span: span.starts_at)
        return first.ends_at is not None and second.starts_at < first.ends_at


def plan_after(state: PlanState, action: str) -> PlanState:
    """Return the state of a planned price after an action.

    :raises Conflict: when it is over already.
    """
    try:
        return PLAN_ARROWS[state, action]
    except KeyError:
        raise Conflict(msg("This planned price is over already.")) from None


def next_step(state: PlanState, span: Span) -> tuple[str, datetime] | None:
    """Return what is to be done next and when; None when nothing is."""
    if state is PlanState.RUNNING and span.ends_at is not None:
        return "end", span.ends_at
    if state is PlanState.PLANNED:
        return ("apply" if span.ends_at is None else "begin"), span.starts_at
    return None


def need_span(span: Span, others: Iterable[Span], *, now: datetime) -> None:
    """Refuse a price that cannot be planned.

    :raises Invalid: when it begins in the past or too late, ends before it begins, or overlaps.
    """
    if span.starts_at <= now:
        raise Invalid(msg("Choose a moment in the future."), field="starts_at")
    if span.starts_at > now + FURTHEST:
        raise Invalid(msg("Plan at most a year ahead."), field="starts_at")
    if span.ends_at is not None and not span.starts_at < span.ends_at <= now + 2 * FURTHEST:
        raise Invalid(msg("The end must come after the beginning."), field="ends_at")
    if any(span.clashes(other) for other in others):
        raise Invalid(
            msg("Another planned price of this pack is in its way: cancel that one first."),
            field="starts_at",
        )


LABELS.update(
    {
        PlanState.PLANNED: msg("Planned"),
        PlanState.RUNNING: msg("Holds now"),
        PlanState.DONE: msg("Done"),
        PlanState.CANCELLED: msg("Cancelled"),
        PlanState.DROPPED: msg("Not offered any more"),
    }
)
