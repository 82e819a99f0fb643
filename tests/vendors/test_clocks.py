"""Clocks that speak by themselves: renewals and lapses, reminders before, escalation after."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from accounts.services.people import create_user
from kernel import audit, mail
from kernel.db import transaction
from kernel.events import OutboxMessage
from kernel.mail import Notice
from kernel.workdays import NewWorkDay, enter_work_day
from tests.together import at_once
from tests.vendors.conftest import APPROVER, NOW, REVIEWER
from vendors import jobs, queries
from vendors.models import ClockReminder, Vendor
from vendors.rules import VendorState
from vendors.rules.clocks import crossed, order_reminder
from vendors.rules.orders import OrderKind
from vendors.services import applying, authority, once
from vendors.services.authority import NewOrder

S = VendorState
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OFFICE = "hotro@example.vn"
END = date(2029, 11, 23)
"""First day without the recognition of a vendor that was approved on 23 November 2026."""


def on(day):
    """Ten o'clock in Ha Noi of a day."""
    return NOW + (day - NOW.date())


def watch(house, now):
    _run(house, jobs.watch_recognitions, now)


def _run(house, job, now):
    with transaction(house.session):
        return job(house.session, now)


def letters(house, template, since=NOW):
    rows = house.fresh().scalars(
        sa.select(Notice)
        .where(Notice.template == f"vendors/{template}", Notice.created_at >= since)
        .order_by(Notice.created_at, Notice.recipient)
    )
    return list(rows)


def office(house, now):
    return _run(house, jobs.remind_office_at(lambda: OFFICE), now)


@pytest.mark.parametrize(
    ("left", "mark"),
    [(31, None), (30, 30), (29, 30), (15, 30), (14, 14), (8, 14), (7, 7), (2, 7), (1, 1), (0, 1)],
)
def test_the_latest_mark_that_was_reached(left, mark):
    assert crossed(left, [30, 14, 7, 1]) == mark


@pytest.mark.parametrize(
    ("hours", "kind"),
    [(0, ""), (11, ""), (12, "order_half"), (23, "order_half"), (24, "order_late")],
)
def test_an_order_is_reminded_of_at_half_of_its_time(hours, kind):
    assert order_reminder(NOW, NOW + 24 * HOUR, NOW + hours * HOUR) == kind


def test_a_recognition_is_called_for_renewal_and_ends_on_its_day(house):
    vendor_id = house.approved()
    watch(house, on(END - 61 * DAY))
    assert house.state(vendor_id) is S.APPROVED
    watch(house, on(END - 60 * DAY))
    assert house.state(vendor_id) is S.RENEWAL_DUE
    watch(house, on(END - DAY))
    assert house.state(vendor_id) is S.RENEWAL_DUE
    watch(house, on(END))
    assert house.state(vendor_id) is S.LAPSED
    steps = queries.dossier(house.session, vendor_id).steps
    assert [(step.action, step.actor_name) for step in steps[:2]] == [
        ("lapse", "house"),
        ("call_renewal", "house"),
    ]
    kinds = house.session.scalars(sa.select(OutboxMessage.kind)).all()
    assert kinds.count("VendorLapsed") == kinds.count("VendorRenewalCalled") == 1
    assert audit.verify(house.session) is None


def test_a_worker_that_was_away_makes_up_for_it_in_one_run(house):
    vendor_id = house.approved()
    watch(house, on(END + 3 * DAY))
    assert house.state(vendor_id) is S.LAPSED


def test_a_renewed_recognition_holds_for_another_term(house):
    vendor_id = house.approved()
    watch(house, on(END - 20 * DAY))
    house.decide(vendor_id, "renew", reason="", now=on(END - 10 * DAY))
    watch(house, on(END))
    assert house.state(vendor_id) is S.APPROVED
    assert queries.dossier(house.session, vendor_id).valid_until == date(2032, 11, 13)


def test_a_lapsed_vendor_hands_in_again_and_is_approved_anew(house):
    vendor_id = house.approved()
    watch(house, on(END))
    house.run(applying.submit_application, vendor_id, actor=house.owner, now=on(END + DAY))
    house.decide(vendor_id, "take", by=REVIEWER, now=on(END + DAY))
    house.decide(vendor_id, "approve", now=on(END + 2 * DAY))
    assert queries.dossier(house.fresh(), vendor_id).valid_until == date(2032, 11, 25)


def test_what_is_suspended_or_without_an_end_is_left_alone(house):
    suspended = house.approved()
    house.decide(suspended, "suspend")
    watch(house, on(END + DAY))
    assert house.state(suspended) is S.SUSPENDED


def test_the_vendor_is_told_at_30_14_7_and_1_days_each_once(house):
    house.approved()
    for left in range(61, 0, -1):
        for _ in range(2):
            watch(house, on(END - left * DAY))
    told = [(END - letter.created_at.date()).days for letter in letters(house, "renewal_soon")]
    assert told == [30, 14, 7, 1]
    assert letters(house, "renewal_soon")[0].values["day"] == "22/11/2029"


def test_of_days_that_were_missed_one_is_made_up_for(house):
    house.approved()
    for left in (60, 12, 11):
        watch(house, on(END - left * DAY))
    assert [letter.created_at for letter in letters(house, "renewal_soon")] == [on(END - 12 * DAY)]


