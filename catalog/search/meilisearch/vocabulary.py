"""Which words listings hold: asked of the server many at once, and remembered for a moment."""

import time
from collections.abc import Callable, Collection
from functools import partial

from catalog.search.meilisearch.asking import Question, beginning, holding
from catalog.search.meilisearch.link import Link
from catalog.search.words import Reading, Ways, readings

KNOWN_SECONDS, UNKNOWN_SECONDS = 60.0, 10.0
"""How long it is believed that there is a word, or none: a new one is found all the same."""

MOST_WORDS = 20_000
MOST_ROUNDS = 7
"""Words written as one are told apart one by one; all others need one round."""

_Asking = Callable[[str], Question]
_Asked = tuple[_Asking, str]


class Vocabulary:
    """The words of one index."""

    def __init__(self, link: Link, uid: str) -> None:
        self._link, self._uid = link, uid
        self._seen: dict[_Asked, tuple[bool, float]] = {}

    def meanings(self, text: str, ways: Ways) -> list[Reading]:
        """Return what a query may mean.

        Its words are looked up one by one there, so it is read as if they were unknown, the
        server is asked of all of them, and it is read again.
        """
        found: list[Reading] = []
        for _ in range(MOST_ROUNDS):
            unsure: set[_Asked] = set()
            found = readings(
                text,
                partial(self._look, unsure, holding),
                ways,
                partial(self._look, unsure, beginning),
            )
            words = {word.folded for reading in found for word in reading.words}
            for word in words:
                self._look(unsure, holding, word)
            if not unsure:
                break
            self._ask(unsure)
        return found

    def knows(self, word: str) -> bool:
        """Tell whether any listing holds a folded word, of those looked up lately."""
        return self._seen.get((holding, word), (False, 0.0))[0]

    def _look(self, unsure: "set[_Asked]", asking: _Asking, word: str) -> bool:
        is_so, until = self._seen.get((asking, word), (False, 0.0))
        if time.monotonic() > until:
            unsure.add((asking, word))
        return is_so

    def _ask(self, unsure: "Collection[_Asked]") -> None:
        asked = list(unsure)
        answers = self._link.ask(
            [{"indexUid": self._uid, **asking(word)} for asking, word in asked]
        )
        if len(self._seen) > MOST_WORDS:
            self._seen.clear()
        now = time.monotonic()
        for each, answer in zip(asked, answers["results"], strict=True):
            is_so = answer["estimatedTotalHits"] > 0
            self._seen[each] = is_so, now + (KNOWN_SECONDS if is_so else UNKNOWN_SECONDS)
