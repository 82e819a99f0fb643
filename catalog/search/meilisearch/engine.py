"""Searches through a Meilisearch server.

An index is called by its layout: a market of another layout never reads it. A
rebuild fills an index beside it and swaps the two. Writes are tasks of the
server and are waited for, so that the outbox knows what is done.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from catalog.search.documents import Document
from catalog.search.engine import (
    FACETS,
    MOST_LETTERS,
    EngineDown,
    FacetCount,
    Filters,
    Health,
    IndexGone,
    Results,
    SearchEngine,
    SignalValue,
    Sort,
    Suggestion,
    Told,
)
from catalog.search.meilisearch.asking import Question, narrowed, order, parts, questions
from catalog.search.meilisearch.hints import respelled_as, ways_on
from catalog.search.meilisearch.layout import KEPT, LAYOUT, MOST_HITS, read_candidate
from catalog.search.meilisearch.link import Link
from catalog.search.meilisearch.meaning import (
    LEAST_PART,
    LOOKED_AT,
    NOTHING,
    Meaning,
    View,
    is_believed,
    spelled,
    widened,
)
from catalog.search.meilisearch.vocabulary import Vocabulary
from catalog.search.meilisearch.writing import Writer
from catalog.search.ranking import WINDOW, Candidate, explain, rank, words_meant
from catalog.search.words import DEFAULT_WAYS, Reading, Ways

EVERYTHING: tuple[Question, ...] = ({"q": ""},)
ANSWER_SECONDS, WRITE_ANSWER_SECONDS = 2.0, 30.0


class MeiliEngine(SearchEngine):
    """Searches an index of a server; ``search_key`` may do less than ``key`` and is enough to read.

    ``name`` begins the names of its indexes: several markets may share a server.
    """

    def __init__(self, url: str, key: str = "", *, search_key: str = "", name: str) -> None:
        self._uid = f"{name}-{LAYOUT}"
        self._link = Link(url, search_key or key, seconds=ANSWER_SECONDS)
        self._vocabulary = Vocabulary(self._link, self._uid)
        self._writer = Writer(Link(url, key, seconds=WRITE_ANSWER_SECONDS), self._uid)
        self._may_only_read = bool(search_key and not key)

    def index(self, documents: Iterable[Document]) -> None:
        self._writer.add(documents)

    def remove(self, codes: Collection[str]) -> None:
        self._writer.remove(codes)

    def rebuild(self, documents: Iterable[Document], *, tell: Told = lambda _count: None) -> int:
        return self._writer.rebuild(documents, tell)

    def drop(self) -> None:
        """Delete the index from the server."""
        self._writer.drop()

    def search(
        self,
        query: str,
        *,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        sort: Sort = Sort.RELEVANCE,
        page: int = 1,
        per_page: int = 24,
        lang: str = "vi",
        ways: Ways = DEFAULT_WAYS,
        month: int | None = None,
    ) -> Results:
        view = View(filters, sort, (max(page, 1) - 1) * per_page, per_page)
        meaning, answer = self._find(query, ways, view)
        codes = [hit["code"] for hit in answer["hits"]]
        shown: list[Candidate] = []
        if view.is_ranked(meaning):
            hits = {hit["code"]: read_candidate(hit) for hit in answer["hits"][:WINDOW]}
            ranked = rank(meaning.readings, list(hits.values()), month=month, lang=lang)
            codes = [*(hit.code for hit in ranked), *codes[WINDOW:]][view.offset :][:per_page]
            shown = [hits[code] for code in codes if code in hits]
        return Results(
            codes=codes,
            total=answer["estimatedTotalHits"],
            facets=self._facets(meaning.questions, filters, answer),
            suggestion=meaning.spelling,
            meant=words_meant(meaning.readings, shown),
        )

    def explain(
        self,
        query: str,
        codes: Collection[str],
        *,
        lang: str = "vi",
        ways: Ways = DEFAULT_WAYS,
        month: int | None = None,
    ) -> dict[str, list[SignalValue]]:
        meant = self.understand(query, ways=ways)
        found = self._ask(EVERYTHING, Filters(codes=codes), [], 0, len(codes), KEPT, names=())[
            "hits"
        ]
        candidates = [read_candidate(hit) for hit in found]
        hits = rank(meant, candidates, month=month, lang=lang)
        return {hit.code: explain(hit) for hit in hits}

    def suggest(
        self, prefix: str, *, lang: str = "vi", limit: int = 8, ways: Ways = DEFAULT_WAYS
    ) -> list[Suggestion]:
        try:
            meant = self._vocabulary.meanings(prefix[:MOST_LETTERS], ways)
            return ways_on(self._link, self._uid, prefix[:MOST_LETTERS], meant, lang, limit)
        except EngineDown:
            return []

    def understand(self, query: str, *, ways: Ways = DEFAULT_WAYS) -> list[Reading]:
        """Return what a query may mean, the likeliest first; none for one without words."""
        typed = self._typed(query, ways)
        if not typed.readings:
            return []
        return list(self._understood(typed, self._probe(typed)).readings)

    def health(self) -> Health:
        try:
            if self._may_only_read:
                found = self._ask(EVERYTHING, Filters(), [], 0, 0, (), names=())
                return Health(documents=found["estimatedTotalHits"])
            self._writer.check()
            return Health(documents=self._writer.count())
        except EngineDown as down:
            return Health(problem=str(down), is_gone=isinstance(down, IndexGone))

    def _find(self, query: str, ways: Ways, view: View) -> tuple[Meaning, dict[str, Any]]:
        """Return what a query means, whatever is filtered by, and the answer to it.

        What finds nothing as it was typed is looked for as it may have been meant; what finds
        little is followed by what says a part of it.
        """
        typed = self._typed(query, ways)
        if not typed.readings:
            return typed, self._look(typed, view)
        seen = self._look(typed, view) if view.is_open else self._probe(typed)
        meaning = self._understood(typed, seen)
        if view.is_open and meaning.questions is typed.questions:
            return meaning, seen
        return meaning, self._look(meaning, view)

    def _typed(self, query: str, ways: Ways) -> Meaning:
        meant = self._vocabulary.meanings(query[:MOST_LETTERS], ways)
        return Meaning(meant, questions(meant, self._vocabulary.knows))

    def _understood(self, typed: Meaning, seen: Mapping[str, Any]) -> Meaning:
        if not is_believed(typed, seen):
            return self._respelled(typed) or self._part(typed) or Meaning(typed.readings, NOTHING)
        return widened(spelled(typed, self._vocabulary.knows, seen), seen["estimatedTotalHits"])

    def _respelled(self, typed: Meaning) -> Meaning | None:
        near = respelled_as(self._link, self._uid, typed.readings[0].words)
        if not near:
            return None
        meant = [Reading(each.words, is_guessed=True) for each in near]
        meaning = Meaning(meant, questions(meant, lambda _word: True), near[0].written)
        return widened(meaning, self._probe(meaning)["estimatedTotalHits"])

    def _part(self, typed: Meaning) -> Meaning | None:
        some = Meaning(typed.readings, parts(typed.readings[:1]))
        if len(typed.readings[0].words) < LEAST_PART or not some.questions:
            return None
        return some if self._probe(some)["estimatedTotalHits"] else None

    def _probe(self, meaning: Meaning) -> dict[str, Any]:
        """Look at the first few hits, whatever is filtered by."""
        read = (*KEPT, "titles")
        return self._ask(meaning.questions, Filters(), [], 0, LOOKED_AT, read, names=())

    def _look(self, meaning: Meaning, view: View) -> dict[str, Any]:
        """Return the hits of a page, and counts of the facets that are not filtered by."""
        names = [name for name in FACETS if not getattr(view.filters, name)]
        if view.is_ranked(meaning):
            most, read = max(WINDOW, view.offset + view.limit), (*KEPT, "titles")
            return self._ask(meaning.questions, view.filters, [], 0, most, read, names=names)
        by = order(view.sort, view.filters.near, has_words=bool(meaning.readings))
        return self._ask(
            meaning.questions, view.filters, by, view.offset, view.limit, ("code",), names=names
        )

    def _facets(
        self, asked: Sequence[Question], filters: Filters, answer: Mapping[str, Any]
    ) -> dict[str, list[FacetCount]]:
        """Read the counts of each facet; one that is filtered by is counted as if it were not."""
        found = _counts(answer, self._uid)
        for name in FACETS:
            if getattr(filters, name):
                open_ = self._ask(asked, filters, [], 0, 0, (), names=(name,), without=name)
                found[name] = _counts(open_, self._uid)[name]
        return {name: found.get(name, [])[: FACETS[name]] for name in FACETS}

    def _ask(
        self,
        asked: Sequence[Question],
        filters: Filters,
        by: Sequence[str],
        offset: int,
        limit: int,
        read: Sequence[str],
        *,
        names: Sequence[str],
        without: str = "",
    ) -> dict[str, Any]:
        """Ask for hits of any of the questions, and for the counts of some facets."""
        narrow = narrowed(filters, without=without)
        same = {
            "indexUid": self._uid,
            "attributesToRetrieve": list(read),
            **({"sort": list(by)} if by else {}),
        }
        wanted = [{**one, **same, "filter": [*narrow, *one.get("filter", ())]} for one in asked]
        federation: dict[str, Any] = {"offset": min(offset, MOST_HITS), "limit": limit}
        if names:
            federation["facetsByIndex"] = {self._uid: list(names)}
        return self._link.ask(wanted, federation)


def _counts(answer: Mapping[str, Any], uid: str) -> dict[str, list[FacetCount]]:
    counted = answer.get("facetsByIndex", {}).get(uid, {}).get("distribution", {})
    return {
        name: [FacetCount(value, count) for value, count in values.items()]
        for name, values in counted.items()
    }