def officer(house, email, role, lang="vi"):
    with transaction(house.session):
        return create_user(
            house.session,
            name="Cán bộ",
            contact=email,
            password="mot-mat-khau-dai-9",
            lang=lang,
            now=NOW,
            roles=[role],
        )


def test_the_officer_in_charge_is_told_two_working_days_before_and_the_office_after(house):
    chief = officer(house, "truong@example.vn", "approver", "en")
    assert chief
    reviewer_id = officer(house, "lan@example.vn", "reviewer")
    vendor_id = house.under_review()
    with transaction(house.session):
        house.session.get_one(Vendor, vendor_id).reviewer_id = reviewer_id
    due = queries.dossier(house.session, vendor_id).due_on
    # The 24th of November is a public holiday.
    assert due == date(2026, 12, 1)
    for before in (5, 4, 1, 0):
        office(house, on(due - before * DAY))
    (soon,) = letters(house, "answers_due")
    assert (soon.recipient, soon.created_at.date()) == ("lan@example.vn", date(2026, 11, 27))
    assert letters(house, "answers_late") == []
    for _ in range(2):
        office(house, on(date(2026, 12, 2)))
    late = letters(house, "answers_late")
    assert [(one.recipient, one.lang) for one in late] == [
        ("hotro@example.vn", "vi"),
        ("truong@example.vn", "en"),
    ]
    assert late[0].values["lines"][0]["path"] == f"/office/vendors/{vendor_id}"


def test_a_day_off_moves_the_reminder(house):
    vendor_id = house.submitted()
    assert vendor_id
    with transaction(house.session):
        off = NewWorkDay(date(2026, 11, 30), works=False, why="Nghỉ bù", legal_ref="TB 1")
        enter_work_day(house.session, off, today=NOW.date(), now=NOW, entered_by=None)
    office(house, on(date(2026, 11, 26)))
    (soon,) = letters(house, "answers_due")
    assert soon.recipient == OFFICE


def order(house, received=NOW):
    return house.run(
        authority.register_order,
        NewOrder(
            OrderKind.INFORM, "9/CV", "Công an", "Cung cấp thông tin người bán.", "", received
        ),
        actor=REVIEWER,
    )


def test_an_order_is_reminded_of_at_half_time_and_escalated_when_late(house):
    officer(house, "truong@example.vn", "approver")
    order_id = order(house)
    for hours in (1, 11, 12, 13, 23, 24, 25, 40):
        office(house, NOW + hours * HOUR)
    (half,) = letters(house, "order_half")
    assert (half.recipient, half.created_at) == (OFFICE, NOW + 12 * HOUR)
    assert [one.recipient for one in letters(house, "order_late")] == [OFFICE, "truong@example.vn"]
    assert letters(house, "order_late")[0].values["lines"][0]["path"].endswith(order_id)


def test_what_is_done_is_not_reminded_of(house):
    order_id = order(house)
    house.run(authority.carry_out_order, order_id, how="Đã gửi công văn trả lời.", actor=APPROVER)
    assert office(house, NOW + 30 * HOUR) == 0


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("name", ["answers_due", "answers_late", "order_half", "order_late"])
def test_letters_to_the_office_name_what_waits_and_its_page(lang, name):
    lines = [{"name": f"HTX {n}", "due": "30/11/2026", "path": f"/office/x/{n}"} for n in range(2)]
    values = {"market": "Chợ Phiên", "public_url": "https://cho.vn", "lines": lines, "count": 5}
    subject, text = mail.render(f"vendors/{name}", lang, values)
    assert subject.startswith("Chợ Phiên: ")
    assert all(part in text for part in ("HTX 1", "30/11/2026", "https://cho.vn/office/x/1", "3"))


def both_at_once(house, maker):
    order(house)
    house.session.close()

    def run(_number):
        with maker() as session, transaction(session):
            return jobs.remind_office_at(lambda: OFFICE)(session, NOW + 13 * HOUR)

    return at_once(run, 4)


def test_of_two_workers_at_once_one_reminds(house, maker):
    assert sorted(both_at_once(house, maker)) == [0, 0, 0, 1]
    assert len(letters(house, "order_half")) == 1


def test_without_the_key_each_worker_reminds(house, maker, monkeypatch):
    """The negative control: looking before writing is not enough."""
    if maker.kw["bind"].dialect.name == "sqlite":
        pytest.skip("SQLite lets one transaction write at a time")

    def looking(session, subject_id, *, kind, due, now):
        import time

        known = session.get(ClockReminder, (subject_id, kind, due))
        time.sleep(0.2)
        return known is None

    monkeypatch.setattr("vendors.services.reminding.first_time", looking)
    assert sorted(both_at_once(house, maker)) == [1, 1, 1, 1]


def test_two_workers_lapse_a_vendor_once(house, maker):
    vendor_id = house.approved()
    house.session.close()

    def run(_number):
        with maker() as session, transaction(session):
            return jobs.watch_recognitions(session, on(END))

    at_once(run, 3)
    assert house.state(vendor_id) is S.LAPSED
    actions = [step.action for step in queries.dossier(house.session, vendor_id).steps]
    assert (actions.count("lapse"), actions.count("call_renewal")) == (1, 1)


def test_a_reminder_is_noted_once(session):
    with transaction(session):
        assert once.first_time(session, "01X", kind="k", due="d", now=NOW)
        assert not once.first_time(session, "01X", kind="k", due="d", now=NOW)
        assert once.first_time(session, "01X", kind="k", due="e", now=NOW)
