"""The log of changes shows every tampering."""

import threading

import pytest
from sqlalchemy import text

from kernel import audit
from kernel.actor import Actor
from kernel.db import transaction

CLERK = Actor(user_id="01J0000000000000000000CLRK", name="Clerk")


def write(maker, now, action="vendor.approved", **detail):
    with maker() as session, transaction(session):
        audit.record(
            session,
            action,
            actor=CLERK,
            subject=("vendor", "V1"),
            now=now,
            before={"state": "under_review"},
            after={"state": "approved"},
            **detail,
        )


def check(maker):
    with maker() as session:
        return audit.verify(session)


def tamper(maker, statement):
    with maker() as session, transaction(session):
        session.execute(text(statement))


def test_an_untouched_log_verifies(maker, now):
    assert check(maker) is None
    for number in range(3):
        write(maker, now, reason=f"số {number}")
    assert check(maker) is None


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE audit_entry SET actor_name = 'Somebody' WHERE seq = 2", 2),
        ("UPDATE audit_entry SET after_digest = before_digest WHERE seq = 3", 3),
        ("DELETE FROM audit_entry WHERE seq = 2", 2),
        ("DELETE FROM audit_entry WHERE seq = 3", 3),
        ("DELETE FROM audit_entry", 1),
        ("UPDATE audit_entry SET seq = 4 WHERE seq = 3", 3),
    ],
)
def test_one_row_edited_by_hand_is_named(maker, now, statement, seq):
    for _ in range(3):
        write(maker, now)
    tamper(maker, statement)
    assert check(maker).seq == seq


def test_a_change_that_was_rolled_back_leaves_no_entry(maker, now):
    with maker() as session:
        with pytest.raises(RuntimeError), transaction(session):
            audit.record(session, "x", actor=CLERK, subject=("a", "b"), now=now)
            raise RuntimeError
        with transaction(session):
            audit.record(session, "y", actor=CLERK, subject=("a", "b"), now=now)
        assert [e.action for e in session.query(audit.AuditEntry)] == ["y"]
    assert check(maker) is None


def test_many_writers_at_once_make_one_chain(maker, now):
    write(maker, now)
    threads = [threading.Thread(target=write, args=(maker, now)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert check(maker) is None
    with maker() as session:
        assert session.query(audit.AuditEntry).count() == 13


def test_the_log_holds_digests_not_the_data(maker, now):
    write(maker, now)
    with maker() as session:
        entry = session.query(audit.AuditEntry).one()
    assert len(entry.before_digest) == 64
    assert entry.before_digest != entry.after_digest
    assert "approved" not in str(entry.detail)
