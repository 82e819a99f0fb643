"""Whom a new version would touch, told before it is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from catalog.queries.touched import shown_listings
from shop.ruling.entering import Draft
from shop.ruling.words import REQUIREMENT
from vendors.queries.statistics import counts_by_state
from vendors.queries.touching import Change, Touched, called_by, judged_lines, touched_by
from vendors.rules import WAITING

NAMED = 12
"""So many are named of each kind."""


@dataclass(frozen=True)
class Preview:
    """What a draft changes: vendors with another line, how many lines were judged, listings.

    ``called`` are vendors that a renewal would be called for; ``waiting`` are dossiers that
    keep the day they were given.
    """

    vendors: Sequence[Touched] = ()
    judged: int = 0
    listings: int = 0
    titles: Sequence[Mapping[str, str]] = ()
    called: Sequence[tuple[str, str]] = ()
    waiting: int = 0

    def of(self, change: Change) -> Sequence[Touched]:
        """Return the vendors to which this happens."""
        return [one for one in self.vendors if one.change is change]

    @property
    def selling(self) -> Sequence[Touched]:
        """Return the touched vendors that are on the market."""
        return [one for one in self.vendors if one.sells]

    @property
    def short(self) -> Sequence[Touched]:
        """Return who would not prove it any more."""
        return [one for one in self.vendors if one.falls_short]

    @property
    def is_empty(self) -> bool:
        """Tell whether nobody is touched at once."""
        return not (self.vendors or self.called)


def preview(session: Session, draft: Draft, held: Any) -> Preview:
    """Return whom a draft touches, by the value that would hold on its first day otherwise.

    :raises Invalid: when the draft cannot be read.
    """
    if draft.key.startswith(REQUIREMENT):
        return _of_requirement(session, draft, held)
    if draft.key == "vendor.renewal_call_days":
        new = called_by(session, days=draft.value, on=draft.first_day)
        known = {one for one, _name in called_by(session, days=held or 0, on=draft.first_day)}
        return Preview(called=[one for one in new if one[0] not in known])
    if draft.key == "vendor.answer_working_days":
        counts = counts_by_state(session)
        return Preview(waiting=sum(counts.get(state, 0) for state in WAITING))
    return Preview()


def _of_requirement(session: Session, draft: Draft, held: Any) -> Preview:
    vendors = touched_by(session, draft.key, before=held, after=draft.value, on=draft.first_day)
    short = [one.id for one in vendors if one.falls_short and one.sells]
    count, titles = shown_listings(session, short)
    return Preview(vendors, judged_lines(session, draft.key), count, titles)
