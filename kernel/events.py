"""Facts told to the rest of the house: rows written with the change they tell of."""

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.db import Base, Sequence, after_commit


@dataclasses.dataclass(frozen=True)
class Event:
    """Parent of every fact; subclasses are frozen dataclasses of plain JSON values."""

    kinds: ClassVar[dict[str, type["Event"]]] = {}

    def __init_subclass__(cls) -> None:
        """Make the kind known by its name, so that a stored row can be read again."""
        if cls.__name__ in Event.kinds:
            raise TypeError(f"two events are called {cls.__name__}")
        Event.kinds[cls.__name__] = cls


class OutboxMessage(Base):
    """An event waiting to be handled, written in the transaction that caused it."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        sa.Index(
            "ix_outbox_message_due",
            "due_at",
            "seq",
            sqlite_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
        ),
    )

    seq: Mapped[Sequence]
    kind: Mapped[str] = mapped_column(sa.String(80))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(sa.Text)
    done_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]


class HandledMessage(Base):
    """Proof that one handler has done its part of one message: written with its effects."""

    __tablename__ = "outbox_handled"

    seq: Mapped[int] = mapped_column(
        sa.ForeignKey("outbox_message.seq", ondelete="CASCADE"), primary_key=True
    )
    handler: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    at: Mapped[datetime]


def emit(session: Session, event: Event, *, now: datetime) -> None:
    """Write an event to the outbox of this transaction and wake the worker after it."""
    session.add(
        OutboxMessage(
            kind=type(event).__name__,
            payload=dataclasses.asdict(event),
            created_at=now,
            due_at=now,
        )
    )
    wake_worker(session)


def wake_worker(session: Session) -> None:
    """Have the worker look for work once this transaction is committed.

    A lost call costs time only: the worker looks by itself, too.
    """
    wake = session.info.get("wake")
    if wake is not None:
        after_commit(session, wake)


def note_handled(
    session: Session, handlers: Mapping[str, Collection[str]], *, now: datetime
) -> None:
    """Note handlers (by kind of event) as done with all that waits: it was done at one go."""
    for kind, names in handlers.items():
        waiting = sa.and_(OutboxMessage.kind == kind, OutboxMessage.done_at.is_(None))
        for name in names:
            done = sa.select(
                OutboxMessage.seq,
                sa.literal(name),
                sa.literal(now, HandledMessage.__table__.c.at.type),
            ).where(waiting, ~_has_handled(name))
            session.execute(sa.insert(HandledMessage).from_select(["seq", "handler", "at"], done))


def happened_since(
    session: Session, since: datetime, kinds: Collection[type[Event]]
) -> Iterator[Event]:
    """Yield the events of some kinds that were told of since a moment, in order."""
    names = [kind.__name__ for kind in kinds]
    found = sa.select(OutboxMessage).where(
        OutboxMessage.created_at >= since, OutboxMessage.kind.in_(names)
    )
    yield from map(read, session.scalars(found.order_by(OutboxMessage.seq)))


def _has_handled(name: str) -> sa.ColumnElement[bool]:
    return (
        sa.exists()
        .where(HandledMessage.seq == OutboxMessage.seq, HandledMessage.handler == name)
        .correlate(OutboxMessage)
    )


def read(message: OutboxMessage) -> Event:
    """Return the event that an outbox row holds.

    :raises KeyError: when no such kind exists any more.
    """
    return Event.kinds[message.kind](**message.payload)
