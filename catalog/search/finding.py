"""Hits of the embedded engine: in order, a page of them, and counted by facets."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import tantivy
from tantivy import Occur, Order, Query

from catalog.search.asking import Asked
from catalog.search.engine import FACETS, FacetCount, Filters, Near, Sort
from catalog.search.narrowing import narrowed, spots
from catalog.search.ranking import WINDOW, Candidate, rank, words_meant
from catalog.search.storing import SCHEMA, read_candidate
from catalog.search.words import Reading

_ORDERS = {
    Sort.PRICE_UP: ("price", Order.Asc),
    Sort.PRICE_DOWN: ("price", Order.Desc),
    Sort.NEWEST: ("ranked_at", Order.Desc),
    Sort.UNIT_PRICE_UP: ("unit_price", Order.Asc),
    Sort.RATING: ("rating_order", Order.Desc),
}


@dataclass(frozen=True)
class Span:
    """A page: hits left out before it, and how many it has at most."""

    offset: int
    limit: int


@dataclass(frozen=True)
class Found:
    """Codes of a page, and the words looked for."""

    codes: list[str]
    meant: Sequence[str] = ()


class Finder:
    """What one searcher is asked for: words (None: everything) and filters."""

    def __init__(self, searcher: tantivy.Searcher, asked: Asked | None, filters: Filters) -> None:
        self._searcher = searcher
        self._asked = asked or Asked(Query.all_query(), Query.all_query())
        self._filters = filters
        self._parts = narrowed(searcher, filters)

    def ranked(
        self, meant: Sequence[Reading], span: Span, *, month: int | None, lang: str
    ) -> Found:
        """Return a page of the best hits; beyond the window they are in the engine's order."""
        hits: list[Candidate] = []
        first: list[str] = []
        if span.offset < WINDOW:
            hits = self.candidates(WINDOW)
            ordered = [hit.code for hit in rank(meant, hits, month=month, lang=lang)]
            first = ordered[span.offset : span.offset + span.limit]
        rest = Span(max(span.offset, WINDOW), span.offset + span.limit - max(span.offset, WINDOW))
        shown = set(first)
        return Found(
            [*first, *(self._codes(self._hits(rest)) if rest.limit > 0 else ())],
            words_meant(meant, [hit for hit in hits if hit.code in shown]),
        )

    def sorted(self, sort: Sort, span: Span) -> Found:
        """Return a page in another order; without words the best are the newest."""
        near = self._filters.near
        if sort is Sort.NEAREST and near is not None:
            return Found(self._nearest(span, near))
        field, order = _ORDERS.get(sort, _ORDERS[Sort.NEWEST])
        return Found(self._codes(self._hits(span, field, order)))

    def total(self, unfiltered: int | None) -> int:
        """Return how many hits there are; without filters that is known already."""
        if unfiltered is not None and not self._parts:
            return unfiltered
        found: Any = self._searcher.search(self._held(self._parts), limit=1, count=True)
        return int(found.count)

    def candidates(self, most: int) -> list[Candidate]:
        """Return the first hits in the engine's own order."""
        hits = self._hits(Span(0, most)) if most else []
        return [read_candidate(self._searcher.doc(address)) for _, address in hits]

    def facets(self) -> dict[str, list[FacetCount]]:
        """Count the values of each facet; one that is filtered by is counted as if it were not."""
        chosen = [name for name in FACETS if getattr(self._filters, name)]
        found = self._count(self._parts, set(FACETS) - set(chosen))
        for name in chosen:
            parts = narrowed(self._searcher, self._filters, without=name)
            found |= self._count(parts, {name})
        return {name: found[name] for name in FACETS}

    def _count(
        self, parts: list[tuple[Occur, Query]], names: Collection[str]
    ) -> dict[str, list[FacetCount]]:
        if not names:
            return {}
        counted = self._searcher.aggregate(
            self._held(parts),
            {name: {"terms": {"field": name, "size": FACETS[name]}} for name in names},
        )
        return {
            name: [FacetCount(row["key"], row["doc_count"]) for row in counted[name]["buckets"]]
            for name in names
        }

    def _nearest(self, span: Span, near: Near) -> list[str]:
        """Walk outward from place to place until the page is full."""
        counted = self._searcher.aggregate(
            self._held(self._parts), {"spots": {"terms": {"field": "spot", "size": 65_000}}}
        )
        counts = {row["key"]: row["doc_count"] for row in counted["spots"]["buckets"]}
        codes: list[str] = []
        skip = span.offset
        for place, _ in spots(self._searcher, near):
            here = counts.get(place, 0)
            if skip >= here or len(codes) >= span.limit:
                skip = max(0, skip - here)
                continue
            only = (Occur.Must, Query.term_query(SCHEMA, "spot", place))
            wanted = self._wanted([*self._parts, only])
            part = Span(skip, span.limit - len(codes))
            codes += self._codes(self._hits(part, wanted=wanted))
            skip = 0
        return codes

    def _wanted(self, parts: list[tuple[Occur, Query]] | None = None) -> Query:
        more = self._parts if parts is None else parts
        return Query.boolean_query([(Occur.Must, self._asked.ranking), *more])

    def _held(self, parts: list[tuple[Occur, Query]]) -> Query:
        return Query.boolean_query([(Occur.Must, self._asked.holding), *parts])

    def _hits(
        self,
        span: Span,
        field: str | None = None,
        order: Order = Order.Desc,
        wanted: Query | None = None,
    ) -> list[tuple[Any, tantivy.DocAddress]]:
        found: Any = self._searcher.search(
            wanted or self._wanted(),
            limit=span.limit,
            offset=span.offset,
            count=False,
            order_by_field=field,
            order=order,
        )
        return list(found.hits)

    def _codes(self, hits: Collection[tuple[Any, tantivy.DocAddress]]) -> list[str]:
        return [str(self._searcher.doc(address).get_first("code")) for _, address in hits]
