"""Which words listings hold: asked of the server many at once, and remembered for a moment."""

import time
from collections.abc import Collection
from functools import partial

from catalog.search.meilisearch.asking import holding
from catalog.search.meilisearch.link import Link
from catalog.search.words import Reading, Ways, readings

KNOWN_SECONDS, UNKNOWN_SECONDS = 60.0, 1.0
"""How long it is believed that there is a word, or none: a new one must be found soon."""

MOST_WORDS = 20_000
MOST_ROUNDS = 3


class Vocabulary:
    """The words of one index."""

    def __init__(self, link: Link, uid: str) -> None:
        self._link, self._uid = link, uid
        self._known: dict[str, tuple[bool, float]] = {}

    def meanings(self, text: str, ways: Ways) -> list[Reading]:
        """Return what a query may mean.

        Its words are looked up one by one there, so it is read as if they were unknown, the
        server is asked of all of them, and it is read again.
        """
        found: list[Reading] = []
        for _ in range(MOST_ROUNDS):
            unsure: set[str] = set()
            found = readings(text, partial(self._look, unsure), ways)
            unsure |= self._unsure_of(found)
            if not unsure:
                break
            self._ask(unsure)
        return found

    def knows(self, word: str) -> bool:
        """Tell whether any listing holds a folded word, of those looked up lately."""
        return self._known.get(word, (False, 0.0))[0]

    def _look(self, unsure: set[str], word: str) -> bool:
        is_known, until = self._known.get(word, (False, 0.0))
        if time.monotonic() > until:
            unsure.add(word)
        return is_known

    def _unsure_of(self, found: Collection[Reading]) -> set[str]:
        now = time.monotonic()
        words = {word.folded for reading in found for word in reading.words}
        return {word for word in words if now > self._known.get(word, (False, 0.0))[1]}

    def _ask(self, words: Collection[str]) -> None:
        asked = sorted(words)
        answers = self._link.ask([{"indexUid": self._uid, **holding(word)} for word in asked])
        if len(self._known) > MOST_WORDS:
            self._known.clear()
        now = time.monotonic()
        for word, answer in zip(asked, answers["results"], strict=True):
            held = answer["estimatedTotalHits"] > 0
            self._known[word] = held, now + (KNOWN_SECONDS if held else UNKNOWN_SECONDS)
