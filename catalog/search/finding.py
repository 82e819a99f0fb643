"""Search as pages use it: from the engine, or plainly from the database when no engine answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from catalog.queries import Card, cards_by_code, plain_search
from catalog.search.engine import EngineDown, FacetCount, Filters, SearchEngine, Sort

log = structlog.get_logger()


@dataclass(frozen=True)
class Asked:
    """What somebody wants to find."""

    words: str = ""
    filters: Filters = field(default_factory=Filters)
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    per_page: int = 24
    lang: str = "vi"


@dataclass(frozen=True)
class Found:
    """A page of what was found. ``is_plain``: by titles only, without filters and counts."""

    cards: Sequence[Card]
    total: int
    number: int
    has_next: bool
    facets: Mapping[str, Sequence[FacetCount]] = field(default_factory=dict)
    suggestion: str = ""
    is_plain: bool = False


def find(session: Session, engine: SearchEngine, *, asked: Asked, now: datetime) -> Found:
    """Return what matches; price, stock and badges are of this moment, whatever the index says.

    ``total`` is 0 in a plain search: nothing is counted there.
    """
    try:
        results = engine.search(
            asked.words,
            filters=asked.filters,
            sort=asked.sort,
            page=asked.page,
            per_page=asked.per_page,
            lang=asked.lang,
        )
    except EngineDown as down:
        log.warning("search engine down", problem=str(down))
        plain = plain_search(
            session, words=asked.words, now=now, page=asked.page, per_page=asked.per_page
        )
        return Found(plain.items, 0, plain.number, plain.has_next, is_plain=True)
    return Found(
        cards=cards_by_code(session, results.codes, now=now),
        total=results.total,
        number=asked.page,
        has_next=asked.page * asked.per_page < results.total,
        facets=results.facets,
        suggestion=results.suggestion,
    )
