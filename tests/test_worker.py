"""The worker: woken by commits, busy by the clock, and what it gave up can be revived."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from kernel import audit, clock, jobs, mail
from kernel.audit import AuditEntry
from kernel.db import transaction
from kernel.events import OutboxMessage, emit
from kernel.jobs import Job
from kernel.mail import Address, Notice
from orders.events import OrderPlaced
from shop import wiring, worker
from shop.sessions import open_sessions
from tests.conftest import NOW, post
from tests.fault.running import environ_of, serving, wait_until
from tests.orders.market import open_market


@pytest.fixture
def taught(settings):
    """A worker's queue that knows its tasks, and how often it was made to look."""
    queue, looks = jobs.open_queue(settings), []
    jobs.teach(queue, look=lambda: looks.append(1), jobs=[lambda: looks.append("job")])
    return queue, looks


def happen(maker, now):
    """Let something happen of which the house hears."""
    with maker() as session, transaction(session):
        emit(session, OrderPlaced("01GROUP", "CODE1234"), now=now)
        return session.scalars(sa.select(OutboxMessage.seq)).all()[-1]


def message(maker, seq):
    with maker() as session:
        return session.get_one(OutboxMessage, seq)


def test_a_commit_elsewhere_makes_the_worker_look_at_once(taught, settings, now):
    queue, looks = taught
    happen(open_sessions(settings), now)
    queue.execute(queue.dequeue())
    assert looks == [1]
    assert queue.dequeue() is None


def test_a_queue_that_is_out_of_reach_costs_time_and_never_an_event(settings, now):
    maker = open_sessions(replace(settings, redis_url="redis://127.0.0.1:1/0"))
    seq = happen(maker, now)
    assert message(maker, seq).done_at is None
    worker.looking(maker, settings)()
    assert message(maker, seq).done_at == now


def test_every_minute_the_worker_looks_by_itself_and_asks_each_job(taught):
    queue, _ = taught
    for minute in (0, 1, 59):
        due = queue.read_periodic(NOW + timedelta(minutes=minute))
        assert sorted(task.name for task in due) == ["job_0", "look_again"]
    for task in due:
        queue.execute(task)
    assert sorted(map(str, taught[1])) == ["1", "job"]


def test_a_job_runs_in_its_minute_in_a_transaction_of_its_own(app, now):
    maker = app.extensions["sessionmaker"]

    def run(session, at):
        emit(session, OrderPlaced("01GROUP", at.isoformat()), now=at)

    each_hour = worker.doing(maker, Job("each hour", 60, run))
    each_hour()
    with clock.fixed(NOW + timedelta(minutes=1)):
        each_hour()
    with maker() as session:
        told = session.scalars(sa.select(OutboxMessage)).all()
        assert [row.payload["code"] for row in told] == [now.isoformat()]


@pytest.mark.parametrize("job", wiring.JOBS, ids=lambda job: job.name)
def test_every_job_of_the_house_runs_on_an_empty_market(maker, now, job):
    with maker() as session, transaction(session):
        job.run(session, now)


def test_one_look_sends_everything_however_much_waits(app, settings, now):
    maker = app.extensions["sessionmaker"]
    with maker() as session, transaction(session):
        for number in range(230):
            to = Address(email=f"a{number}@example.vn")
            mail.notify(session, "orders/expired", to=to, now=now, code=f"C{number}", name="An")
    worker.looking(maker, settings)()
    with maker() as session:
        assert session.scalars(sa.select(Notice.id).where(Notice.sent_at.is_(None))).all() == []
    sent = (settings.instance_path / "outbox" / "email.txt").read_text()
    assert sent.count("To: ") == 230


def give_up(maker, seq, now):
    with maker() as session, transaction(session):
        row = session.get_one(OutboxMessage, seq)
        row.dead_at, row.attempts, row.last_error = now, 8, "OSError: the press is broken"


def test_an_operator_revives_what_was_given_up_and_the_worker_does_it(
    app, client, sign_in, settings, now
):
    maker = app.extensions["sessionmaker"]
    seq = happen(maker, now)
    give_up(maker, seq, now)
    look = worker.looking(maker, settings)
    look()
    assert message(maker, seq).done_at is None
    sign_in(roles=["operator"])
    shown = client.get("/office/outbox").get_data(as_text=True)
    assert "OSError: the press is broken" in shown
    answer = post(client, f"/office/outbox/{seq}/revive", form="/office/outbox")
    assert (answer.status_code, answer.location) == (303, "/office/outbox")
    assert (message(maker, seq).dead_at, message(maker, seq).attempts) == (None, 0)
    look()
    assert message(maker, seq).done_at == now
    assert "OSError" not in client.get("/office/outbox").get_data(as_text=True)
    with maker() as session:
        actions = session.scalars(sa.select(AuditEntry.action)).all()
        assert actions.count("outbox.revived") == 1
        assert audit.verify(session) is None


def test_what_is_not_dead_is_not_revived_twice(app, client, sign_in, now):
    maker = app.extensions["sessionmaker"]
    dead, waiting = happen(maker, now), happen(maker, now)
    give_up(maker, dead, now)
    sign_in(roles=["operator"])
    for seq in (waiting, 999):
        post(client, f"/office/outbox/{seq}/revive", form="/office/outbox")
    assert message(maker, dead).dead_at == now
    with maker() as session:
        assert (
            session.scalars(
                sa.select(AuditEntry).where(AuditEntry.action == "outbox.revived")
            ).all()
            == []
        )


@pytest.mark.fault
def test_a_worker_that_starts_picks_up_what_was_left_and_is_woken_by_the_next(
    sqlite_url, tmp_path, settings
):
    maker = open_sessions(settings)
    at = clock.now()
    open_market(maker, at)
    left = happen(maker, at)
    environ = environ_of(tmp_path, sqlite_url)
    with serving(environ):
        wait_until(lambda: message(maker, left).done_at, 10, "what was left is done")
        later = happen(maker, clock.now())
        wait_until(lambda: message(maker, later).done_at, 10, "what came later is done")
