"""A step of a dossier is put on paper once, and the vendor hears of what was signed."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from kernel import db, mail
from kernel.db import transaction
from kernel.errors import Conflict
from kernel.mail import Notice
from tests.together import at_once
from tests.vendors.conftest import APPROVER, NOW, REVIEWER, House
from tests.vendors.test_decisions import draft, issue, numbers
from vendors.errors import StepDocumented
from vendors.models import DecisionDocument, Vendor
from vendors.rules.decisions import KIND_OF_STEP, DecisionKind, DecisionState, steps_of_kind
from vendors.services.decisions import belonging, drafting, signing
from vendors.services.decisions.checking import Signed
from vendors.services.steps import Arrow, locked_vendor, move

ASKS = DecisionKind.INFORMATION_REQUEST


@pytest.fixture
def vendor_id(maker):
    """A dossier of which the office has just asked for more."""
    with maker() as session:
        house = House(session)
        vendor_id = house.under_review()
        house.decide(vendor_id, "request_information", by=REVIEWER, now=NOW + timedelta(hours=2))
    return vendor_id


def withdraw(maker, vendor_id, document_id):
    with maker() as session, transaction(session) as work:
        drafting.withdraw_decision(
            work,
            document_id,
            vendor_id=vendor_id,
            reason="Ghi sai tên gian hàng.",
            actor=APPROVER,
            now=NOW,
        )


def issued(maker):
    counts = DecisionDocument.state == DecisionState.NUMBERED
    with maker() as session:
        return session.scalar(sa.select(sa.func.count()).where(counts))


def test_every_step_that_asks_for_a_document_is_found_by_its_kind():
    assert {step for kind in DecisionKind for step in steps_of_kind(kind)} == set(KIND_OF_STEP)
    assert steps_of_kind(DecisionKind.INSPECTION) == []


def test_a_second_document_of_a_step_is_refused_by_the_name_of_the_first(maker, vendor_id):
    first, second = draft(maker, vendor_id, ASKS), draft(maker, vendor_id, ASKS)
    issue(maker, vendor_id, first)
    with pytest.raises(StepDocumented) as refusal:
        issue(maker, vendor_id, second)
    assert refusal.value.values["symbol"] == "01/TB-SCT"
    assert numbers(maker) == [1]


def test_a_withdrawn_document_makes_room_for_the_right_one(maker, vendor_id):
    first, second = draft(maker, vendor_id, ASKS), draft(maker, vendor_id, ASKS)
    issue(maker, vendor_id, first)
    withdraw(maker, vendor_id, first)
    issue(maker, vendor_id, second)
    assert numbers(maker) == [1, 2]


def test_the_next_step_of_the_same_kind_has_its_own(maker, vendor_id):
    issue(maker, vendor_id, draft(maker, vendor_id, ASKS))
    with maker() as session, transaction(session):
        vendor = locked_vendor(session, vendor_id)
        for hours, action in ((3, "submit"), (4, "take"), (5, "request_information")):
            arrow = Arrow(action, "Xin gửi lại giấy đăng ký.")
            move(session, vendor, arrow, actor=REVIEWER, now=NOW + timedelta(hours=hours))
    issue(maker, vendor_id, draft(maker, vendor_id, ASKS))
    assert numbers(maker) == [1, 2]


def test_a_draft_written_before_its_step_belongs_to_the_step_taken_since(maker):
    with maker() as session:
        house = House(session)
        vendor_id = house.under_review()
    early, late = (draft(maker, vendor_id, DecisionKind.REJECTION) for _ in range(2))
    with maker() as session:
        house.session = session
        house.decide(vendor_id, "reject", now=NOW + timedelta(hours=2))
    issue(maker, vendor_id, early)
    with pytest.raises(StepDocumented):
        issue(maker, vendor_id, late)


def race(maker, vendor_id, threads=6):
    drafts = [draft(maker, vendor_id, ASKS) for _ in range(threads)]
    return at_once(lambda number: issue(maker, vendor_id, drafts[number]), threads)


def test_of_officers_who_issue_for_one_step_at_once_one_wins(maker, vendor_id):
    results = race(maker, vendor_id)
    assert sorted(type(result).__name__ for result in results) == [
        "NoneType",
        *["StepDocumented"] * 5,
    ]
    assert (issued(maker), numbers(maker)) == (1, [1])


@pytest.fixture
def on_postgres(postgres_url):
    engine = db.open_engine(postgres_url)
    maker = db.session_factory(engine)
    with maker() as session:
        house = House(session)
        vendor_id = house.under_review()
        house.decide(vendor_id, "request_information", by=REVIEWER, now=NOW + timedelta(hours=2))
    yield engine, maker, vendor_id
    engine.dispose()


@pytest.mark.postgres
def test_without_the_lock_the_index_still_holds(on_postgres, monkeypatch):
    _engine, maker, vendor_id = on_postgres
    monkeypatch.setattr(belonging, "take_step", lambda *_: None)
    monkeypatch.setattr(drafting, "take_step", lambda *_: None)
    results = race(maker, vendor_id)
    assert {type(result) for result in results} == {type(None), IntegrityError}
    assert issued(maker) == 1


@pytest.mark.postgres
def test_without_lock_and_index_a_step_is_put_on_paper_twice(on_postgres, monkeypatch):
    """The negative control of the race above."""
    engine, maker, vendor_id = on_postgres
    with engine.begin() as connection:
        connection.execute(sa.text("DROP INDEX uq_decision_document_step"))
    monkeypatch.setattr(belonging, "_hold", lambda *_: None)
    race(maker, vendor_id, threads=12)
    assert issued(maker) > 1


def sign(maker, vendor_id, document_id):
    file = signing.File("private/decisions/x.pdf", "a" * 64)
    with maker() as session, transaction(session) as work:
        values = {"vendor_id": vendor_id, "actor": APPROVER, "now": NOW}
        signing.file_decision(work, document_id, pdf=file, docx=file, **values)
        found = Signed("Phạm Văn Hùng", datetime(2026, 11, 23, 2, 0, tzinfo=UTC), None)
        signing.sign_decision(
            work, document_id, issued_sha256=file.sha256, signed=(file, found), **values
        )


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_vendor_is_told_in_its_language_where_the_document_lies(maker, vendor_id, lang):
    with maker() as session, transaction(session):
        session.get_one(Vendor, vendor_id).lang = lang
    document_id = draft(maker, vendor_id, ASKS)
    issue(maker, vendor_id, document_id)
    sign(maker, vendor_id, document_id)
    with maker() as session:
        letter = session.scalars(
            sa.select(Notice).where(Notice.template == "vendors/decision_signed")
        ).one()
        code = session.get_one(DecisionDocument, document_id).lookup_code
    assert (letter.recipient, letter.lang) == ("htx@example.vn", lang)
    more = {"market": "Chợ Phiên", "public_url": "https://cho.example.vn"}
    subject, text = mail.render(letter.template, letter.lang, letter.values | more)
    assert "01/TB-SCT" in subject
    assert f"https://cho.example.vn/verify/{code}" in text
    assert f"https://cho.example.vn/apply/{vendor_id}/decisions" in text


def test_a_document_that_is_refused_tells_nobody(maker, vendor_id):
    document_id = draft(maker, vendor_id, ASKS)
    with pytest.raises(Conflict):
        sign(maker, vendor_id, document_id)
    with maker() as session:
        told = sa.select(sa.func.count()).where(Notice.template == "vendors/decision_signed")
        assert session.scalar(told) == 0
