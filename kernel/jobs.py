"""The worker: hears events from the outbox, sends messages, does what is due.

The outbox is the truth; the queue only wakes the worker early. A handler's
effects and the proof that it ran are one transaction, so a handler that writes
to the database takes effect once, however often it is tried.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
import structlog
from huey import RedisHuey, SqliteHuey, crontab
from huey.api import Huey
from sqlalchemy.orm import Session, sessionmaker

from kernel import clock
from kernel.db import transaction
from kernel.errors import Unreachable
from kernel.events import Event, HandledMessage, OutboxMessage, read, wake_worker
from kernel.mail import MOST_ATTEMPTS, back_off
from kernel.settings import Settings

log = structlog.get_logger()

Run = Callable[[Session, Any, datetime], None]

WAIT_SECONDS = 10


@dataclass(frozen=True)
class Reaction:
    """What a trade does when something happened.

    ``outside`` marks an effect outside of the database (the search index): it
    runs without a transaction and may run again.
    """

    name: str
    run: Run
    outside: bool = False


@dataclass(frozen=True)
class Job:
    """Something done again and again: every so many minutes."""

    name: str
    every_minutes: int
    run: Callable[[Session, datetime], object]


def inside(run: Run) -> Reaction:
    """Wrap a handler whose effects are rows of the database."""
    return Reaction(f"{run.__module__}.{run.__qualname__}", run)


def outside(name: str, run: Run) -> Reaction:
    """Wrap a handler whose effects lie outside of the database."""
    return Reaction(name, run, outside=True)


Reactions = Mapping[type[Event], Sequence[Reaction]]


def drain(maker: sessionmaker[Session], reactions: Reactions, *, now: datetime) -> int:
    """Handle every due message and return how many are done."""
    done = 0
    while seqs := _due(maker, now):
        results = [_deliver(maker, reactions, seq, now) for seq in seqs]
        done += sum(results)
        if not any(results):
            break
    return done


def _due(maker: sessionmaker[Session], now: datetime) -> Sequence[int]:
    with maker() as session:
        return session.scalars(
            sa.select(OutboxMessage.seq)
            .where(
                OutboxMessage.done_at.is_(None),
                OutboxMessage.dead_at.is_(None),
                OutboxMessage.due_at <= now,
            )
            .order_by(OutboxMessage.seq)
            .limit(100)
        ).all()


def _deliver(maker: sessionmaker[Session], reactions: Reactions, seq: int, now: datetime) -> bool:
    """Have every reaction to one message run; tell whether all of them did."""
    waits: Unreachable | None = None
    try:
        with maker() as session:
            event = read(session.get_one(OutboxMessage, seq))
        for reaction in reactions.get(type(event), ()):
            try:
                _react(maker, reaction, event, seq, now)
            except Unreachable as reason:
                waits = reason
    except Exception as error:  # noqa: BLE001 - a broken handler must not stop the others
        log.warning("handler failed", seq=seq, error=repr(error))
        _note_failure(maker, seq, error, now)
        return False
    if waits:
        _postpone(maker, seq, waits, now)
        return False
    with maker() as session, transaction(session):
        session.get_one(OutboxMessage, seq).done_at = now
    return True


def _react(
    maker: sessionmaker[Session], reaction: Reaction, event: Event, seq: int, now: datetime
) -> None:
    if reaction.outside:
        with maker() as session:
            if session.get(HandledMessage, (seq, reaction.name)):
                return
            reaction.run(session, event, now)
    with maker() as session, transaction(session):
        # The lock makes a second worker wait, and then see that it is done.
        session.get_one(OutboxMessage, seq, with_for_update=True)
        if session.get(HandledMessage, (seq, reaction.name)):
            return
        if not reaction.outside:
            reaction.run(session, event, now)
        session.add(HandledMessage(seq=seq, handler=reaction.name, at=now))


def _postpone(maker: sessionmaker[Session], seq: int, reason: Unreachable, now: datetime) -> None:
    """Have a message come again soon; this counts as no try."""
    log.info("message waits", seq=seq, reason=str(reason))
    with maker() as session, transaction(session):
        message = session.get_one(OutboxMessage, seq, with_for_update=True)
        message.last_error = str(reason)[:2000]
        message.due_at = now + timedelta(seconds=WAIT_SECONDS)


def _note_failure(maker: sessionmaker[Session], seq: int, error: Exception, now: datetime) -> None:
    with maker() as session, transaction(session):
        message = session.get_one(OutboxMessage, seq, with_for_update=True)
        message.attempts += 1
        message.last_error = f"{type(error).__name__}: {error}"[:2000]
        message.due_at = now + back_off(message.attempts)
        if message.attempts >= MOST_ATTEMPTS:
            message.dead_at = now


def revive(session: Session, seq: int, *, now: datetime) -> bool:
    """Give a dead message another life; tell whether there was one."""
    message = session.get(OutboxMessage, seq, with_for_update=True, populate_existing=True)
    if message is None or message.dead_at is None:
        return False
    message.dead_at, message.attempts, message.due_at = None, 0, now
    wake_worker(session)
    return True


@dataclass(frozen=True)
class Lag:
    """How far the worker is behind."""

    waiting: int
    dead: int
    oldest: timedelta


def lag(session: Session, *, now: datetime) -> Lag:
    """Return how many messages wait, how many are dead, and how long the oldest is due."""
    open_ = OutboxMessage.done_at.is_(None)
    waiting, oldest = session.execute(
        sa.select(sa.func.count(), sa.func.min(OutboxMessage.due_at)).where(
            open_, OutboxMessage.dead_at.is_(None)
        )
    ).one()
    dead = session.scalar(
        sa.select(sa.func.count()).where(open_, OutboxMessage.dead_at.is_not(None))
    )
    return Lag(waiting, dead or 0, max(now - oldest, timedelta(0)) if waiting else timedelta(0))


def dead_messages(session: Session, *, limit: int = 100) -> Sequence[OutboxMessage]:
    """Return the messages that were given up, newest first."""
    return session.scalars(
        sa.select(OutboxMessage)
        .where(OutboxMessage.done_at.is_(None), OutboxMessage.dead_at.is_not(None))
        .order_by(OutboxMessage.seq.desc())
        .limit(limit)
    ).all()


def open_queue(settings: Settings) -> Huey:
    """Return the queue that wakes the worker: SQLite by default, Redis by setting."""
    if settings.redis_url:
        return RedisHuey("market", url=settings.redis_url)
    return SqliteHuey("market", filename=str(settings.instance_path / "queue.db"))


def waker(queue: Huey) -> Callable[[], None]:
    """Return a callable that asks the worker to look into the outbox now."""
    task = queue.task(name="look")(_never)

    def wake() -> None:
        try:
            task()
        except Exception as error:  # noqa: BLE001 - the commit stands; the worker looks by itself
            log.warning("worker not woken", error=repr(error))

    return wake


def teller(queue: Huey, name: str) -> Callable[[Any], None]:
    """Return a callable that hands the worker something that may be lost, such as counts.

    What must not be lost is an event of the outbox.
    """
    task = queue.task(name=name)(_take_never)

    def tell(what: Any) -> None:
        try:
            task(what)
        except Exception as error:  # noqa: BLE001 - nobody waits for it
            log.warning("worker not told", task=name, error=repr(error))

    return tell


def _never() -> None:
    raise RuntimeError("only the worker runs tasks")


def _take_never(_what: Any) -> None:
    raise RuntimeError("only the worker runs tasks")


Heard = Mapping[str, Callable[[Any], object]]
"""What the worker does with what it is told, by the name of the task."""


def teach(
    queue: Huey,
    *,
    look: Callable[[], None],
    jobs: Sequence[Callable[[], None]],
    heard: Heard = MappingProxyType({}),
) -> None:
    """Tell the queue of a worker what to do: ``look`` when woken and every minute, jobs too."""

    # The queue finds a task by its module, too: this one and `_never` share theirs.
    def answer() -> None:
        look()

    queue.task(name="look")(answer)
    queue.periodic_task(crontab(minute="*"), name="look_again")(answer)
    for number, job in enumerate(jobs):
        queue.periodic_task(crontab(minute="*"), name=f"job_{number}")(job)
    for name, hear in heard.items():
        queue.task(name=name)(_hearing(hear))


def _hearing(hear: Callable[[Any], object]) -> Callable[[Any], None]:
    # As above: the queue looks a task up by this module.
    def take(what: Any) -> None:
        hear(what)

    return take


def run_worker(
    queue: Huey,
    *,
    look: Callable[[], None],
    jobs: Sequence[Callable[[], None]],
    heard: Heard = MappingProxyType({}),
) -> None:
    """Serve the queue until told to stop; ``look`` also runs at the start."""
    teach(queue, look=look, jobs=jobs, heard=heard)
    look()
    queue.create_consumer(
        workers=1, worker_type="thread", initial_delay=0.05, backoff=1.2, max_delay=0.5
    ).run()


def is_due(job: Job, now: datetime) -> bool:
    """Tell whether a job runs in this minute of the day in Viet Nam."""
    local = clock.local(now)
    return (local.hour * 60 + local.minute) % job.every_minutes == 0
