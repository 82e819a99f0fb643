"""What a query means to the embedded engine, in the light of what listings say.

What finds nothing as it was typed is looked for as it may have been meant: spelled
otherwise, or a part of it. What finds little is followed by what says a part of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tantivy import Occur, Query

from catalog.search.asking import Asker
from catalog.search.spelling import better_spelling, joined_words, respelled, slips_allowed
from catalog.search.words import MOST_LETTERS, Reading, Ways, readings, words_of

FEW = 12
"""With fewer hits than these there is room for some that say a part of what was typed."""

_LEAST_PART = 3
_RELATED = 0.05


@dataclass(frozen=True)
class Meaning:
    """Readings of a query, what to ask the index (None: everything), and a better spelling."""

    readings: Sequence[Reading]
    words: Query | None
    spelling: str = ""


def understand(asker: Asker, query: str, ways: Ways) -> Meaning:
    """Return what a query means."""
    meant = readings(query[:MOST_LETTERS], asker.knows, ways, asker.begins)
    words = asker.words(meant)
    if words is None:
        return Meaning(meant, None)
    count = asker.count(words)
    if not count:
        return _respelled(asker, meant[0]) or _part(asker, meant[:1]) or Meaning(meant, words)
    typed, spelling = meant[0].words, ""
    if not all(asker.knows(word.folded) for word in typed):
        spelling = better_spelling(typed, asker.knows, asker.titles(words))
    return _widened(asker, Meaning(meant, words, spelling), count)


def _widened(asker: Asker, meaning: Meaning, count: int) -> Meaning:
    """Add what says a part of what was meant, where little says all of it."""
    if count >= FEW or meaning.words is None:
        return meaning
    spelled = [Reading(words_of(meaning.spelling), is_guessed=True)] if meaning.spelling else []
    related = asker.related(spelled or meaning.readings)
    if related is None:
        return meaning
    less = Query.const_score_query(related, _RELATED)
    either = Query.boolean_query([(Occur.Should, meaning.words), (Occur.Should, less)])
    return replace(meaning, readings=[*meaning.readings, *spelled], words=either)


def _respelled(asker: Asker, reading: Reading) -> Meaning | None:
    joined = joined_words(reading.words)
    for slips in range(slips_allowed(joined) + 1):
        found = respelled(reading.words, asker.titles_near(joined, slips))
        words = asker.words([Reading(each.words) for each in found])
        if words is not None:
            meant = [Reading(each.words, is_guessed=True) for each in found]
            meaning = _widened(asker, Meaning(meant, words), asker.count(words))
            return replace(meaning, spelling=found[0].written)
    return None


def _part(asker: Asker, meant: Sequence[Reading]) -> Meaning | None:
    if len(meant[0].words) < _LEAST_PART:
        return None
    words = asker.runs(meant)
    return Meaning(meant, words) if words is not None and asker.count(words) else None
