"""Checkpoints go out of the house, by paper and by mail; what comes back is held against the log."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from kernel.actor import HOUSE, Actor
from kernel.audit import AuditEntry
from kernel.db import transaction
from kernel.errors import Invalid, NotAllowed
from kernel.mail import Notice
from tests.conftest import post
from tests.traceability.land import STRANGER, Land
from tests.traceability.proof.log import NOW, OFFICE, ORIGIN, ROOT, Log
from traceability.labels import face_of
from traceability.models import LogLeaf, SigningKey
from traceability.proof.notes import Checkpoint, new_seed, sign_checkpoint
from traceability.queries.labels import batch_of
from traceability.queries.proof.joining import join_note
from traceability.queries.proof.log import checkpoint_of
from traceability.rules.labels import Template
from traceability.services import labels
from traceability.services.labels import Wish
from traceability.services.proof.judging import judge_note
from traceability.services.proof.signing import mail_checkpoint, rotate_key

OFFICER = Actor("01OFFICER", "Trần Thị Lan", frozenset({"reviewer"}))
DAY = timedelta(days=1)
CHANGE = "UPDATE trace_event SET body = replace(body, '104', '999')"


@pytest.fixture
def kept(log):
    """The note of a checkpoint over five events, as it was mailed."""
    log.write(5)
    return log.sign().note


def judged(session, text, actor=OFFICER):
    with transaction(session):
        return judge_note(session, text, origin=ORIGIN, actor=actor, now=NOW)


def alarms(session):
    wanted = sa.select(AuditEntry).where(AuditEntry.action == "trace.log_caught")
    return len(session.scalars(wanted).all())


# -- by mail


def test_the_rhythm_of_mails_is_a_rule(log, session, kept):
    from kernel.rules_table import LegalRule

    def sent(days):
        with transaction(session):
            return mail_checkpoint(session, office=OFFICE, now=NOW + days * DAY)

    with transaction(session):
        session.execute(
            sa.update(LegalRule)
            .where(LegalRule.rule_key == "trace.checkpoint_mail_days")
            .values(value=7)
        )
    assert sum(sent(days) for days in range(28)) in {4, 5}
    first = session.scalars(sa.select(Notice).order_by(Notice.created_at)).first()
    assert (first.recipient, first.values["note"]) == (OFFICE, kept)


def test_without_a_rule_nothing_is_mailed(log, session, kept):
    from kernel.rules_table import LegalRule

    with transaction(session):
        session.execute(sa.delete(LegalRule))
        assert not mail_checkpoint(session, office=OFFICE, now=NOW)


# -- on paper


def test_a_certificate_bears_the_checkpoint_of_its_day(session):
    land, log = Land(session), Log(session)
    lot_id = land.harvest()

    def printed(template):
        wish = Wish(template=template, dpi=300, count=1)
        made = land.run(labels.print_labels, lot_id, wish=wish, root=ROOT, actor=land.owner)
        session.rollback()
        return batch_of(session, made, vendor_id=land.vendor_id).printed

    # Nothing was signed yet: the paper says nothing of it.
    assert "/proof" not in str(face_of(printed(Template.CERTIFICATE), Template.CERTIFICATE).facts)
    log.write(4)
    log.sign()
    # Codes may have a host of their own; the log is at the market's.
    session.info["root"] = "https://cho.test"
    paper = printed(Template.CERTIFICATE)
    point = checkpoint_of(session)
    facts = [value for _name, value in face_of(paper, Template.CERTIFICATE).facts]
    short = point.root.hex()[:16]
    groups = " ".join(short[at : at + 4] for at in range(0, 16, 4))
    assert facts[-2:] == [
        f"5 · {groups} · {point.kid} · 23/11/2026",
        "https://cho.test/proof?size=5",
    ]
    assert printed(Template.STICKER)["checkpoint"] == {}
    # What was printed before there were checkpoints is still set.
    del paper["checkpoint"]
    assert face_of(paper, Template.CERTIFICATE).facts


def test_the_page_of_the_log_shows_the_checkpoint_of_a_paper(client, app_session):
    log = Log(app_session)
    Land(app_session)
    log.write(2)
    old = log.sign()
    log.write(1)
    log.sign(NOW + DAY)
    text = client.get("/proof?size=2&lang=en").text
    assert "The checkpoint on your paper" in text
    assert checkpoint_of(app_session, size=2).short_root in text
    assert old.note.split("\n")[2] in text
    assert client.get("/proof?size=1").status_code == 404
    assert client.get("/proof?size=x").status_code == 422
    assert "The newest checkpoint" in client.get("/proof?lang=en").text


# -- held against the log


def test_the_log_goes_on_from_what_was_kept(log, session, kept):
    found = judged(session, kept)
    assert (found.code, found.size_now, found.steps) == ("good", 5, ())
    log.write(6)
    found = judged(session, kept)
    assert (found.code, found.size_now) == ("good", 11)
    assert found.steps
    assert found.signed_at == NOW
    assert alarms(session) == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note.replace("\n", "\r\n"),
        lambda note: f"--------\n{note}--------\n",
        lambda note: "".join(f"> {line}\n" for line in note.splitlines()),
        lambda note: f"\n\n  {note.strip()}",
    ],
)
def test_what_mails_do_to_a_note_does_no_harm(session, kept, change):
    assert judged(session, change(kept)).code == "good"


def test_a_rewritten_history_is_named(log, session, kept):
    log.attack(CHANGE, "DELETE FROM checkpoint")
    log.rewrite()
    log.write(3)
    log.sign(NOW + DAY)
    # By itself the new history is without a flaw.
    assert log.check() == []
    found = judged(session, kept)
    assert (found.code, found.is_alarm) == ("rewritten", True)
    assert alarms(session) == 1


def test_two_histories_of_one_size_are_named(log, session, kept):
    log.attack(CHANGE, "DELETE FROM checkpoint")
    log.rewrite()
    log.sign(NOW + DAY)
    assert judged(session, kept).code == "forked"


def test_a_log_that_lost_its_end_is_named(log, session, kept):
    last = session.scalar(sa.select(LogLeaf.event_seq).where(LogLeaf.seq == 2))
    log.attack("DELETE FROM checkpoint", "DELETE FROM log_leaf")
    log.attack("DELETE FROM event_what WHERE event_seq > :last", last=last)
    log.attack("DELETE FROM trace_event WHERE seq > :last", last=last)
    log.rewrite()
    found = judged(session, kept)
    assert (found.code, found.size_now) == ("cut", 3)


def test_missing_rows_of_the_tree_are_no_error(log, session, kept):
    log.write(4)
    log.attack("DELETE FROM log_leaf WHERE seq = 3")
    assert judged(session, kept).code == "rewritten"


def test_what_this_log_did_not_sign_proves_nothing(log, session, kept):
    seed, point = new_seed(), Checkpoint(ORIGIN, 5, bytes(32))
    forged = sign_checkpoint(point, name=ORIGIN, seed=seed, at=NOW).whole
    other = sign_checkpoint(
        Checkpoint("other.example/trace", 5, bytes(32)),
        name="other.example/trace",
        seed=seed,
        at=NOW,
    ).whole
    untimed = kept.rsplit("— ", 1)[0]
    assert judged(session, forged).code == "unsigned"
    assert judged(session, other).code == "origin"
    assert judged(session, untimed).code == "untimed"
    assert alarms(session) == 0


def test_what_a_revoked_key_signs_later_proves_nothing(log, session, kept):
    row = session.scalars(sa.select(SigningKey)).one()
    seed = bytes.fromhex(session.info["sealer"].open_text(row.seed_sealed))
    with transaction(session):
        rotate_key(session, origin=ORIGIN, revoke=True, actor=HOUSE, now=NOW + DAY)
    stolen = sign_checkpoint(
        Checkpoint(ORIGIN, 5, bytes(32)), name=ORIGIN, seed=seed, at=NOW + 2 * DAY
    )
    assert judged(session, stolen.whole).code == "expired"
    assert judged(session, kept).code == "good"


@pytest.mark.parametrize("text", ["", "x", "a\n1\nAAAA\n\n— a AAAA", "x" * 70_000, "\n\n", "----"])
def test_what_is_no_checkpoint_is_refused_in_words(session, kept, text):
    with pytest.raises(Invalid) as refused:
        judged(session, text)
    assert refused.value.field == "note"


def test_only_officers_hold_notes_against_the_log(session, kept):
    with pytest.raises(NotAllowed):
        judged(session, kept, STRANGER)


def test_an_empty_log_joins_its_own_checkpoint(log, session):
    note = log.sign().note
    log.write(2)
    assert join_note(session, note, origin=ORIGIN).code == "good"


# -- the office's page


def test_an_officer_pastes_a_note(client, app, app_session, sign_in):
    log = Log(app_session)
    Land(app_session)
    log.write(5)
    # The log of the application has another name: its own.
    from traceability.services.proof.signing import sign_when_due

    with transaction(app_session) as session:
        note = sign_when_due(session, origin="localhost/trace", office="", now=NOW).note
    sign_in(roles=["reviewer"])
    text = client.get("/office/trace-log?lang=en").text
    assert checkpoint_of(app_session).short_root in text
    answer = post(client, "/office/trace-log", {"note": note})
    assert (answer.status_code, "verdict-passed" in answer.text) == (200, True)
    answer = post(client, "/office/trace-log", {"note": "nonsense"})
    assert (answer.status_code, "verdict" in answer.text.split("<main")[1].split("form")[0]) == (
        422,
        False,
    )
    log.attack(CHANGE, "DELETE FROM checkpoint")
    log.rewrite()
    log.write(1)
    answer = post(client, "/office/trace-log", {"note": note})
    assert (answer.status_code, "verdict-recalled" in answer.text) == (200, True)
    assert alarms(app_session) == 1
