"""Reads of the words that the office keeps for the same thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Synonym
from catalog.rules.synonyms import Entry, SynonymKind
from kernel.pages import Page
from kernel.text import fold

PER_PAGE = 50

Mark = tuple[int, int]
"""How many entries there are and how often they were changed: another one after each change."""


@dataclass(frozen=True)
class SynonymRow:
    """An entry as the office sees it."""

    id: str
    kind: SynonymKind
    lang: str
    words: list[str]
    note: str
    active: bool
    version: int
    seed: str | None
    changed_name: str
    changed_at: datetime

    @property
    def entry(self) -> Entry:
        """Return what it says."""
        return Entry(self.kind, tuple(self.words))

    @property
    def typed(self) -> str:
        """Return the first word."""
        return self.words[0]

    @property
    def others(self) -> Sequence[str]:
        """Return the words after the first."""
        return self.words[1:]


@dataclass(frozen=True)
class Wanted:
    """Which entries are listed; ``words`` is a part of one of them, with marks or without."""

    words: str = ""
    lang: str = ""
    active: bool | None = True


_COLUMNS = (
    Synonym.id,
    Synonym.kind,
    Synonym.lang,
    Synonym.words,
    Synonym.note,
    Synonym.active,
    Synonym.version,
    Synonym.seed,
    Synonym.changed_name,
    Synonym.changed_at,
)
_MARK: sa.Select[*tuple[Any, ...]] = sa.select(
    sa.func.count(), sa.cast(sa.func.coalesce(sa.func.sum(Synonym.version), 0), sa.BigInteger)
).select_from(Synonym)


def synonyms_mark(session: Session) -> Mark:
    """Return what is the same while no entry is changed (one short statement)."""
    entries, changes = session.execute(_MARK).one()
    return entries, changes


def active_entries(session: Session, *, besides: str = "") -> list[Entry]:
    """Return what searches look for, the oldest entry first, leaving out the id ``besides``."""
    return [row.entry for row in _read(session, Synonym.active.is_(True), Synonym.id != besides)]


def synonym_row(session: Session, synonym_id: str) -> SynonymRow | None:
    """Return one entry, or None."""
    return next(iter(_read(session, Synonym.id == synonym_id)), None)


def synonym_rows(session: Session, wanted: Wanted, *, page: int) -> Page[SynonymRow]:
    """Return a page of entries by their first word."""
    conditions = []
    if wanted.active is not None:
        conditions.append(Synonym.active == wanted.active)
    if wanted.lang:
        conditions.append(Synonym.lang == wanted.lang)
    # There are some hundreds, in lists that databases fold each in its own way.
    part = fold(wanted.words)
    rows = [
        row
        for row in _read(session, *conditions)
        if not part or any(part in fold(word) for word in (*row.words, row.note))
    ]
    rows.sort(key=lambda row: (fold(row.typed), row.typed, row.id))
    number = max(page, 1)
    return Page.cut(rows[(number - 1) * PER_PAGE : number * PER_PAGE + 1], number, PER_PAGE)


def _read(session: Session, *conditions: sa.SQLColumnExpression[bool]) -> list[SynonymRow]:
    found = session.execute(sa.select(*_COLUMNS).where(*conditions).order_by(Synonym.id))
    return [SynonymRow(**row._mapping) for row in found]
