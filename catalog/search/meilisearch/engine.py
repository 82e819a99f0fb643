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
from catalog.search.meilisearch.hints import MOST_TITLES, respelled_as, ways_on
from catalog.search.meilisearch.layout import KEPT, LAYOUT, MOST_HITS, read_candidate
from catalog.search.meilisearch.link import Link
from catalog.search.meilisearch.meaning import FEW, LEAST_PART, Meaning, View, widened
from catalog.search.meilisearch.vocabulary import Vocabulary
from catalog.search.meilisearch.writing import Writer
from catalog.search.ranking import WINDOW, Candidate, explain, rank, words_meant
from catalog.search.words import DEFAULT_WAYS, Reading, Ways

EVERYTHING: tuple[Question, ...] = ({"q": ""},)
GLANCE = View(Filters(), Sort.NEWEST, 0, MOST_TITLES)
"""What is enough to tell what a query means."""
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
        found = self._ask(EVERYTHING, Filters(codes=codes), [], 0, len(codes), KEPT)["hits"]
        candidates = [read_candidate(hit) for hit in found]
        hits = rank(meant, candidates, month=month, lang=lang)
        return {hit.code: explain(hit) for hit in hits}

    def understand(self, query: str, *, ways: Ways = DEFAULT_WAYS) -> Sequence[Reading]:
        return self._find(query, ways, GLANCE)[0].readings

    def suggest(
        self, prefix: str, *, lang: str = "vi", limit: int = 8, ways: Ways = DEFAULT_WAYS
    ) -> list[Suggestion]:
        try:
            meant = self._vocabulary.meanings(prefix[:MOST_LETTERS], ways)
            return ways_on(self._link, self._uid, prefix[:MOST_LETTERS], meant, lang, limit)
        except EngineDown:
            return []

    def health(self) -> Health:
        try:
            if self._may_only_read:
                found = self._ask(EVERYTHING, Filters(), [], 0, 0, ())
                return Health(documents=found["estimatedTotalHits"])
            self._writer.check()
            return Health(documents=self._writer.count())
        except EngineDown as down:
            return Health(problem=str(down), is_gone=isinstance(down, IndexGone))

    def _find(self, query: str, ways: Ways, view: View) -> tuple[Meaning, dict[str, Any]]:
        """Return what a query means and the answer to it.

        What finds nothing as it was typed is looked for as it may have been meant; what finds
        little is followed by what says a part of it.
        """
        meant = self._vocabulary.meanings(query[:MOST_LETTERS], ways)
        meaning = Meaning(meant, questions(meant, self._knows))
        answer = self._look(meaning, view)
        if meant and not answer["estimatedTotalHits"]:
            typed, meaning = meaning, self._meant_otherwise(meaning)
            answer = answer if meaning is typed else self._look(meaning, view)
        if meant and 0 < answer["estimatedTotalHits"] < FEW:
            titles = [name for hit in answer["hits"][:5] for name in hit["titles"].values()]
            meaning = widened(meaning, self._knows, titles)
            answer = self._look(meaning, view)
        return meaning, answer

    def _knows(self, word: str) -> bool:
        return self._vocabulary.knows(word)

    def _meant_otherwise(self, meaning: Meaning) -> Meaning:
        words = meaning.readings[0].words
        near = respelled_as(self._link, self._uid, words)
        if near:
            meant = [Reading(each.words, is_guessed=True) for each in near]
            return Meaning(meant, questions(meant, lambda _word: True), near[0].written)
        some = parts(meaning.readings[:1])
        return Meaning(meaning.readings, some) if some and len(words) >= LEAST_PART else meaning

    def _look(self, meaning: Meaning, view: View) -> dict[str, Any]:
        if view.is_ranked(meaning):
            most = max(WINDOW, view.offset + view.limit)
            return self._ask(meaning.questions, view.filters, [], 0, most, (*KEPT, "titles"))
        by = order(view.sort, view.filters.near, has_words=bool(meaning.readings))
        read = ("code", "titles")
        return self._ask(meaning.questions, view.filters, by, view.offset, view.limit, read)

    def _facets(
        self, asked: Sequence[Question], filters: Filters, answer: Mapping[str, Any]
    ) -> dict[str, list[FacetCount]]:
        """Read the counts of each facet; one that is filtered by is counted as if it were not."""
        found = _counts(answer, self._uid)
        for name in FACETS:
            if getattr(filters, name):
                open_ = self._ask(asked, filters, [], 0, 0, (), without=name)
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
        without: str = "",
    ) -> dict[str, Any]:
        """Ask for hits of any of the questions, and for counts of facets."""
        same = {
            "indexUid": self._uid,
            "filter": narrowed(filters, without=without),
            "attributesToRetrieve": list(read),
            **({"sort": list(by)} if by else {}),
        }
        names = [without] if without else [n for n in FACETS if not getattr(filters, n)]
        federation = {
            "offset": min(offset, MOST_HITS),
            "limit": limit,
            "facetsByIndex": {self._uid: names},
        }
        return self._link.ask([{**one, **same} for one in asked], federation)


def _counts(answer: Mapping[str, Any], uid: str) -> dict[str, list[FacetCount]]:
    counted = answer["facetsByIndex"].get(uid, {}).get("distribution", {})
    return {
        name: [FacetCount(value, count) for value, count in values.items()]
        for name, values in counted.items()
    }
