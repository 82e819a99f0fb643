"""What a query means to the embedded engine, in the light of what listings say.

What finds nothing as it was typed is looked for as it may have been meant: spelled
otherwise, or a part of it. What finds little is followed by what says a part of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tantivy import Occur, Query

from catalog.search.asking import Asked, Asker, any_of
from catalog.search.ranking import is_convincing
from catalog.search.spelling import better_spelling, joined_words, respelled, slips_allowed
from catalog.search.words import MOST_LETTERS, Reading, Ways, readings, words_of

FEW = 12
"""With fewer hits than these there is room for some that say a part of what was typed."""

_LEAST_PART = 3
_LOOKED_AT = 8
MANY = 500
"""What so many listings hold is no accident."""

NOTHING = Asked(Query.empty_query(), Query.empty_query())


@dataclass(frozen=True)
class Meaning:
    """Readings of a query, what to ask the index (None: everything), and a better spelling.

    ``count`` is how many listings all of it finds, whatever the filters.
    """

    readings: Sequence[Reading]
    asked: Asked | None
    count: int = 0
    spelling: str = ""


def understand(asker: Asker, query: str, ways: Ways) -> Meaning:
    """Return what a query means."""
    meant = readings(query[:MOST_LETTERS], asker.knows, ways, asker.begins)
    asked = asker.words(meant)
    if asked is None:
        return Meaning(meant, None)
    meaning = Meaning(meant, asked, asker.count(asked.holding))
    if not meaning.count or not _is_convincing(asker, meaning):
        return _respelled(asker, meant) or _part(asker, meant[:1]) or Meaning(meant, NOTHING)
    typed = meant[0].words
    if not all(asker.knows(word.folded) for word in typed):
        spelling = better_spelling(typed, asker.knows, asker.titles(asked.ranking))
        meaning = replace(meaning, spelling=spelling)
    return _widened(asker, meaning)


def _is_convincing(asker: Asker, meaning: Meaning) -> bool:
    if meaning.asked is None or meaning.count >= MANY:
        return True
    if any(len(each.words) == 1 for each in meaning.readings):
        return True
    return is_convincing(meaning.readings, asker.candidates(meaning.asked.ranking, _LOOKED_AT))


def _widened(asker: Asker, meaning: Meaning) -> Meaning:
    """Add what says a part of what was meant, where little says all of it."""
    if meaning.count >= FEW or meaning.asked is None:
        return meaning
    spelled = [Reading(words_of(meaning.spelling), is_guessed=True)] if meaning.spelling else []
    related = asker.related(spelled or meaning.readings)
    if related is None:
        return meaning
    whole = meaning.asked
    either = Query.boolean_query([(Occur.Should, whole.ranking), (Occur.Should, related)])
    asked = Asked(either, any_of([whole.holding, related]))
    return replace(
        meaning,
        readings=[*meaning.readings, *spelled],
        asked=asked,
        count=asker.count(asked.holding),
    )


def _respelled(asker: Asker, meant: Sequence[Reading]) -> Meaning | None:
    """Look for names that come near to the query, whatever its spaces."""
    typed = meant[0].words
    joined = joined_words(typed)
    for slips in range(slips_allowed(joined) + 1):
        found = respelled(typed, asker.titles_near(joined, slips))
        asked = asker.words([Reading(each.words) for each in found])
        if asked is not None:
            guessed = [Reading(each.words, is_guessed=True) for each in found]
            meaning = _widened(asker, Meaning(guessed, asked, asker.count(asked.holding)))
            return replace(meaning, spelling=found[0].written)
    return None


def _part(asker: Asker, meant: Sequence[Reading]) -> Meaning | None:
    if len(meant[0].words) < _LEAST_PART:
        return None
    runs = asker.runs(meant)
    count = asker.count(runs) if runs is not None else 0
    return Meaning(meant, Asked(runs, runs), count) if runs is not None and count else None
