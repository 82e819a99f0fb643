"""Figures of the office's work: how many, and how long they waited. Pure arithmetic."""

import enum
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kernel.errors import Invalid
from kernel.messages import LABELS, msg
from vendors.rules.kinds import LegalForm

MOST_DAYS = 1096
"""Longest period that is counted at once."""


class Grouping(enum.Enum):
    """By what the dossiers are told apart."""

    LEGAL_FORM = "legal_form"
    COMMUNE = "commune"
    OFFER = "offer"
    QUARTER = "quarter"


@dataclass(frozen=True)
class Handled:
    """One decision about an application, and how long the office had it."""

    approved: bool
    decided_on: date
    waited: timedelta
    legal_form: LegalForm
    commune: str
    offers: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """The decisions of one group; waiting times in days, None when there was no decision."""

    group: str
    approved: int
    rejected: int
    median_days: float | None
    p90_days: float | None

    @property
    def decided(self) -> int:
        """All decisions."""
        return self.approved + self.rejected


def group_of(one: Handled, grouping: Grouping) -> tuple[str, ...]:
    """Return the groups a decision counts in: a vendor with three offers counts in three."""
    if grouping is Grouping.LEGAL_FORM:
        return (one.legal_form.value,)
    if grouping is Grouping.COMMUNE:
        return (one.commune,)
    if grouping is Grouping.OFFER:
        return one.offers or ("",)
    return (f"{one.decided_on.year}-Q{(one.decided_on.month + 2) // 3}",)


def figures(group: str, handled: Sequence[Handled]) -> Figures:
    """Return the figures of some decisions."""
    days = [one.waited / timedelta(days=1) for one in handled]
    approved = sum(one.approved for one in handled)
    return Figures(
        group=group,
        approved=approved,
        rejected=len(handled) - approved,
        median_days=statistics.median(days) if days else None,
        p90_days=percentile(days, 90) if days else None,
    )


def grouped(handled: Iterable[Handled], grouping: Grouping) -> list[Figures]:
    """Return the figures of each group, in the order of its key."""
    groups: dict[str, list[Handled]] = {}
    for one in handled:
        for group in group_of(one, grouping):
            groups.setdefault(group, []).append(one)
    return [figures(group, groups[group]) for group in sorted(groups)]


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the smallest value that so many percent do not exceed (nearest rank)."""
    rank = max(math.ceil(len(values) * percent / 100), 1)
    return sorted(values)[rank - 1]


def need_period(first: date, last: date) -> tuple[date, date]:
    """Return a period of days.

    :raises Invalid: when it ends before it begins, or is longer than can be counted at once.
    """
    if last < first:
        raise Invalid(msg("The last day lies before the first."), field="last")
    if (last - first).days > MOST_DAYS:
        raise Invalid(msg("Choose a period of three years at most."), field="last")
    return first, last


LABELS.update(
    {
        Grouping.LEGAL_FORM: msg("Legal form"),
        Grouping.COMMUNE: msg("Commune"),
        Grouping.OFFER: msg("Product group"),
        Grouping.QUARTER: msg("Quarter"),
    }
)
