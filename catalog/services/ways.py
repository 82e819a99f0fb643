"""The office's synonyms as the engines take them, made anew when an entry was changed."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from catalog.queries.synonyms import Mark, active_entries, synonyms_mark
from catalog.rules.synonyms import Entry, SynonymKind
from catalog.search.words import DEFAULT_WAYS, Ways, make_ways


class KeptWays:
    """The synonyms of one process: every request asks whether they are still the same."""

    def __init__(self) -> None:
        self._kept: tuple[Mark, Ways] = ((0, 0), DEFAULT_WAYS)

    def get(self, session: Session) -> Ways:
        """Return what the office keeps now; before a market is prepared, the house's own list."""
        mark = synonyms_mark(session)
        kept, ways = self._kept
        if mark != kept:
            # What was changed between the two reads has another mark, and is read again.
            ways = ways_of(active_entries(session)) if mark[0] else DEFAULT_WAYS
            self._kept = (mark, ways)
        return ways


def ways_of(entries: Iterable[Entry]) -> Ways:
    """Return entries as the engines take them."""
    two_way: list[tuple[str, ...]] = []
    one_way: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        if entry.kind is SynonymKind.TWO_WAY:
            two_way.append(entry.words)
        else:
            typed = entry.words[0]
            one_way[typed] = (*one_way.get(typed, ()), *entry.words[1:])
    return make_ways(two_way, one_way)
