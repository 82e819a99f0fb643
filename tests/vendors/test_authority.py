"""The register of authorities' orders: numbered without a gap, on a clock, carried out from it."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from kernel import audit
from kernel.actor import GUEST, Actor
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.events import OutboxMessage
from tests.together import at_once
from tests.vendors.conftest import APPROVER, NOW, REVIEWER
from vendors import queries
from vendors.models import AuthorityOrder, VendorStep
from vendors.queries.authority import (
    authority_order,
    authority_orders,
    whole_authority_register,
)
from vendors.rules import VendorState
from vendors.rules.orders import OrderKind, OrderState, half_time, hours_left
from vendors.services import authority
from vendors.services.authority import NewOrder

HOUR = timedelta(hours=1)
TEXT = "Đình chỉ gian hàng bán thuốc bảo vệ thực vật cấm."


def new(kind=OrderKind.SUSPEND, subject="", received=NOW - HOUR, text=TEXT):
    return NewOrder(kind, "123/CV-QLTT", "Chi cục Quản lý thị trường", text, subject, received)


def enter(house, order, *, by=REVIEWER, now=NOW):
    return house.run(authority.register_order, order, actor=by, now=now)


def suspend_order(house, vendor_id):
    code = queries.dossier(house.session, vendor_id).code
    return enter(house, new(subject=code))


def carry_out(house, order_id, *, by=APPROVER, how="", now=NOW):
    house.run(authority.carry_out_order, order_id, how=how, actor=by, now=now)


def card(house, order_id):
    return authority_order(house.fresh(), order_id)


def test_the_clock_runs_for_24_hours_from_the_receipt(house):
    order = card(house, enter(house, new(OrderKind.INFORM)))
    assert order.due_at == NOW + 23 * HOUR
    assert (order.label, order.state, order.left(NOW)) == ("01/2026", OrderState.OPEN, 23)


@pytest.mark.parametrize(
    ("minutes", "hours"),
    [(61, 1), (60, 1), (59, 0), (1, 0), (0, 0), (-1, -1), (-60, -2), (-61, -2)],
)
def test_hours_left_are_whole_hours(minutes, hours):
    assert hours_left(NOW + timedelta(minutes=minutes), NOW) == hours


def test_half_of_the_time():
    assert half_time(NOW, NOW + 24 * HOUR) == NOW + 12 * HOUR


def test_numbers_start_anew_each_year_of_viet_nam(house):
    for _ in range(2):
        enter(house, new(OrderKind.INFORM))
    new_year = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    late = new_year - timedelta(minutes=1)
    for now in (late, new_year):
        enter(house, new(OrderKind.INFORM, received=late), now=now)
    assert [line.label for line in whole_authority_register(house.session)] == [
        "01/2026",
        "02/2026",
        "03/2026",
        "01/2027",
    ]
    assert [one.label for one in whole_authority_register(house.session, year=2027)] == ["01/2027"]


@pytest.mark.parametrize(
    ("order", "field"),
    [
        (new(received=NOW + HOUR), "received_on"),
        (new(received=NOW - timedelta(days=40)), "received_on"),
        (new(text="  gỡ  "), "text"),
        (new(subject="NOBODY"), "subject"),
        (new(subject=""), "subject"),
        (new(OrderKind.TAKE_DOWN), "subject"),
        (new(OrderKind.TAKE_DOWN, subject="X" * 25), "subject"),
    ],
)
def test_a_wrong_entry_takes_no_number(house, order, field):
    with pytest.raises(Invalid) as refusal:
        enter(house, order)
    assert refusal.value.field == field
    enter(house, new(OrderKind.INFORM))
    assert [line.number for line in whole_authority_register(house.session)] == [1]


def test_a_vendor_is_suspended_at_once_on_the_ground_of_the_document(house):
    vendor_id = house.approved()
    order_id = suspend_order(house, vendor_id)
    carry_out(house, order_id, now=NOW + 3 * HOUR)
    dossier = queries.dossier(house.fresh(), vendor_id)
    assert dossier.state is VendorState.SUSPENDED
    step = dossier.steps[0]
    assert (step.reason, step.ground) == (TEXT, "Chi cục Quản lý thị trường, 123/CV-QLTT")
    order = card(house, order_id)
    assert (order.state, order.done_at, order.done_by_name) == (
        OrderState.DONE,
        NOW + 3 * HOUR,
        APPROVER.name,
    )
    assert not order.was_late


def test_a_vendor_is_found_by_its_tax_code(house):
    vendor_id = house.approved()
    order_id = enter(house, new(subject="0800001115"))
    assert card(house, order_id).vendor_id == vendor_id


def test_what_cannot_be_suspended_stays_open(house):
    vendor_id = house.under_review()
    order_id = suspend_order(house, vendor_id)
    with pytest.raises(Conflict):
        carry_out(house, order_id)
    assert card(house, order_id).state is OrderState.OPEN
    why = "Gian hàng chưa được công nhận; đã trả lời bằng văn bản."
    house.run(authority.set_aside_order, order_id, why=why, actor=APPROVER)
    order = card(house, order_id)
    assert (order.state, order.outcome) == (OrderState.NOT_DONE, why)


def test_information_is_done_once_it_is_said_how(house):
    order_id = enter(house, new(OrderKind.INFORM))
    with pytest.raises(Invalid) as refusal:
        carry_out(house, order_id, by=REVIEWER, how="xong")
    assert refusal.value.field == "how"
    carry_out(house, order_id, by=REVIEWER, how="Gửi danh sách đơn hàng qua công văn.")
    assert card(house, order_id).state is OrderState.DONE


def test_a_listing_is_handed_to_the_shelves_and_reported_on(house):
    order_id = enter(house, new(OrderKind.TAKE_DOWN, subject=" vai-01 "))
    carry_out(house, order_id, by=REVIEWER)
    (event,) = house.session.scalars(
        sa.select(OutboxMessage.payload).where(OutboxMessage.kind == "AuthorityTakeDown")
    )
    assert event == {
        "order_id": order_id,
        "listing_code": "VAI-01",
        "reason": f"Chi cục Quản lý thị trường, 123/CV-QLTT: {TEXT}",
    }
    order = card(house, order_id)
    assert (order.state, order.done_at) == (OrderState.UNDER_WAY, None)
    later = NOW + timedelta(minutes=1)
    house.run(authority.report_take_down, order_id, outcome="taken_down", found=True, now=later)
    order = card(house, order_id)
    assert (order.state, order.done_at, order.done_by_name) == (
        OrderState.DONE,
        later,
        REVIEWER.name,
    )


def test_an_order_for_a_listing_that_nobody_has_waits_again(house):
    order_id = enter(house, new(OrderKind.TAKE_DOWN, subject="NONE"))
    carry_out(house, order_id, by=REVIEWER)
    house.run(authority.report_take_down, order_id, outcome="no_listing", found=False)
    order = card(house, order_id)
    assert (order.state, order.outcome, order.done_at) == (OrderState.OPEN, "no_listing", None)


@pytest.mark.parametrize("actor", [GUEST, Actor("01F", "Tài vụ", frozenset({"finance"}))])
def test_only_officers_enter_orders(house, actor):
    with pytest.raises(NotAllowed):
        enter(house, new(OrderKind.INFORM), by=actor)


def test_a_suspension_takes_an_approver_of_another_house(house):
    vendor_id = house.approved()
    order_id = suspend_order(house, vendor_id)
    own = Actor("01B", "Bình", frozenset({"approver"}), {vendor_id: frozenset({"seller"})})
    for actor in (REVIEWER, own, GUEST):
        with pytest.raises(NotAllowed):
            carry_out(house, order_id, by=actor)
        with pytest.raises(NotAllowed):
            house.run(authority.set_aside_order, order_id, why=TEXT, actor=actor)
    assert house.state(vendor_id) is VendorState.APPROVED


def test_an_unknown_order_is_not_found(house):
    with pytest.raises(NotFound):
        carry_out(house, "01NOTHING")
    assert card(house, "01NOTHING") is None


def test_the_late_come_first_and_the_done_last(house):
    received = [NOW - 2 * HOUR, NOW - 30 * HOUR, NOW - 10 * HOUR, NOW - 5 * HOUR]
    ids = [enter(house, new(OrderKind.INFORM, received=moment)) for moment in received]
    carry_out(house, ids[2], by=REVIEWER, how="Đã gửi công văn trả lời.")
    page = authority_orders(house.fresh())
    assert [line.number for line in page.items] == [2, 4, 1, 3]
    assert page.items[0].left(NOW) == -7
    unfinished = authority_orders(house.session, unfinished=True, year=2026)
    assert [line.number for line in unfinished.items] == [2, 4, 1]


def test_every_step_is_in_the_trail(house):
    order_id = enter(house, new(OrderKind.INFORM))
    carry_out(house, order_id, by=REVIEWER, how="Đã gửi công văn trả lời.")
    entries = house.session.execute(
        sa.select(audit.AuditEntry.action, audit.AuditEntry.detail["number"].as_string()).where(
            audit.AuditEntry.subject_id == order_id
        )
    ).all()
    assert entries == [
        ("authority_order.registered", "1/2026"),
        ("authority_order.carried_out", "1/2026"),
    ]


def test_of_officers_who_carry_out_one_order_one_does_it(house, maker):
    vendor_id = house.approved()
    order_id = suspend_order(house, vendor_id)
    house.session.close()

    def do(number):
        officer = Actor(f"01O{number}", f"Cán bộ {number}", frozenset({"approver"}))
        with maker() as session, transaction(session):
            authority.carry_out_order(session, order_id, how="", actor=officer, now=NOW)
        return officer.name

    results = at_once(do, 4)
    (winner,) = [one for one in results if isinstance(one, str)]
    assert sum(isinstance(one, Conflict) for one in results) == 3
    assert card(house, order_id).done_by_name == winner
    steps = house.session.scalars(
        sa.select(VendorStep.actor_name).where(VendorStep.action == "suspend")
    ).all()
    assert steps == [winner]


def enter_at_once(house, maker):
    house.session.close()

    def do(number):
        with maker() as session, transaction(session):
            return authority.register_order(session, new(OrderKind.INFORM), actor=REVIEWER, now=NOW)

    return at_once(do, 8)


def test_numbers_have_no_gap_when_many_enter_at_once(house, maker):
    assert all(isinstance(one, str) for one in enter_at_once(house, maker))
    numbers = house.fresh().scalars(sa.select(AuthorityOrder.number)).all()
    assert sorted(numbers) == list(range(1, 9))


def test_without_the_lock_numbers_are_lost(house, maker, monkeypatch):
    """The negative control: read without the lock, two take the same number and one is refused."""
    if maker.kw["bind"].dialect.name == "sqlite":
        pytest.skip("SQLite lets one transaction write at a time")

    def unlocked(session, year):
        import time

        row = session.get_one(authority.AuthorityCounter, year)
        time.sleep(0.2)
        return row

    monkeypatch.setattr(authority, "lock_counter", unlocked)
    results = enter_at_once(house, maker)
    assert any(not isinstance(one, str) for one in results)
