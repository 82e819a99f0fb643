"""Asks the engine, and the database when no engine answers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from bookings.queries import visits_with_seats
from catalog.queries import Card, Wanted, cards_by_code, codes_of, plain_search
from catalog.search.engine import EngineDown, Filters, Results, SearchEngine, Sort
from catalog.search.words import Ways
from catalog.services.ways import KeptWays
from kernel import clock
from kernel.pages import Page
from kernel.web.language import current_language
from kernel.web.session import db, part, remember, remembered
from shop.find.wish import GROUPS, Wish

PER_PAGE = 24

_BY_PRICE = {Sort.PRICE_UP: 1, Sort.PRICE_DOWN: -1}
_ONLY_ENGINES = ("unit_from", "unit_to", "near", "lat", "lon", "within", "to")


@dataclass(frozen=True)
class Answer:
    """What was found; ``results`` is None where the database had to answer."""

    results: Results | None
    found: Page[Card]
    # Names of filters that could not be asked for.
    ignored: tuple[str, ...] = ()

    @property
    def total(self) -> int | None:
        """Return how many hits there are on all pages, where that is known."""
        return self.results.total if self.results else None


def the_engine() -> SearchEngine | None:
    """Return the engine of this application, if it has one."""
    try:
        return part(SearchEngine)
    except KeyError:
        return None


def ways() -> Ways:
    """Return the other words for the same thing that every question is asked in."""
    kept = remembered("ways") or remember("ways", part(KeptWays).get(db()))
    return cast(Ways, kept)


def month_of(now: datetime) -> int:
    """Return the month in Viet Nam: seasons are counted in those."""
    return clock.local_date(now).month


def find(wish: Wish) -> Answer:
    """Ask the engine; when it does not answer, the database by plain words."""
    now = clock.now()
    filters = filters_of(wish, now)
    results = ask(wish, filters)
    if results is None:
        ignored = tuple(name for name, _ in wish.pairs if name in _ONLY_ENGINES)
        return Answer(None, _plainly(wish, filters, now), ignored)
    cards = cards_by_code(db(), results.codes, now=now)
    more = results.total > wish.page * PER_PAGE
    return Answer(results, Page(cards, wish.page, has_next=more))


def ask(wish: Wish, filters: Filters, *, per_page: int = PER_PAGE) -> Results | None:
    """Return a page of hits, or None when no engine answers."""
    engine = the_engine()
    if engine is None:
        return None
    try:
        return engine.search(
            wish.words,
            filters=filters,
            sort=wish.sort,
            page=wish.page,
            per_page=per_page,
            lang=current_language(),
            ways=ways(),
            month=month_of(clock.now()),
        )
    except EngineDown:
        return None


def count_hits(wish: Wish) -> int:
    """Return how many hits a search would have; none when no engine answers."""
    first = replace(wish, page=1, sort=Sort.RELEVANCE)
    results = ask(first, filters_of(first, clock.now()), per_page=1)
    return results.total if results else 0


def filters_of(wish: Wish, now: datetime) -> Filters:
    """Return what hits must be."""
    return Filters(
        **_chosen(wish.chosen),
        price_from=wish.price_from,
        price_to=wish.price_to,
        unit_price_from=wish.unit_from,
        unit_price_to=wish.unit_to,
        rating_from=wish.rating,
        month=month_of(now) if wish.in_season else None,
        delivered_to=wish.to,
        codes=_free_visits(wish, now),
        near=wish.near,
    )


def _chosen(chosen: Mapping[str, Collection[str]]) -> dict[str, Collection[str]]:
    return {facet: chosen[name] for name, facet in GROUPS.items()}


def _free_visits(wish: Wish, now: datetime) -> frozenset[str] | None:
    """Return the visits with seats for so many on that day; None when neither was asked for."""
    if wish.day is None and wish.guests is None:
        return None
    found = visits_with_seats(db(), day=wish.day, seats=wish.guests or 1, now=now)
    return codes_of(db(), found)


def _plainly(wish: Wish, filters: Filters, now: datetime) -> Page[Card]:
    wanted = Wanted(
        words=wish.words,
        **_chosen(wish.chosen),
        price_from=filters.price_from,
        price_to=filters.price_to,
        rating_from=filters.rating_from,
        month=filters.month,
        codes=filters.codes,
    )
    return plain_search(
        db(),
        wanted=wanted,
        now=now,
        price=_BY_PRICE.get(wish.sort, 0),
        page=wish.page,
        per_page=PER_PAGE,
    )
