"""Every event is in the log, whoever writes beside it; what is changed behind its back is named."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from kernel import db
from kernel.db import transaction
from tests.traceability.proof.log import NOW, ORIGIN, body
from traceability.models import LogHead, LogLeaf, TraceEvent
from traceability.proof.chain import GENESIS, link
from traceability.proof.merkle import leaf_hash, verify_consistency, verify_inclusion
from traceability.queries.proof.checking import check_log
from traceability.queries.proof.tree import (
    consistency_proof,
    inclusion_proofs,
    log_size,
    root_at,
)
from traceability.services.events import write_event
from traceability.services.proof import logging
from traceability.services.proof.logging import adopt_events


def rows(session):
    return session.scalars(sa.select(LogLeaf).order_by(LogLeaf.seq)).all()


def test_an_event_and_its_leaf_are_one_transaction(log, session):
    first, second = log.write(2)
    one, two = rows(session)
    stored = session.get(TraceEvent, first).body.encode()
    assert (one.seq, one.event_seq, one.prev, one.nodes) == (0, first, GENESIS, b"")
    assert one.leaf == hashlib.sha256(b"\x00" + stored).digest()
    assert (two.seq, two.event_seq, two.prev) == (1, second, link(GENESIS, one.leaf))
    assert (
        two.nodes == hashlib.sha256(b"\x01" + one.leaf + two.leaf).digest() == root_at(session, 2)
    )
    assert log.check() == []


def test_what_did_not_happen_leaves_no_leaf(log, session):
    log.write()
    with pytest.raises(ZeroDivisionError), transaction(session):
        write_event(session, body(50), vendor_id=None, now=NOW)
        raise ZeroDivisionError
    with transaction(session):
        inner = session.begin_nested()
        write_event(session, body(51), vendor_id=None, now=NOW)
        inner.rollback()
    assert (log_size(session), log.check()) == (1, [])


def test_the_same_event_twice_has_one_leaf(log, session):
    log.write()
    log.events = 0
    log.write()
    assert (log_size(session), log.check()) == (1, [])


def test_many_events_at_once_get_their_leaves(log, session):
    log.write(1100)
    assert (log_size(session), log.check()) == (1100, [])
    size, root = 1100, root_at(session, 1100)
    leaf = dict(session.execute(sa.select(LogLeaf.seq, LogLeaf.leaf)).all())
    for index, proof in inclusion_proofs(session, [0, 1, 1023, 1024, 1098, 1099], size).items():
        assert verify_inclusion(index, size, leaf[index], proof, root)
    for old in (1, 2, 1023, 1024, 1099):
        proof = consistency_proof(session, old, size)
        assert verify_consistency(old, size, root_at(session, old), root, proof)


@pytest.mark.parametrize("table", ["log_leaf", "trace_event", "event_what"])
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_the_database_refuses_to_change_what_is_proved(log, session, table, verb):
    log.write()
    column = {"log_leaf": "prev", "trace_event": "body", "event_what": "ref"}[table]
    statement = f"UPDATE {table} SET {column} = {column}"
    with pytest.raises(DatabaseError), transaction(session):
        session.execute(sa.text(statement if verb == "UPDATE" else f"DELETE FROM {table}"))
    assert log.check() == []


def test_an_event_written_past_the_log_is_named_and_can_be_taken_in(log, session):
    log.write()
    with transaction(session):
        seq = write_event(session, body(9), vendor_id=None, now=NOW)
        session.info.pop(logging.NOTE)
    assert log.check() == [("unlogged", seq)]
    with transaction(session):
        assert adopt_events(session) == 1
    assert (log.check(), log_size(session)) == ([], 2)


# -- many writers


def write_many(maker, first, count):
    for number in range(first, first + count):
        with maker() as session, transaction(session):
            write_event(session, body(number), vendor_id=None, now=NOW)


def write_together(maker, writers=6, each=8):
    with ThreadPoolExecutor(writers) as pool:
        for done in [pool.submit(write_many, maker, n * 1000, each) for n in range(writers)]:
            done.result()
    return writers * each


def test_many_writers_leave_one_chain_without_gaps(maker):
    count = write_together(maker)
    with maker() as session:
        assert [row.seq for row in rows(session)] == list(range(count))
        assert check_log(session).faults == ()


def test_without_the_lock_they_would_get_into_each_others_way(maker, monkeypatch):
    """The negative control: SQLite lets one write at a time, so PostgreSQL shows it."""
    if maker.kw["bind"].dialect.name != "postgresql":
        pytest.skip("SQLite has one lock for all writers")
    monkeypatch.setattr(logging, "lock", lambda session, kind, key: session.get(kind, key))
    with pytest.raises(DatabaseError):
        write_together(maker)


# -- attacks


def test_one_changed_byte_of_an_event_names_it(log, session):
    seqs = log.write(5)
    for place, seq in enumerate(seqs):
        was = session.get(TraceEvent, seq).body
        change = "UPDATE trace_event SET body = :body WHERE seq = :seq"
        log.attack(change, body=was.replace('"KGM"', '"KGN"', 1), seq=seq)
        (fault,) = check_log(session).faults
        assert (fault.code, fault.seq) == ("body", place)
        assert fault.event_id == session.get(TraceEvent, seq).event_id
        log.attack(change, body=was, seq=seq)
    assert log.check() == []


@pytest.mark.parametrize("column", ["prev", "leaf"])
@pytest.mark.parametrize("place", [0, 2, 4])
def test_one_changed_byte_of_the_log_names_its_event(log, session, column, place):
    log.write(5)
    was = getattr(rows(session)[place], column)
    flipped = bytes([was[0] ^ 1]) + was[1:]
    log.attack(f"UPDATE log_leaf SET {column} = :value WHERE seq = :seq", value=flipped, seq=place)
    assert log.check() == [(column, place)]


def test_a_changed_hash_of_the_tree_names_its_event(log, session):
    log.write(5)
    log.attack("UPDATE log_leaf SET nodes = :value WHERE seq = 3", value=b"x" * 64)
    assert log.check() == [("nodes", 3)]


def test_a_deleted_event_is_missed(log, session):
    seqs = log.write(4)
    log.attack("DELETE FROM event_what WHERE event_seq = :seq", seq=seqs[1])
    log.attack("DELETE FROM trace_event WHERE seq = :seq", seq=seqs[1])
    assert log.check() == [("gone", 1)]


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM event_what WHERE event_seq = :seq",
        "UPDATE event_what SET ref = 'https://cho.example.vn/t/OTHER' WHERE event_seq = :seq",
    ],
)
def test_an_event_hidden_from_its_lot_is_named(log, session, change):
    seqs = log.write(3)
    log.attack(change, seq=seqs[1])
    assert log.check() == [("things", 1)]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_deleted_row_is_missed(log, session, place):
    seqs = log.write(4)
    log.attack("DELETE FROM log_leaf WHERE seq = :place", place=place)
    assert log.check() == [("gap", place + 1), ("unlogged", seqs[place])]


def test_events_that_changed_places_are_named(log, session):
    one, two = log.write(4)[1:3]
    bodies = [session.get(TraceEvent, seq).body for seq in (one, two)]
    log.attack(
        "UPDATE trace_event SET body = CASE seq WHEN :one THEN :second ELSE :first END "
        "WHERE seq IN (:one, :two)",
        one=one,
        two=two,
        first=bodies[0],
        second=bodies[1],
    )
    assert log.check() == [("body", 1), ("body", 2)]


def test_rows_that_changed_places_are_named(log, session):
    log.write(5)
    log.attack(
        "UPDATE log_leaf SET seq = 100 WHERE seq = 1",
        "UPDATE log_leaf SET seq = 1 WHERE seq = 2",
        "UPDATE log_leaf SET seq = 2 WHERE seq = 100",
    )
    assert {seq for code, seq in log.check() if code == "order"} == {0, 1, 2}


def test_a_row_put_in_between_is_named(log, session):
    """An event that was written past the log is given a place in it."""
    log.write(4)
    with transaction(session):
        seq = write_event(session, body(77), vendor_id=None, now=NOW)
        session.info.pop(logging.NOTE)
    kept = rows(session)
    log.attack(
        "UPDATE log_leaf SET seq = seq + 100 WHERE seq >= 2",
        "UPDATE log_leaf SET seq = seq - 99 WHERE seq >= 100",
        "INSERT INTO log_leaf VALUES (2, :seq, :prev, :leaf, :nodes)",
        "UPDATE log_head SET size = 5",
        seq=seq,
        prev=kept[2].prev,
        leaf=leaf_hash(session.get(TraceEvent, seq).body.encode()),
        nodes=b"",
    )
    assert ("order", 2) in log.check()


def test_a_log_cut_off_is_noticed(log, session):
    log.write(5)
    log.sign()
    log.attack("DELETE FROM log_leaf WHERE seq >= 3")
    assert ("cut", 3) in log.check()
    # Even when the head is set back, too: more was signed.
    last = rows(session)[-1]
    log.attack("DELETE FROM event_what WHERE event_seq > :seq", seq=last.event_seq)
    log.attack("DELETE FROM trace_event WHERE seq > :seq", seq=last.event_seq)
    log.rewrite()
    assert log.check() == [("cut", 5)]


def test_only_a_checkpoint_finds_a_history_that_was_rewritten_whole(log, session):
    from traceability.proof.notes import read_checkpoint, read_note

    seqs = log.write(5)
    kept = read_checkpoint(read_note(log.sign().note).text)
    change = "UPDATE trace_event SET body = :body WHERE seq = :seq"
    was = session.get(TraceEvent, seqs[2]).body
    log.attack(change, body=was.replace('"KGM"', '"KGN"'), seq=seqs[2])
    assert log.check() == [("body", 2)]
    log.rewrite()
    assert log.check() == [("root", 5)]
    # The market takes its own checkpoints away and signs anew: nobody but who kept one sees it.
    log.attack("DELETE FROM checkpoint")
    log.sign(NOW + timedelta(hours=1))
    assert log.check() == []
    assert log.check(kept=[kept]) == [("forked", 5)]


def test_a_checkpoint_that_says_something_else_than_was_signed_is_noticed(log, session):
    log.write(3)
    log.sign()
    log.attack("UPDATE checkpoint SET note = replace(note, :origin, 'x')", origin=ORIGIN)
    assert log.check() == [("signature", 3)]


def test_twenty_thousand_events_are_checked_in_a_moment(log, session):
    """The rows are made by hand: writing events has its own measurements."""
    import time

    log.write()
    event = session.scalars(sa.select(TraceEvent)).one()
    values = {c.key: getattr(event, c.key) for c in sa.inspect(TraceEvent).column_attrs}
    del values["seq"]
    with transaction(session):
        session.execute(
            sa.insert(TraceEvent),
            [values | {"event_id": f"e{n}", "body": f'{{"n":{n}}}'} for n in range(20_000)],
        )
        logging.note_events(session, session.scalars(sa.select(TraceEvent.seq)).all()[1:])
    began = time.perf_counter()
    assert check_log(session).is_whole
    assert time.perf_counter() - began < 5
    assert session.get(LogHead, 1, populate_existing=True).size == 20_001


def test_engines_agree_on_the_hook_order():
    """The head of the audit log, for which everybody waits, is locked last."""
    from kernel.audit import seal

    assert db.BEFORE_COMMIT.index(logging.append_noted) < db.BEFORE_COMMIT.index(seal)
