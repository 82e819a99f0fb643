"""What a query means to Meilisearch, and how much of the answer is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from catalog.search.engine import Filters, Sort
from catalog.search.meaning import FEW, MANY
from catalog.search.meilisearch.asking import Question, order, related
from catalog.search.meilisearch.layout import read_candidate
from catalog.search.ranking import WINDOW, is_convincing
from catalog.search.spelling import better_spelling
from catalog.search.words import Known, Reading, words_of

LEAST_PART, LOOKED_AT = 3, 8
"""Words of a query of which a part may be looked for instead; hits that must convince."""

NOTHING: tuple[Question, ...] = ({"q": "", "filter": ["code IN []"]},)


@dataclass(frozen=True)
class Meaning:
    """Readings of a query, the questions that find them, and a better spelling."""

    readings: Sequence[Reading]
    questions: Sequence[Question]
    spelling: str = ""


@dataclass(frozen=True)
class View:
    """What of the hits is shown: which, in which order, and which page of them."""

    filters: Filters
    sort: Sort
    offset: int
    limit: int

    @property
    def is_open(self) -> bool:
        """Tell whether the best hits are shown, whatever they are."""
        return self.filters == Filters() and self.sort is Sort.RELEVANCE and not self.offset

    def is_ranked(self, meaning: Meaning) -> bool:
        """Tell whether hits are put in order by `catalog.search.ranking`."""
        by = order(self.sort, self.filters.near, has_words=bool(meaning.readings))
        return not by and self.offset < WINDOW


def is_believed(meaning: Meaning, seen: Mapping[str, Any]) -> bool:
    """Tell whether hits say what was meant, instead of holding letters of it here and there."""
    count = seen["estimatedTotalHits"]
    if count >= MANY:
        return True
    first = [read_candidate(hit) for hit in seen["hits"][:LOOKED_AT]]
    return bool(count) and is_convincing(meaning.readings, first)


def spelled(meaning: Meaning, knows: Known, seen: Mapping[str, Any]) -> Meaning:
    """Add how the first few names found spell what nobody wrote so."""
    typed = meaning.readings[0].words
    if all(knows(word.folded) for word in typed):
        return meaning
    titles = [name for hit in seen["hits"][:LOOKED_AT] for name in hit["titles"].values()]
    return replace(meaning, spelling=better_spelling(typed, knows, titles))


def widened(meaning: Meaning, count: int) -> Meaning:
    """Add what says a part of what was meant, where little says all of it."""
    if count >= FEW:
        return meaning
    guessed = [Reading(words_of(meaning.spelling), is_guessed=True)] if meaning.spelling else []
    more = related(guessed or meaning.readings)
    if not more:
        return meaning
    return replace(
        meaning,
        readings=[*meaning.readings, *guessed],
        questions=[*meaning.questions, *more],
    )
