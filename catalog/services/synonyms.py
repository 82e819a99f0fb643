"""Other words for the same thing: entered, changed and switched off by the office."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Synonym
from catalog.queries.synonyms import active_entries
from catalog.rules import OFFICE_ROLES
from catalog.rules.synonyms import (
    MOST_ENTRIES,
    Entry,
    SynonymKind,
    need_entry,
    need_new,
)
from catalog.search.words import ONE_WAY, REGIONAL
from kernel import audit
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.messages import msg
from kernel.text import nfc, tone_code

LANGS = ("vi", "en")


class SynonymMoved(Conflict):
    """Somebody changed the entry since the page was shown."""

    code = "synonym_moved"
    message = msg("A colleague has changed this entry meanwhile. Please look again.")


@dataclass(frozen=True)
class Draft:
    """An entry as typed."""

    kind: SynonymKind
    lang: str
    typed: str
    others: tuple[str, ...]
    note: str = ""


def add_synonym(session: Session, draft: Draft, *, actor: Actor, now: datetime) -> str:
    """Enter other words for the same thing; return the entry's id.

    :raises Invalid: naming the field that is wrong.
    :raises KnownAlready: when another entry says so already.
    """
    actor.need(*OFFICE_ROLES)
    _serialise(session)
    entry = check_draft(session, draft)
    count = session.scalar(sa.select(sa.func.count()).select_from(Synonym)) or 0
    if count >= MOST_ENTRIES:
        raise Invalid(msg("There are too many entries: switch words on again, or change them."))
    row = Synonym(**_values(entry, draft), **_by(actor, now))
    session.add(row)
    session.flush()
    _note(session, "synonym.added", row, None, actor=actor, now=now)
    return row.id


def change_synonym(
    session: Session, synonym_id: str, draft: Draft, *, seen: int, actor: Actor, now: datetime
) -> None:
    """Change an entry that was looked at in its version ``seen``.

    :raises NotFound: when there is none.
    :raises SynonymMoved: when a colleague was faster.
    :raises Invalid: naming the field that is wrong.
    """
    row = _need(session, synonym_id, seen, actor)
    entry = check_draft(session, draft, besides=row.id if row.active else "")
    before = _shown(row)
    for name, value in _values(entry, draft).items():
        setattr(row, name, value)
    if _shown(row) != before:
        _move(session, row, "synonym.changed", before, actor=actor, now=now)


def switch_synonym(
    session: Session, synonym_id: str, *, active: bool, seen: int, actor: Actor, now: datetime
) -> None:
    """Have searches look for the words of an entry, or no longer.

    :raises NotFound: when there is none.
    :raises SynonymMoved: when a colleague was faster.
    :raises KnownAlready: when another entry says so meanwhile.
    """
    row = _need(session, synonym_id, seen, actor)
    if row.active == active:
        return
    if active:
        need_new(Entry(row.kind, tuple(row.words)), active_entries(session))
    before = _shown(row)
    row.active = active
    action = "synonym.switched_on" if active else "synonym.switched_off"
    _move(session, row, action, before, actor=actor, now=now)


def check_draft(session: Session, draft: Draft, *, besides: str = "") -> Entry:
    """Return what a draft says, if it can be an entry beside all that search now.

    :raises Invalid: naming the field that is wrong.
    :raises KnownAlready: when another entry says so already.
    """
    if draft.lang not in LANGS:
        raise Invalid(field="lang")
    entry = need_entry(draft.kind, draft.typed, draft.others)
    need_new(entry, active_entries(session, besides=besides))
    return entry


def seed_synonyms(session: Session, *, actor: Actor, now: datetime) -> None:
    """Put up the house's own words once; what the office did with them since stays."""
    known = set(session.scalars(sa.select(Synonym.seed).where(Synonym.seed.is_not(None))))
    for entry in _house_entries():
        seed = f"{entry.kind.value}:{tone_code(entry.words[0])}"
        if seed not in known:
            row = Synonym(
                kind=entry.kind,
                lang="en" if entry.words[0] in ENGLISH else "vi",
                words=list(entry.words),
                seed=seed,
                **_by(actor, now),
            )
            session.add(row)
            session.flush()
            _note(session, "synonym.added", row, None, actor=actor, now=now)


ENGLISH = frozenset({"mung bean"})
"""First words of entries of the house that are not Vietnamese."""


def _house_entries() -> Iterable[Entry]:
    for group in REGIONAL:
        yield Entry(SynonymKind.TWO_WAY, tuple(group))
    for typed, others in ONE_WAY.items():
        yield Entry(SynonymKind.ONE_WAY, (typed, *others))


def _serialise(session: Session) -> None:
    """Have two officers who enter the same words wait for each other."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("LOCK TABLE synonym IN SHARE ROW EXCLUSIVE MODE"))


def _need(session: Session, synonym_id: str, seen: int, actor: Actor) -> Synonym:
    actor.need(*OFFICE_ROLES)
    _serialise(session)
    row = lock(session, Synonym, synonym_id)
    if row is None:
        raise NotFound
    if row.version != seen:
        raise SynonymMoved
    return row


def _move(
    session: Session,
    row: Synonym,
    action: str,
    before: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    row.version += 1
    for name, value in _by(actor, now).items():
        setattr(row, name, value)
    session.flush()
    _note(session, action, row, before, actor=actor, now=now)


def _values(entry: Entry, draft: Draft) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "lang": draft.lang,
        "words": list(entry.words),
        "note": nfc(draft.note).strip(),
    }


def _by(actor: Actor, now: datetime) -> dict[str, Any]:
    return {"changed_by": actor.user_id, "changed_name": actor.name, "changed_at": now}


def _shown(row: Synonym) -> dict[str, Any]:
    return {
        "kind": row.kind.value,
        "lang": row.lang,
        "words": list(row.words),
        "note": row.note,
        "active": row.active,
    }


def _note(
    session: Session,
    action: str,
    row: Synonym,
    before: Mapping[str, Any] | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    after = _shown(row)
    audit.record(
        session,
        action,
        actor=actor,
        subject=("synonym", row.id),
        now=now,
        before=before,
        after=after,
        words=", ".join(row.words),
        kind=row.kind.value,
    )
