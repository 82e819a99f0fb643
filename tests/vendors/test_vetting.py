"""The office decides: who may, in which order, and once."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from kernel import audit, mail
from kernel.actor import GUEST, Actor
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.events import OutboxMessage
from kernel.mail import Notice
from tests.together import at_once
from tests.vendors.conftest import APPROVER, NOW, REVIEWER, WHERE, WHY
from vendors import queries
from vendors.errors import DossierMoved
from vendors.models import VendorStep
from vendors.rules import VendorState
from vendors.services import applying, vetting
from vendors.services.vetting import Decision

S = VendorState
WITH_REASON = {
    "request_information",
    "reject",
    "suspend",
    "terminate",
    "notice_given_suspend",
    "notice_given_terminate",
    "notice_answered",
    "certificate_withdrawn",
}


def state(house, vendor_id):
    house.session.expire_all()
    return queries.dossier(house.session, vendor_id).state


def test_a_reviewer_takes_a_dossier_and_is_named(house):
    vendor_id = house.under_review()
    dossier = queries.dossier(house.session, vendor_id)
    assert (dossier.state, dossier.reviewer_name) == (S.UNDER_REVIEW, "Trần Thị Lan")


def test_an_approved_vendor_may_sell_since_that_moment(house):
    vendor_id = house.approved()
    assert queries.public_vendor(house.session, "htx-duc-chinh").since == NOW + timedelta(hours=2)
    assert queries.open_vendor_ids(house.session, [vendor_id, "01NOBODY"]) == {vendor_id}


def test_the_vendor_answers_what_was_asked(house):
    vendor_id = house.under_review()
    house.decide(vendor_id, "request_information", by=REVIEWER)
    dossier = queries.dossier(house.session, vendor_id)
    assert (dossier.state, dossier.asked) == (S.INFORMATION_REQUESTED, WHY)
    later = NOW + timedelta(days=1)
    house.run(applying.save_where, vendor_id, where=WHERE, actor=house.owner, now=later)
    house.run(applying.submit_application, vendor_id, actor=house.owner, now=later)
    dossier = queries.dossier(house.session, vendor_id)
    assert (dossier.state, dossier.asked, dossier.submitted_at) == (S.SUBMITTED, "", later)


@pytest.mark.parametrize(
    ("action", "start", "end"),
    [
        ("reject", "under_review", S.REJECTED),
        ("suspend", "approved", S.SUSPENDED),
    ],
)
def test_a_hard_decision_keeps_its_reason(house, action, start, end):
    vendor_id = getattr(house, start)()
    house.decide(vendor_id, action, reason=f"  {WHY} ", now=NOW + timedelta(hours=5))
    dossier = queries.dossier(house.session, vendor_id)
    assert dossier.state is end
    assert (dossier.steps[0].action, dossier.steps[0].reason) == (action, WHY)
    assert queries.public_vendor(house.session, dossier.slug) is None


@pytest.mark.parametrize("action", ["request_information", "reject"])
def test_without_a_reason_nothing_is_decided(house, action):
    vendor_id = house.under_review()
    with pytest.raises(Invalid) as refusal:
        house.decide(vendor_id, action, reason="không")
    assert refusal.value.field == "reason"
    assert state(house, vendor_id) is S.UNDER_REVIEW


def test_a_suspended_vendor_is_reinstated_or_terminated(house):
    vendor_id = house.approved()
    house.decide(vendor_id, "suspend")
    house.decide(vendor_id, "reinstate", reason="")
    assert state(house, vendor_id) is S.APPROVED
    house.decide(vendor_id, "suspend")
    house.decide(vendor_id, "terminate")
    assert state(house, vendor_id) is S.TERMINATED
    with pytest.raises(Conflict):
        house.decide(vendor_id, "reinstate")


@pytest.mark.parametrize(
    ("actor", "action", "start"),
    [
        (REVIEWER, "approve", "under_review"),
        (REVIEWER, "reject", "under_review"),
        (REVIEWER, "suspend", "approved"),
        (GUEST, "take", "submitted"),
        (Actor("01F", "Tài vụ", frozenset({"finance", "statistics"})), "take", "submitted"),
        (APPROVER, "submit", "complete"),
        (APPROVER, "cancel", "complete"),
        (APPROVER, "fly", "submitted"),
    ],
)
def test_who_lacks_the_role_decides_nothing(house, actor, action, start):
    vendor_id = getattr(house, start)()
    before = state(house, vendor_id)
    with pytest.raises(NotAllowed):
        house.decide(vendor_id, action, by=actor)
    assert state(house, vendor_id) is before


def test_nobody_decides_about_their_own_vendor(house):
    vendor_id = house.submitted()
    both = Actor("01B", "Bình", frozenset({"approver"}), {vendor_id: frozenset({"seller"})})
    with pytest.raises(NotAllowed):
        house.decide(vendor_id, "take", by=both)
    assert state(house, vendor_id) is S.SUBMITTED


def test_an_unknown_dossier_is_not_found(house):
    with pytest.raises(NotFound):
        house.decide("01NOBODY", "take")


def test_a_decision_on_an_old_view_is_refused(house):
    vendor_id = house.under_review()
    seen = queries.dossier(house.session, vendor_id).version
    house.decide(vendor_id, "request_information", by=REVIEWER, seen=seen)
    house.run(applying.submit_application, vendor_id, actor=house.owner)
    house.decide(vendor_id, "take", by=REVIEWER)
    with pytest.raises(DossierMoved):
        house.decide(vendor_id, "approve", seen=seen)
    assert state(house, vendor_id) is S.UNDER_REVIEW


def test_every_arrow_leaves_its_traces(house):
    vendor_id = house.approved()
    house.decide(vendor_id, "suspend", now=NOW + timedelta(hours=3))
    house.decide(vendor_id, "reinstate", now=NOW + timedelta(hours=4))
    walked = ["submit", "take", "approve", "suspend", "reinstate"]
    steps = queries.dossier(house.session, vendor_id).steps
    assert [step.action for step in reversed(steps)] == walked
    kinds = house.session.scalars(
        sa.select(OutboxMessage.kind)
        .where(OutboxMessage.kind.startswith("Vendor"))
        .order_by(OutboxMessage.seq)
    ).all()
    assert kinds == [
        "VendorSubmitted",
        "VendorTaken",
        "VendorApproved",
        "VendorSuspended",
        "VendorReinstated",
    ]
    letters = house.session.scalars(sa.select(Notice).order_by(Notice.id)).all()
    told = [f"vendors/{one}" for one in walked]
    told.insert(3, "vendors/notice_given_suspend")
    assert [letter.template for letter in letters] == told
    noted = house.session.scalars(
        sa.select(audit.AuditEntry.action).order_by(audit.AuditEntry.seq)
    ).all()
    assert [one for one in noted if one.removeprefix("vendor.") in walked] == [
        f"vendor.{one}" for one in walked
    ]
    assert audit.verify(house.session) is None


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    "name",
    [
        "submit",
        "cancel",
        "take",
        "request_information",
        "approve",
        "reject",
        "suspend",
        "reinstate",
        "terminate",
        "notice_given_suspend",
        "notice_given_terminate",
        "notice_withdrawn",
        "notice_answered",
        "certificate_verified",
        "certificate_withdrawn",
        "member_added",
        "decision_signed",
    ],
)
def test_every_letter_has_a_subject_a_name_and_a_way_on(lang, name):
    values = {
        "market": "Chợ Phiên",
        "public_url": "https://cho.example.vn",
        "vendor_id": "01ABC",
        "name": "HTX Đức Chính",
        "reason": WHY,
        "number": "VG-01",
        "ground": "Điều 17",
        "day": "29/11/2026",
        "symbol": "05/QĐ-SCT",
        "subject": "Về việc công nhận",
        "code": "7K3M9QXW2B",
    }
    subject, text = mail.render(f"vendors/{name}", lang, values)
    assert subject.startswith("Chợ Phiên: ")
    assert "HTX Đức Chính" in text
    assert "https://cho.example.vn/" in text
    assert (WHY in text) == (name in WITH_REASON)


def test_of_officers_who_decide_at_once_one_wins(house, maker):
    vendor_id = house.under_review()
    house.judged(vendor_id)
    seen = queries.dossier(house.session, vendor_id).version
    house.session.close()
    actions = ["approve", "reject", "approve", "reject"]

    def decide(number):
        officer = Actor(f"01OFFICER{number}", f"Cán bộ {number}", frozenset({"approver"}))
        with maker() as session, transaction(session):
            vetting.decide_dossier(
                session,
                vendor_id,
                decision=Decision(actions[number], WHY, seen),
                actor=officer,
                now=NOW + timedelta(hours=2),
            )
        return actions[number]

    results = at_once(decide, 4)
    won = [one for one in results if isinstance(one, str)]
    lost = [one for one in results if not isinstance(one, str)]
    assert len(won) == 1
    assert {type(one) for one in lost} == {DossierMoved}
    expected = {"approve": S.APPROVED, "reject": S.REJECTED}[won[0]]
    assert state(house, vendor_id) is expected
    decided = house.session.scalars(
        sa.select(VendorStep.action).where(VendorStep.state.in_([S.APPROVED, S.REJECTED]))
    ).all()
    assert decided == won
    assert audit.verify(house.session) is None


def test_of_officers_who_take_at_once_one_wins(house, maker):
    vendor_id = house.submitted()
    house.session.close()

    def take(number):
        officer = Actor(f"01OFFICER{number}", f"Cán bộ {number}", frozenset({"reviewer"}))
        with maker() as session, transaction(session):
            vetting.decide_dossier(
                session, vendor_id, decision=Decision("take"), actor=officer, now=NOW
            )
        return officer.name

    results = at_once(take, 4)
    (winner,) = [one for one in results if isinstance(one, str)]
    assert sum(isinstance(one, Conflict) for one in results) == 3
    assert queries.dossier(house.session, vendor_id).reviewer_name == winner
