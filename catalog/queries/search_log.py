"""Reads of what is searched for: the office's reports."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import SearchCount
from catalog.rules.searching import View
from kernel.pages import Page

PER_PAGE = 25
MOST_ROWS = 10_000
"""Rows of one table that is handed out."""

LEAST_SEARCHES = 3
"""Searches before few clicks mean anything."""

FEW_PERCENT = 10
"""Under so many clicks on a hundred searches that found something, they are few."""


@dataclass(frozen=True)
class QueryRow:
    """How often something was searched for in a period; ``last`` is the last day it was."""

    words: str
    lang: str
    searches: int
    zeros: int
    clicks: int
    positions: int
    last: date

    @property
    def answered(self) -> int:
        """Return how many searches found something."""
        return self.searches - self.zeros

    @property
    def click_percent(self) -> float | None:
        """Return the clicks on a hundred searches that found something."""
        return 100 * self.clicks / self.answered if self.answered > 0 else None

    @property
    def mean_place(self) -> float | None:
        """Return at which place opened hits stood, on average."""
        return self.positions / self.clicks if self.clicks else None


@dataclass(frozen=True)
class Totals:
    """All searches of a period."""

    searches: int
    zeros: int
    clicks: int
    queries: int


_SEARCHES = sa.func.sum(SearchCount.searches)
_ZEROS = sa.func.sum(SearchCount.zeros)
_CLICKS = sa.func.sum(SearchCount.clicks)

_WHICH: dict[View, tuple[sa.ColumnElement[bool], sa.ColumnElement[Any]]] = {
    View.NOTHING: (_ZEROS > 0, _ZEROS),
    View.FEW_CLICKS: (
        sa.and_(
            _SEARCHES - _ZEROS >= LEAST_SEARCHES,
            _CLICKS * 100 < (_SEARCHES - _ZEROS) * FEW_PERCENT,
        ),
        _SEARCHES - _ZEROS,
    ),
    View.WANTED: (_SEARCHES > 0, _SEARCHES),
}


def search_report(
    session: Session, view: View, *, first: date, last: date, page: int = 1, size: int = PER_PAGE
) -> Page[QueryRow]:
    """Return a page of queries of a period, those searched for most often first."""
    which, order = _WHICH[view]
    number = max(page, 1)
    rows = session.execute(
        sa.select(
            SearchCount.words,
            SearchCount.lang,
            _whole(_SEARCHES).label("searches"),
            _whole(_ZEROS).label("zeros"),
            _whole(_CLICKS).label("clicks"),
            _whole(sa.func.sum(SearchCount.positions)).label("positions"),
            sa.func.max(SearchCount.day).label("last"),
        )
        .where(SearchCount.day.between(first, last))
        .group_by(SearchCount.words, SearchCount.lang)
        .having(which)
        .order_by(order.desc(), SearchCount.words, SearchCount.lang)
        .limit(size + 1)
        .offset((number - 1) * size)
    )
    return Page.cut([QueryRow(**row._mapping) for row in rows], number, size)


def search_totals(session: Session, *, first: date, last: date) -> Totals:
    """Return the sums of a period."""
    row = session.execute(
        sa.select(
            _whole(sa.func.coalesce(_SEARCHES, 0)),
            _whole(sa.func.coalesce(_ZEROS, 0)),
            _whole(sa.func.coalesce(_CLICKS, 0)),
            sa.func.count(sa.distinct(SearchCount.words)),
        ).where(SearchCount.day.between(first, last))
    ).one()
    return Totals(*row)


def _whole(sum_: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    # PostgreSQL sums big integers to a decimal.
    return sa.cast(sum_, sa.BigInteger)
