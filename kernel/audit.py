"""Append-only, hash-chained log of every change of state."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.actor import Actor
from kernel.db import BEFORE_COMMIT, Base, Sequence
from kernel.pages import Page

GENESIS = "0" * 64


class AuditEntry(Base):
    """One change: who, what, when, digests before and after, and the link to the one before."""

    __tablename__ = "audit_entry"
    __table_args__ = (sa.Index("ix_audit_entry_subject", "subject_type", "subject_id"),)

    seq: Mapped[Sequence]
    at: Mapped[datetime]
    actor_id: Mapped[str | None] = mapped_column(sa.String(26))
    actor_name: Mapped[str] = mapped_column(sa.String(120))
    action: Mapped[str] = mapped_column(sa.String(80))
    subject_type: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[str] = mapped_column(sa.String(80))
    detail: Mapped[dict[str, Any]]
    before_digest: Mapped[str | None] = mapped_column(sa.String(64))
    after_digest: Mapped[str | None] = mapped_column(sa.String(64))
    prev_hash: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))


class AuditHead(Base):
    """The one row that orders the chain: locked last in every transaction that writes to it."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(sa.String(64))
    length: Mapped[int]


@dataclass(slots=True)
class _Noted:
    """A change of this transaction, before it is a row: a recall notes hundreds."""

    at: datetime
    actor_id: str | None
    actor_name: str
    action: str
    subject_type: str
    subject_id: str
    detail: dict[str, Any]
    before_digest: str | None
    after_digest: str | None
    seq: int = 0
    prev_hash: str = ""
    hash: str = ""


@dataclass(frozen=True)
class Break:
    """The first entry that does not fit the chain."""

    seq: int
    reason: str


def record(
    session: Session,
    action: str,
    *,
    actor: Actor,
    subject: tuple[str, str],
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    **detail: Any,
) -> None:
    """Note a change; the entry is chained just before the transaction commits.

    ``before`` and ``after`` are kept as digests only: the log proves a change
    without holding personal data. ``detail`` is kept readable.
    """
    entry = _Noted(
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        action=action,
        subject_type=subject[0],
        subject_id=subject[1],
        detail=detail,
        before_digest=None if before is None else _digest(before),
        after_digest=None if after is None else _digest(after),
    )
    session.info.setdefault("audit", []).append(entry)


@dataclass(frozen=True)
class Trail:
    """One change as those see it whom it concerns."""

    at: datetime
    actor_id: str | None
    actor_name: str
    action: str
    subject_type: str
    subject_id: str
    detail: dict[str, Any]

    @property
    def is_house(self) -> bool:
        """Tell whether nobody did it but the market by itself."""
        return self.actor_id is None

    @property
    def code(self) -> str:
        """Return the code of the thing, where the entry names one."""
        return str(self.detail.get("code", ""))


def trail(
    session: Session, subjects: Mapping[str, Collection[str]], *, page: int, size: int
) -> Page[Trail]:
    """Return a page of the changes of these subjects (ids by type), the newest first."""
    about = [
        (AuditEntry.subject_type == kind) & AuditEntry.subject_id.in_(ids)
        for kind, ids in subjects.items()
        if ids
    ]
    if not about:
        return Page((), page, has_next=False)
    rows = session.execute(
        sa.select(
            AuditEntry.at,
            AuditEntry.actor_id,
            AuditEntry.actor_name,
            AuditEntry.action,
            AuditEntry.subject_type,
            AuditEntry.subject_id,
            AuditEntry.detail,
        )
        .where(sa.or_(*about))
        .order_by(AuditEntry.seq.desc())
        .limit(size + 1)
        .offset((page - 1) * size)
    )
    return Page.cut([Trail(**row._mapping) for row in rows], page, size)


def seal(session: Session) -> None:
    """Chain the entries noted in this transaction, under the lock of the head."""
    entries: list[_Noted] = session.info.pop("audit", [])
    if not entries:
        return
    head = session.get(AuditHead, 1, with_for_update=True, populate_existing=True)
    if head is None:
        head = AuditHead(id=1, hash=GENESIS, length=0)
        session.add(head)
    for entry in entries:
        head.length += 1
        entry.seq = head.length
        entry.prev_hash = head.hash
        entry.hash = head.hash = entry_hash(entry)
    session.flush()
    # At one go: a recall changes thousands of lots.
    names = [column.key for column in AuditEntry.__table__.columns]
    session.execute(
        sa.insert(AuditEntry), [{name: getattr(one, name) for name in names} for one in entries]
    )


def verify(session: Session) -> Break | None:
    """Walk the whole chain; return where it first breaks, or None."""
    previous, length = GENESIS, 0
    for entry in _walk(session):
        length += 1
        if entry.seq != length:
            return Break(length, "an entry is missing")
        if entry.prev_hash != previous or entry.hash != entry_hash(entry):
            return Break(entry.seq, "the entry was changed")
        previous = entry.hash
    head = session.get(AuditHead, 1)
    if (head.length, head.hash) != (length, previous) if head else length:
        return Break(length + 1, "the end of the log is missing")
    return None


def entry_hash(entry: AuditEntry | _Noted) -> str:
    """Return the SHA-256 over all fields of an entry and the hash before it."""
    return _digest(
        [
            entry.seq,
            entry.at.isoformat(),
            entry.actor_id,
            entry.actor_name,
            entry.action,
            entry.subject_type,
            entry.subject_id,
            entry.detail,
            entry.before_digest,
            entry.after_digest,
            entry.prev_hash,
        ]
    )


def _walk(session: Session) -> Iterator[AuditEntry]:
    """Read the log in order, a thousand entries at a time."""
    last = 0
    while entries := session.scalars(
        sa.select(AuditEntry).where(AuditEntry.seq > last).order_by(AuditEntry.seq).limit(1000)
    ).all():
        yield from entries
        last = entries[-1].seq


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


BEFORE_COMMIT.append(seal)
