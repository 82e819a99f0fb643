"""The outbox: what was committed is heard, at least once, and takes effect once."""

import dataclasses
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kernel import jobs
from kernel.claims import Bucket
from kernel.db import transaction
from kernel.errors import Unreachable
from kernel.events import Event, OutboxMessage, emit, happened_since, note_handled
from kernel.jobs import Job, Reaction
from kernel.mail import MOST_ATTEMPTS
from kernel.quantity import Unit


@dataclasses.dataclass(frozen=True)
class BellRang(Event):
    """A fact of these tests."""

    tower: str


def ring(maker, now, tower="north"):
    with maker() as session, transaction(session):
        emit(session, BellRang(tower), now=now)


def note(session, event, now):
    """An effect that counts: one bucket a call."""
    session.add(Bucket(kind=event.tower, unit=Unit.PIECE, on_hand=1))


def notes(maker):
    with maker() as session:
        return session.scalar(select(func.count()).select_from(Bucket))


def message(maker):
    with maker() as session:
        return session.scalars(select(OutboxMessage)).one()


def broken(session, event, now):
    note(session, event, now)
    raise RuntimeError("no paper in the printer")


HEARD = {BellRang: (jobs.inside(note),)}


def test_an_event_is_heard_once(maker, now):
    ring(maker, now)
    assert jobs.drain(maker, HEARD, now=now) == 1
    assert jobs.drain(maker, HEARD, now=now) == 0
    assert notes(maker) == 1


def test_an_event_of_a_transaction_that_failed_is_never_heard(maker, now):
    with maker() as session, pytest.raises(RuntimeError), transaction(session):
        emit(session, BellRang("north"), now=now)
        raise RuntimeError
    assert jobs.drain(maker, HEARD, now=now) == 0


def test_what_was_done_at_one_go_is_not_done_again_by_its_events(maker, now):
    heard = {BellRang: (jobs.inside(note), jobs.outside("loud", broken))}
    ring(maker, now)
    ring(maker, now, "south")
    for _ in range(2):
        with maker() as session, transaction(session):
            note_handled(session, {"BellRang": ["loud"]}, now=now)
    assert jobs.drain(maker, heard, now=now) == 2
    assert notes(maker) == 2


def test_two_workers_at_once_take_effect_once(maker, now):
    for number in range(10):
        ring(maker, now, f"tower {number}")
    gate = threading.Barrier(4)

    def work():
        gate.wait()
        jobs.drain(maker, HEARD, now=now)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert notes(maker) == 10


def test_a_failing_handler_is_tried_again_later_and_leaves_no_half_effect(maker, now):
    ring(maker, now)
    reactions = {BellRang: (jobs.inside(broken),)}
    assert jobs.drain(maker, reactions, now=now) == 0
    assert notes(maker) == 0
    row = message(maker)
    assert (row.attempts, row.due_at) == (1, now + timedelta(seconds=10))
    assert row.last_error == "RuntimeError: no paper in the printer"
    assert jobs.drain(maker, HEARD, now=now) == 0
    assert jobs.drain(maker, HEARD, now=now + timedelta(seconds=10)) == 1


def test_a_handler_that_had_its_turn_is_not_run_again_for_another_ones_failure(maker, now):
    ring(maker, now)
    both = {BellRang: (jobs.inside(note), Reaction("broken", broken))}
    jobs.drain(maker, both, now=now)
    jobs.drain(maker, both, now=now + timedelta(hours=1))
    assert notes(maker) == 1


def test_a_message_that_fails_too_often_is_laid_aside_and_can_be_revived(maker, now):
    ring(maker, now)
    reactions = {BellRang: (jobs.inside(broken),)}
    later = now
    for _ in range(MOST_ATTEMPTS):
        later += timedelta(hours=2)
        jobs.drain(maker, reactions, now=later)
    with maker() as session:
        assert [m.attempts for m in jobs.dead_messages(session)] == [MOST_ATTEMPTS]
        assert jobs.lag(session, now=later) == jobs.Lag(0, 1, timedelta(0))
    assert jobs.drain(maker, HEARD, now=later + timedelta(days=1)) == 0
    with maker() as session, transaction(session):
        assert jobs.revive(session, message(maker).seq, now=later) is True
    assert jobs.drain(maker, HEARD, now=later) == 1


def test_what_is_out_of_reach_is_waited_for_uncounted_and_others_have_their_turn(maker, now):
    ring(maker, now)

    def away(session, event, _now):
        raise Unreachable("nobody answers")

    heard = {BellRang: (jobs.outside("index", away), jobs.inside(note))}
    for hour in range(2 * MOST_ATTEMPTS):
        assert jobs.drain(maker, heard, now=now + timedelta(hours=hour)) == 0
    row = message(maker)
    assert (row.attempts, row.dead_at, row.last_error) == (0, None, "nobody answers")
    assert notes(maker) == 1
    assert row.due_at == now + timedelta(hours=2 * MOST_ATTEMPTS - 1, seconds=jobs.WAIT_SECONDS)
    back = {BellRang: (jobs.outside("index", lambda *_: None), jobs.inside(note))}
    assert jobs.drain(maker, back, now=row.due_at) == 1
    assert notes(maker) == 1


def test_what_happened_since_a_moment_is_read_again(maker, now):
    ring(maker, now, "early")
    ring(maker, now + timedelta(hours=1), "late")
    with maker() as session:
        since = now + timedelta(minutes=30)
        assert list(happened_since(session, since, [BellRang])) == [BellRang("late")]
        assert list(happened_since(session, since, [])) == []


def test_only_the_dead_can_be_revived(maker, now):
    ring(maker, now)
    with maker() as session, transaction(session):
        assert jobs.revive(session, message(maker).seq, now=now) is False
        assert jobs.revive(session, 999, now=now) is False


def test_an_outside_effect_runs_without_a_transaction_and_once_when_all_goes_well(maker, now):
    ring(maker, now)
    seen = []

    def tell(session, event, _now):
        seen.append((event.tower, bool(session.new)))

    reactions = {BellRang: (jobs.outside("index", tell),)}
    jobs.drain(maker, reactions, now=now)
    jobs.drain(maker, reactions, now=now)
    assert seen == [("north", False)]


def test_the_lag_tells_how_long_the_oldest_waits(maker, now):
    ring(maker, now)
    with maker() as session:
        assert jobs.lag(session, now=now + timedelta(minutes=5)) == jobs.Lag(
            1, 0, timedelta(minutes=5)
        )


def test_a_job_is_due_in_its_minutes(now):
    assert jobs.is_due(Job("each hour", 60, print), now) is True
    assert jobs.is_due(Job("each hour", 60, print), now + timedelta(minutes=1)) is False
    assert jobs.is_due(Job("each minute", 1, print), now + timedelta(minutes=1)) is True


def test_the_worker_is_woken_after_the_commit_only(maker, now):
    woken = []
    maker.configure(info={"wake": lambda: woken.append(1)})
    with maker() as session, transaction(session):
        emit(session, BellRang("north"), now=now)
        emit(session, BellRang("south"), now=now)
        assert woken == []
    assert woken == [1]
    with maker() as session, pytest.raises(RuntimeError), transaction(session):
        emit(session, BellRang("north"), now=now)
        raise RuntimeError
    assert woken == [1]


def test_two_events_of_one_name_are_refused():
    with pytest.raises(TypeError, match="two events are called BellRang"):
        type("BellRang", (Event,), {})
