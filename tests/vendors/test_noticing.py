"""Nobody is suspended or ended who was not told in time, and why."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from kernel import audit
from kernel.actor import Actor
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.mail import Notice
from tests.together import at_once
from tests.vendors.conftest import APPROVER, NOW, REVIEWER, WHY, owner_of
from vendors import queries
from vendors.errors import NoticeGiven, NoticeNeeded, NoticeRuns
from vendors.models import VendorNotice
from vendors.queries.noticing import notices_of, running_notices
from vendors.rules import VendorState
from vendors.rules.noticing import earliest_day, with_addition
from vendors.services import noticing, vetting
from vendors.services.steps import Arrow
from vendors.services.vetting import Decision

S = VendorState
SAID = "Chúng tôi đã in lại nhãn ngày 24/11."


def suspend(house, vendor_id, *, now, reason="", by=APPROVER):
    house.run(
        vetting.decide_dossier,
        vendor_id,
        decision=Decision("suspend", reason),
        actor=by,
        now=now,
    )


def only_notice(house, vendor_id):
    (card,) = notices_of(house.fresh(), vendor_id)
    return card


def letters(house):
    return house.fresh().scalars(sa.select(Notice.template).order_by(Notice.id)).all()


def test_five_whole_days_lie_between_notice_and_suspension():
    assert earliest_day(date(2026, 11, 23), 5) == date(2026, 11, 29)


def test_without_notice_nobody_is_suspended(house):
    vendor_id = house.approved()
    with pytest.raises(NoticeNeeded):
        suspend(house, vendor_id, now=NOW, reason=WHY)
    assert house.state(vendor_id) is S.APPROVED


@pytest.mark.parametrize("days", [0, 1, 5])
def test_while_the_notice_runs_nobody_is_suspended_and_the_day_is_named(house, days):
    vendor_id = house.approved()
    house.announce(vendor_id)
    with pytest.raises(NoticeRuns) as refusal:
        suspend(house, vendor_id, now=NOW + timedelta(days=days))
    assert refusal.value.values == {"day": "29/11/2026"}
    assert house.state(vendor_id) is S.APPROVED
    assert only_notice(house, vendor_id).is_open


def test_after_the_notice_the_suspension_stands_on_what_was_announced(house):
    vendor_id = house.approved()
    house.announce(vendor_id)
    suspend(house, vendor_id, now=NOW + timedelta(days=6))
    step = queries.dossier(house.fresh(), vendor_id).steps[0]
    assert (step.action, step.reason) == ("suspend", WHY)
    assert step.ground == "Luật Thương mại điện tử 122/2025/QH15 Điều 17"
    card = only_notice(house, vendor_id)
    assert (card.used_at, card.is_open) == (NOW + timedelta(days=6), False)


def test_the_officer_adds_to_the_announced_reason_and_cannot_swap_it():
    assert with_addition(WHY, "") == WHY
    assert with_addition(WHY, f" {WHY} ") == WHY
    assert with_addition(WHY, "Vẫn chưa sửa.") == f"{WHY}\nVẫn chưa sửa."


def test_a_used_notice_counts_once(house):
    vendor_id = house.approved()
    house.decide(vendor_id, "suspend")
    house.decide(vendor_id, "reinstate", reason="")
    with pytest.raises(NoticeNeeded):
        suspend(house, vendor_id, now=NOW + timedelta(days=30))


def test_who_is_ended_was_told_as_well(house):
    vendor_id = house.approved()
    house.decide(vendor_id, "suspend")
    with pytest.raises(NoticeNeeded):
        house.run(
            vetting.decide_dossier, vendor_id, decision=Decision("terminate", WHY), actor=APPROVER
        )
    house.decide(vendor_id, "terminate")
    assert house.state(vendor_id) is S.TERMINATED


def test_the_vendor_is_told_answers_and_the_answer_is_in_the_dossier(house):
    vendor_id = house.approved()
    notice_id = house.announce(vendor_id)
    assert letters(house)[-1] == "vendors/notice_given_suspend"
    for words in (SAID, "Xin kiểm tra lại giúp."):
        house.run(
            noticing.answer_notice, vendor_id, notice_id=notice_id, text=words, actor=house.owner
        )
    assert only_notice(house, vendor_id).answer == f"{SAID}\n\nXin kiểm tra lại giúp."
    assert [one.answered for one in running_notices(house.session)] == [True]


@pytest.mark.parametrize(
    ("actor", "refusal"),
    [
        (owner_of("01STRANGER"), NotFound),
        (Actor("01S", "An", frozenset(), {}), NotFound),
    ],
)
def test_strangers_do_not_answer(house, actor, refusal):
    vendor_id = house.approved()
    notice_id = house.announce(vendor_id)
    with pytest.raises(refusal):
        house.run(noticing.answer_notice, vendor_id, notice_id=notice_id, text=SAID, actor=actor)
    assert only_notice(house, vendor_id).answer == ""


def test_an_answer_is_a_sentence(house):
    vendor_id = house.approved()
    notice_id = house.announce(vendor_id)
    with pytest.raises(Invalid) as refusal:
        house.run(
            noticing.answer_notice, vendor_id, notice_id=notice_id, text="no", actor=house.owner
        )
    assert refusal.value.field == "answer"


def test_a_withdrawn_notice_lets_nobody_be_suspended(house):
    vendor_id = house.approved()
    notice_id = house.announce(vendor_id)
    house.run(noticing.withdraw_notice, vendor_id, notice_id=notice_id, actor=APPROVER)
    assert letters(house)[-1] == "vendors/notice_withdrawn"
    with pytest.raises(NoticeNeeded):
        suspend(house, vendor_id, now=NOW + timedelta(days=9))
    with pytest.raises(Conflict):
        house.run(noticing.withdraw_notice, vendor_id, notice_id=notice_id, actor=APPROVER)
    with pytest.raises(Conflict):
        house.run(
            noticing.answer_notice, vendor_id, notice_id=notice_id, text=SAID, actor=house.owner
        )


@pytest.mark.parametrize("service", [noticing.withdraw_notice, noticing.answer_notice])
def test_a_notice_of_another_vendor_is_not_found(house, service):
    vendor_id = house.approved()
    notice_id = house.announce(vendor_id)
    both = Actor("01B", "Bình", frozenset({"approver"}), {"01OTHER": frozenset({"owner"})})
    more = {"text": SAID} if service is noticing.answer_notice else {}
    with pytest.raises(NotFound):
        house.run(service, "01OTHER", notice_id=notice_id, actor=both, **more)


@pytest.mark.parametrize(
    ("actor", "action", "reason", "refusal"),
    [
        (REVIEWER, "suspend", WHY, NotAllowed),
        (APPROVER, "reject", WHY, NotAllowed),
        (APPROVER, "fly", WHY, NotAllowed),
        (APPROVER, "terminate", WHY, Conflict),
        (APPROVER, "suspend", "vì thế", Invalid),
    ],
)
def test_what_cannot_be_announced(house, actor, action, reason, refusal):
    vendor_id = house.approved()
    with pytest.raises(refusal):
        house.announce(vendor_id, action, by=actor, reason=reason)
    assert notices_of(house.fresh(), vendor_id) == []


def test_nobody_announces_to_their_own_vendor(house):
    vendor_id = house.approved()
    both = Actor("01B", "Bình", frozenset({"approver"}), {vendor_id: frozenset({"seller"})})
    with pytest.raises(NotAllowed):
        house.announce(vendor_id, by=both)


def test_each_step_of_a_notice_is_in_the_trail(house):
    vendor_id = house.approved()
    notice_id = house.announce(vendor_id)
    house.run(noticing.answer_notice, vendor_id, notice_id=notice_id, text=SAID, actor=house.owner)
    house.run(noticing.withdraw_notice, vendor_id, notice_id=notice_id, actor=APPROVER)
    noted = house.session.scalars(
        sa.select(audit.AuditEntry.action).where(audit.AuditEntry.action.startswith("notice."))
    ).all()
    assert noted == ["notice.given", "notice.answered", "notice.withdrawn"]
    assert audit.verify(house.session) is None


def test_of_officers_who_give_notice_at_once_one_is_first(house, maker):
    vendor_id = house.approved()
    house.session.close()

    def announce(number):
        officer = Actor(f"01O{number}", f"Cán bộ {number}", frozenset({"approver"}))
        with maker() as session, transaction(session):
            noticing.give_notice(
                session, vendor_id, announced=Arrow("suspend", WHY), actor=officer, now=NOW
            )
        return officer.name

    results = at_once(announce, 4)
    assert sorted(type(one).__name__ for one in results) == ["NoticeGiven"] * 3 + ["str"]
    assert only_notice(house, vendor_id).given_by_name in results


def test_the_table_itself_holds_one_open_notice(house):
    """The negative control: with the look before left out, the database still refuses."""
    vendor_id = house.approved()
    house.announce(vendor_id)
    twin = VendorNotice(
        vendor_id=vendor_id,
        action="suspend",
        reason=WHY,
        ground="",
        given_at=NOW,
        given_by_name="",
        earliest=NOW.date(),
    )
    with pytest.raises(sa.exc.IntegrityError), transaction(house.session):
        house.session.add(twin)


def test_a_second_notice_is_refused(house):
    vendor_id = house.approved()
    house.announce(vendor_id)
    with pytest.raises(NoticeGiven):
        house.announce(vendor_id)
