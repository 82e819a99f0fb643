"""What a query means to Meilisearch, and how much of the answer is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from catalog.search.engine import Filters, Sort
from catalog.search.meilisearch.asking import Question, order, related
from catalog.search.ranking import WINDOW
from catalog.search.spelling import better_spelling
from catalog.search.words import Known, Reading, words_of

FEW = 12
"""With fewer hits than these there is room for some that say a part of what was typed."""

LEAST_PART = 3
"""Words of a query of which a part may be looked for instead."""


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

    def is_ranked(self, meaning: Meaning) -> bool:
        """Tell whether hits are put in order by `catalog.search.ranking`."""
        by = order(self.sort, self.filters.near, has_words=bool(meaning.readings))
        return not by and self.offset < WINDOW


def widened(meaning: Meaning, knows: Known, titles: Sequence[str]) -> Meaning:
    """Add what says a part of what was meant, spelled as the first few names found spell it."""
    typed, spelling = meaning.readings[0].words, meaning.spelling
    if not spelling and not all(knows(word.folded) for word in typed):
        spelling = better_spelling(typed, knows, titles)
    spelled = [Reading(words_of(spelling), is_guessed=True)] if spelling else []
    more = related(spelled or meaning.readings)
    return replace(
        meaning,
        readings=[*meaning.readings, *spelled],
        questions=[*meaning.questions, *more],
        spelling=spelling,
    )
