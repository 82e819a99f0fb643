"""Counts what is searched for and opened: sums of a day, nothing about anybody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from catalog.models import SearchCount
from catalog.rules.searching import MOST_KEPT, Note, kept_words
from catalog.search.engine import EngineDown, SearchEngine
from catalog.search.words import Ways
from kernel.clock import local_date
from kernel.rules_table import rules_of

PLACES = 100
"""Hits among which an opened one is looked for."""

MOST_A_DAY = 5000
"""Different queries that are counted on one day: what comes after them is not."""

RARE_BELOW, RARE_DAYS, LOG_DAYS = "search.rare_below", "search.rare_days", "search.log_days"


@dataclass
class _Sum:
    """What is added to one row."""

    searches: int = 0
    zeros: int = 0
    clicks: int = 0
    positions: int = 0


@dataclass
class Understanding:
    """What the engine makes of words, asked once for each."""

    engine: SearchEngine
    ways: Ways
    _hits: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _words: dict[str, str] = field(default_factory=dict)

    def words(self, typed: str) -> str:
        """Return the folded words that were meant, keystrokes decoded; nothing for none."""
        if typed not in self._words:
            found = self.engine.understand(typed, ways=self.ways)
            meant = " ".join(word.folded for word in found[0].words) if found else ""
            # Keystrokes that decode to something about a person are not kept, either.
            self._words[typed] = meant[:MOST_KEPT] if kept_words(meant) else ""
        return self._words[typed]

    def place(self, typed: str, lang: str, code: str) -> int:
        """Return at which place a hit stands, the first being 1; 0 when it is none."""
        key = (typed, lang)
        if key not in self._hits:
            found = self.engine.search(typed, per_page=PLACES, lang=lang, ways=self.ways)
            self._hits[key] = list(found.codes)
        hits = self._hits[key]
        return hits.index(code) + 1 if code in hits else 0


def count_searches(session: Session, notes: Mapping[Note, int], *, meaning: Understanding) -> int:
    """Add what was searched for and opened to the sums of its days; return how many rows moved.

    An opened listing counts only if the search really leads to it. While no engine
    answers nothing is counted: nobody knows then what was meant.
    """
    try:
        sums = _sums(notes, meaning)
    except EngineDown:
        return 0
    moved = 0
    for day in sorted({key[0] for key in sums}):
        rows = {key: one for key, one in sums.items() if key[0] == day}
        moved += _add(session, day, rows)
    return moved


_Key = tuple[date, str, str]


def _sums(notes: Mapping[Note, int], meaning: Understanding) -> dict[_Key, _Sum]:
    sums: dict[_Key, _Sum] = {}
    for note, times in notes.items():
        words = meaning.words(note.words)
        place = meaning.place(note.words, note.lang, note.code) if words and note.code else 0
        if not words or (note.code and not place):
            continue
        one = sums.setdefault((note.day, note.lang, words), _Sum())
        if note.code:
            one.clicks += times
            one.positions += times * place
        else:
            one.searches += times
            one.zeros += 0 if note.found else times
    return sums


def _add(session: Session, day: date, sums: Mapping[_Key, _Sum]) -> int:
    """Add to the rows of a day; new ones only while there is room."""
    known = {tuple(row) for row in session.execute(_keys(day, {key[2] for key in sums}))}
    count = session.scalar(sa.select(sa.func.count()).where(SearchCount.day == day)) or 0
    room = MOST_A_DAY - count
    moved = 0
    # In one order everywhere: two workers that add to the same rows would wait for each other.
    for key in sorted(sums):
        is_new = (key[1], key[2]) not in known
        if is_new and room <= 0:
            continue
        room -= is_new
        moved += 1
        session.execute(_upsert(session, key, sums[key]))
    return moved


def _keys(day: date, words: set[str]) -> sa.Select[str, str]:
    return sa.select(SearchCount.lang, SearchCount.words).where(
        SearchCount.day == day, SearchCount.words.in_(words)
    )


def _upsert(session: Session, key: _Key, one: _Sum) -> sa.Executable:
    is_postgres = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if is_postgres else sqlite.insert)(SearchCount)
    added = {name: getattr(one, name) for name in ("searches", "zeros", "clicks", "positions")}
    return insert.values(day=key[0], lang=key[1], words=key[2], **added).on_conflict_do_update(
        index_elements=["day", "lang", "words"],
        set_={name: getattr(SearchCount, name) + value for name, value in added.items()},
    )


def purge_search_log(session: Session, now: datetime) -> int:
    """Delete what was searched for so seldom that it might tell of somebody, and old days."""
    if session.scalar(sa.select(SearchCount.day).limit(1)) is None:
        return 0
    today = local_date(now)
    rules = rules_of(session, (RARE_BELOW, RARE_DAYS, LOG_DAYS), on=today)
    rare_until = today - timedelta(days=rules[RARE_DAYS].value)
    seldom = (
        sa.select(SearchCount.words)
        .group_by(SearchCount.words)
        .having(
            sa.func.sum(SearchCount.searches) < rules[RARE_BELOW].value,
            sa.func.max(SearchCount.day) < rare_until,
        )
    )
    old = SearchCount.day < today - timedelta(days=rules[LOG_DAYS].value)
    gone = session.execute(sa.delete(SearchCount).where(old | SearchCount.words.in_(seldom)))
    return int(gone.rowcount)  # type: ignore[attr-defined]
