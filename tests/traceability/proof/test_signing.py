"""What is signed, when, by which key; and who is told when the log broke."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from kernel.actor import HOUSE
from kernel.db import transaction
from kernel.mail import Notice
from kernel.resealing import sealed_columns
from tests.traceability.proof.log import NOW, OFFICE, ORIGIN, ROOT
from traceability.models import LogCheckpoint, SigningKey, Witness
from traceability.proof.notes import (
    BadNote,
    Checkpoint,
    Note,
    PublicKey,
    cosign,
    is_signed,
    new_seed,
    origin_of,
    public_of,
    read_checkpoint,
    read_key,
    read_note,
    sign_checkpoint,
    time_signed,
)
from traceability.queries.proof.log import checkpoint_of, published_keys
from traceability.queries.proof.tree import root_at
from traceability.services.proof.signing import (
    LogBroken,
    mail_checkpoint,
    rotate_key,
)
from traceability.services.proof.witnessing import (
    BadCosignature,
    add_witness,
    receive_cosignatures,
)

LATER = NOW + timedelta(minutes=10)


def run(session, service, *args, **values):
    with transaction(session):
        return service(session, *args, **values)


def mails(session):
    return [notice.template for notice in session.scalars(sa.select(Notice))]


def test_a_checkpoint_is_a_signed_note_of_three_lines(log, session):
    log.write(3)
    signed = log.sign()
    origin, size, _root, empty, first, _second, end = signed.note.split("\n")
    assert (origin, size, empty, end) == (ORIGIN, "3", "", "")
    assert read_checkpoint(read_note(signed.note).text) == Checkpoint(
        ORIGIN, 3, root_at(session, 3)
    )
    assert first.startswith(f"— {ORIGIN} ")
    (key,) = published_keys(session)
    note = read_note(signed.note)
    assert is_signed(note, key.key)
    assert time_signed(note, key.key) == NOW
    assert key.kid == key.key.id.hex()
    assert read_key(key.key.text) == key.key


def test_the_name_of_the_log_is_the_address_of_the_market():
    assert origin_of(ROOT) == origin_of(ROOT + "/") == ORIGIN


def test_the_private_key_lies_sealed_in_the_database(log, session):
    log.write()
    log.sign()
    row = session.scalars(sa.select(SigningKey)).one()
    seed = bytes.fromhex(session.info["sealer"].open_text(row.seed_sealed))
    assert public_of(seed) == row.public
    assert seed.hex() not in row.seed_sealed
    assert SigningKey.__table__.c.seed_sealed in sealed_columns()


def test_it_is_signed_when_something_was_added_and_the_rule_says_so(log, session):
    log.write()
    assert log.sign().size == 1
    log.write()
    assert log.sign(LATER - timedelta(seconds=1)) is None
    assert log.sign(LATER).size == 2
    assert log.sign(LATER + timedelta(hours=23)) is None
    # Nothing was added: it is signed once a day, so that the log is seen to be alive.
    assert log.sign(LATER + timedelta(hours=24)).size == 2
    assert [row.size for row in session.scalars(sa.select(LogCheckpoint))] == [1, 2, 2]
    assert log.check() == []


def test_even_an_empty_log_has_a_checkpoint(log, session):
    assert log.sign().size == 0
    assert log.check() == []


def test_the_first_checkpoint_of_a_new_key_is_signed_by_both(log, session):
    log.write(2)
    log.sign()
    signed = run(session, rotate_key, origin=ORIGIN, actor=HOUSE, now=LATER)
    new, old = published_keys(session)
    note = read_note(signed.note)
    assert is_signed(note, new.key)
    assert is_signed(note, old.key)
    assert old.span.holds(LATER)
    assert not old.span.holds(LATER + timedelta(seconds=1))
    log.write()
    last = read_note(log.sign(LATER + timedelta(minutes=10)).note)
    assert is_signed(last, new.key)
    assert not is_signed(last, old.key)
    assert log.check() == []


def test_a_revoked_key_signs_nobody_in(log, session):
    log.write()
    log.sign()
    signed = run(session, rotate_key, origin=ORIGIN, revoke=True, actor=HOUSE, now=LATER)
    _new, old = published_keys(session)
    assert not is_signed(read_note(signed.note), old.key)
    assert not old.span.holds(LATER)
    assert log.check() == []


def test_a_log_that_broke_is_not_signed_and_the_office_is_told_once_a_day(log, session):
    log.write(3)
    log.sign()
    log.attack("UPDATE log_leaf SET nodes = leaf WHERE seq = 1")
    log.write()
    assert log.sign(LATER) is None
    assert log.sign(LATER + timedelta(minutes=1)) is None
    assert mails(session) == ["traceability/log_broken"]
    with pytest.raises(LogBroken):
        run(session, rotate_key, origin=ORIGIN, actor=HOUSE, now=LATER)
    assert len(published_keys(session)) == 1


def test_a_log_that_was_cut_is_not_signed(log, session):
    log.write(3)
    log.sign()
    log.attack("DELETE FROM log_leaf WHERE seq = 2", "UPDATE log_head SET size = 2")
    assert log.sign(LATER + timedelta(days=2)) is None
    assert mails(session) == ["traceability/log_broken"]


def test_the_office_gets_the_newest_checkpoint_once_a_day(log, session):
    assert not run(session, mail_checkpoint, office=OFFICE, now=NOW)
    log.write()
    note = log.sign().note
    assert run(session, mail_checkpoint, office=OFFICE, now=NOW)
    assert not run(session, mail_checkpoint, office=OFFICE, now=LATER)
    assert run(session, mail_checkpoint, office=OFFICE, now=NOW + timedelta(days=1))
    first, _second = session.scalars(sa.select(Notice).order_by(Notice.created_at))
    assert (first.recipient, first.values["note"]) == (OFFICE, note)


# -- witnesses


@pytest.fixture
def witness(log, session):
    """A witness that the office knows: name and seed."""
    log.write(2)
    log.sign()
    seed = new_seed()
    key = PublicKey("witness.example.vn", public_of(seed)).as_witness
    run(session, add_witness, key.text, actor=HOUSE, now=NOW)
    return key, seed


def cosigned(text, key, seed, at=LATER):
    note = read_note(text)
    line = cosign(note, name=key.name, seed=seed, at=at)
    return Note(note.text, (*note.signatures, line)).whole


def test_a_cosignature_of_a_known_witness_stands_below_the_checkpoint(session, witness):
    posted = cosigned(checkpoint_of(session).note, *witness)
    got = run(session, receive_cosignatures, posted, now=LATER)
    assert (got.size, got.new, got.is_alarm) == (2, 1, False)
    point = checkpoint_of(session)
    assert point.witnesses == ("witness.example.vn",)
    assert time_signed(read_note(point.note), witness[0]) == LATER
    assert run(session, receive_cosignatures, posted, now=LATER).new == 0


def test_what_no_known_witness_signed_is_refused(session, witness):
    key, _seed = witness
    stranger = new_seed()
    text = checkpoint_of(session).note
    for posted in (text, cosigned(text, key, stranger), "nonsense", ""):
        with pytest.raises(BadCosignature):
            run(session, receive_cosignatures, posted, now=LATER)


def test_a_key_that_is_no_witness_is_not_taken(session, witness):
    key, seed = witness
    for text in (PublicKey(key.name, public_of(seed)).text, "x", key.text[:-4] + "AAA="):
        with pytest.raises(BadCosignature):
            run(session, add_witness, text, actor=HOUSE, now=NOW)
    assert len(session.scalars(sa.select(Witness)).all()) == 1


def test_two_checkpoints_of_one_size_with_different_roots_are_an_alarm(log, session, witness):
    """Somebody holds a checkpoint with our signature that is not the one we show."""
    from kernel.audit import AuditEntry

    row = session.scalars(sa.select(SigningKey)).one()
    seed = bytes.fromhex(session.info["sealer"].open_text(row.seed_sealed))
    other = sign_checkpoint(Checkpoint(ORIGIN, 2, bytes(32)), name=ORIGIN, seed=seed, at=NOW)
    assert run(session, receive_cosignatures, other.whole, now=LATER).is_alarm
    actions = session.scalars(sa.select(AuditEntry.action)).all()
    assert "trace.two_histories" in actions
    log.attack(
        "INSERT INTO checkpoint (size, root, kid, note, signed_at) "
        "SELECT size, :root, kid, :note, signed_at FROM checkpoint",
        root=bytes(32),
        note=other.whole,
    )
    assert log.check() == [("forked", 2)]


def test_a_strange_checkpoint_is_no_alarm(session, witness):
    from kernel.errors import NotFound

    for origin in (ORIGIN, "other.example/log"):
        other = sign_checkpoint(
            Checkpoint(origin, 2, bytes(32)), name=origin, seed=new_seed(), at=NOW
        )
        with pytest.raises(NotFound):
            run(session, receive_cosignatures, other.whole, now=LATER)


# -- notes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "a\n1\n\n",
        "a\n\nb\n",
        "a\n\n— n AAAA\n",
        "a\n\n— n AAAAAAA=",
        "a\n\n- n AAAAAAA=\n",
        "a\n\n— n AAAAAAB=\n",
        "a\r\n\n— n AAAAAAA=\n",
        "a\x00\n\n— n AAAAAAA=\n",
    ],
)
def test_what_is_no_note_is_refused(text):
    with pytest.raises(BadNote):
        read_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "o\n1\n",
        "o\n01\nAAAA\n",
        "o\n-1\nAAAA\n",
        "o\n1\nAAAA\n",
        "o\n1\n" + "A" * 43 + "=",
        "\n1\n\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(BadNote):
        read_checkpoint(text)


def test_a_note_is_written_as_it_was_read(log):
    log.write()
    text = log.sign().note
    assert read_note(text).whole == text
