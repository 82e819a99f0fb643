"""Money is asked for once, taken once, and booked in legs that sum to zero."""

import itertools
import re

import pytest
from sqlalchemy import func, select

from kernel import audit
from kernel.actor import GUEST
from kernel.audit import AuditEntry
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from payments import queries, rules
from payments.errors import AlreadyPaid, TooMuchForCash
from payments.models import Payment, Posting
from payments.rules import ARROWS, Leg, Method, PaymentState
from payments.services.collect import cancel_payment
from payments.services.ledger import post_legs
from payments.services.settle import confirm_transfer, fail_payment, note_mismatch, settle_payment
from payments.vietqr import Payee, decode
from tests.payments.money import FINANCE, asked, at_once, legs, row, told

ME = Payee("970436", "0123456789", "CHO PHIEN")
S = PaymentState


@pytest.fixture
def settle(maker, now):
    def _settle(payment_id, source="desk"):
        with maker() as session, transaction(session):
            return settle_payment(session, payment_id, source=source, now=now)

    return _settle


def cancel(maker, payment_id, now):
    with maker() as session, transaction(session):
        return cancel_payment(session, payment_id, now=now)


def confirm(maker, payment_id, now, bank_ref="FT26327001", actor=FINANCE):
    with maker() as session, transaction(session):
        return confirm_transfer(session, payment_id, bank_ref=bank_ref, actor=actor, now=now)


def test_only_the_listed_arrows_pass():
    actions = {action for _, action in ARROWS}
    for state, action in itertools.product(PaymentState, actions):
        if (state, action) in ARROWS:
            assert rules.after(state, action) is ARROWS[state, action]
        else:
            with pytest.raises(Conflict):
                rules.after(state, action)
    assert {state for state, action in ARROWS if action == "settle"} == {
        S.CREATED,
        S.PENDING,
        S.FAILED,
        S.CANCELED,
    }


@pytest.mark.parametrize(
    ("method", "state", "has_memo"),
    [
        (Method.COD, S.PENDING, False),
        (Method.VIETQR, S.PENDING, True),
        (Method.CARD, S.CREATED, False),
    ],
)
def test_money_is_asked_for_in_three_ways(maker, now, method, state, has_memo):
    payment = row(maker, asked(maker, now, method))
    assert (payment.state, payment.amount_vnd, payment.method) == (state, 285_000, method)
    assert bool(payment.memo and re.fullmatch("CP[0-9A-HJKMNP-TV-Z]{8}", payment.memo)) is has_memo
    assert (payment.memo is None) is not has_memo


def test_asking_again_returns_the_open_payment(maker, now):
    first = asked(maker, now)
    assert asked(maker, now) == first
    with maker() as session:
        assert session.scalar(select(func.count()).select_from(Payment)) == 1


@pytest.mark.parametrize("change", [{"method": Method.CARD}, {"amount_vnd": 1}])
def test_another_way_or_amount_takes_the_place_of_the_first(maker, now, change):
    first = asked(maker, now)
    second = asked(maker, now, **change)
    assert first != second
    assert row(maker, first).state is S.CANCELED
    assert row(maker, second).state in rules.OPEN


def test_what_is_paid_is_not_asked_for_again(maker, now, settle):
    settle(asked(maker, now))
    with pytest.raises(AlreadyPaid):
        asked(maker, now, Method.COD)
    with maker() as session:
        assert session.scalar(select(func.count()).select_from(Payment)) == 1


def test_nothing_is_not_asked_for(maker, now):
    with pytest.raises(Invalid):
        asked(maker, now, amount_vnd=0)
    with maker() as session:
        assert session.scalar(select(func.count()).select_from(Payment)) == 0


def test_cash_on_delivery_ends_at_the_limit_of_the_rules_table(maker, now):
    payment_id = asked(maker, now, Method.COD, amount_vnd=5_000_000)
    with pytest.raises(TooMuchForCash) as refusal:
        asked(maker, now, Method.COD, amount_vnd=5_000_001)
    assert refusal.value.values == {"most": "5.000.000\u00a0₫"}
    assert row(maker, payment_id).state is S.PENDING


def test_a_double_press_opens_one_payment(maker, now):
    asked(maker, now, reference="group:0")
    opened = at_once(*[lambda: asked(maker, now)] * 6)
    assert len(set(opened)) == 1
    with maker() as session:
        found = session.scalars(select(Payment.state).where(Payment.reference == "group:1")).all()
    assert found == [S.PENDING]


def test_two_ways_at_once_leave_one_open(maker, now):
    asked(maker, now, reference="group:0")
    at_once(*[lambda m=m: asked(maker, now, m) for m in (Method.COD, Method.VIETQR, Method.CARD)])
    with maker() as session:
        found = session.scalars(select(Payment.state).where(Payment.reference == "group:1")).all()
    assert sum(state in rules.OPEN for state in found) == 1


@pytest.mark.parametrize(
    ("method", "account"),
    [
        (Method.COD, "cash:cod"),
        (Method.VIETQR, "bank:vietqr"),
        (Method.CARD, "provider:stripe"),
    ],
)
def test_money_is_booked_once_with_legs_that_sum_to_zero(maker, now, settle, method, account):
    payment_id = asked(maker, now, method)
    assert settle(payment_id) is True
    assert settle(payment_id) is False
    txn = f"settle:{payment_id}"
    assert legs(maker) == [
        *sorted([(txn, account, 285_000), (txn, "buyer-clearing", -285_000)]),
    ]
    assert told(maker) == [
        (
            "PaymentSettled",
            {
                "reference": "group:1",
                "payment_id": payment_id,
                "amount_vnd": 285_000,
                "method": method.value,
            },
        )
    ]
    payment = row(maker, payment_id)
    assert (payment.state, payment.settled_at) == (S.CAPTURED, now)


def test_late_money_is_taken(maker, now, settle):
    first = asked(maker, now)
    cancel(maker, first, now)
    assert settle(first) is True
    assert row(maker, first).state is S.CAPTURED
    failed = asked(maker, now, reference="group:2")
    with maker() as session, transaction(session):
        fail_payment(session, failed, source="webhook", now=now)
    assert settle(failed) is True
    assert [kind for kind, _ in told(maker)] == [
        "PaymentSettled",
        "PaymentFailed",
        "PaymentSettled",
    ]
    with maker() as session:
        late = session.scalars(
            select(AuditEntry.detail).where(AuditEntry.action == "payment.settled")
        ).all()
    assert [detail["late"] for detail in late] == [True, True]


def test_settling_many_times_at_once_books_once(maker, now, settle):
    payment_id = asked(maker, now, Method.COD)
    done = at_once(*[lambda: settle(payment_id, "cod")] * 8)
    assert sorted(map(bool, done)) == [False] * 7 + [True]
    assert not any(isinstance(result, Exception) for result in done)
    assert len(legs(maker)) == 2
    assert len(told(maker)) == 1


def test_the_database_refuses_a_second_booking_without_the_lock(maker, now, settle):
    """The negative control: with the state forgotten, the unique legs still hold."""
    payment_id = asked(maker, now)
    settle(payment_id)
    with maker() as session, pytest.raises(Exception, match=r"(?i)unique"), transaction(session):
        session.get_one(Payment, payment_id).state = S.PENDING
        settle_payment(session, payment_id, source="desk", now=now)
    assert len(legs(maker)) == 2
    assert row(maker, payment_id).state is S.CAPTURED


def test_waiting_ends_once_and_paid_money_cannot_be_cancelled(maker, now, settle):
    payment_id = asked(maker, now)
    assert cancel(maker, payment_id, now) is True
    assert cancel(maker, payment_id, now) is False
    with maker() as session, transaction(session):
        assert fail_payment(session, payment_id, source="webhook", now=now) is False
    settle(payment_id)
    with pytest.raises(AlreadyPaid):
        cancel(maker, payment_id, now)
    assert row(maker, payment_id).state is S.CAPTURED


@pytest.mark.parametrize(
    "act",
    [
        lambda session, now: settle_payment(session, "nobody", source="desk", now=now),
        lambda session, now: cancel_payment(session, "nobody", now=now),
        lambda session, now: fail_payment(session, "nobody", source="webhook", now=now),
        lambda session, now: confirm_transfer(
            session, "nobody", bank_ref="FT26327001", actor=FINANCE, now=now
        ),
    ],
)
def test_an_unknown_payment_is_not_found(session, now, act):
    with pytest.raises(NotFound), transaction(session):
        act(session, now)


@pytest.mark.parametrize(
    "wrong",
    [
        [Leg("a", 1), Leg("b", -2)],
        [Leg("a", 1), Leg("a", -1)],
    ],
)
def test_legs_that_do_not_fit_are_not_written(maker, now, wrong):
    with maker() as session, pytest.raises(ValueError, match="txn"), transaction(session):
        post_legs(session, "txn", legs=wrong, now=now)
    assert legs(maker) == []


def test_a_transfer_is_confirmed_by_finance_with_the_banks_number(maker, now):
    payment_id = asked(maker, now)
    with pytest.raises(NotAllowed):
        confirm(maker, payment_id, now, actor=GUEST)
    with pytest.raises(Invalid) as refusal:
        confirm(maker, payment_id, now, bank_ref=" 1 ")
    assert refusal.value.field == "bank_ref"
    assert (legs(maker), told(maker)) == ([], [])
    assert confirm(maker, payment_id, now, bank_ref="ft 26327001") is True
    assert confirm(maker, payment_id, now) is False
    payment = row(maker, payment_id)
    assert (payment.bank_ref, payment.state) == ("FT26327001", S.CAPTURED)
    with maker() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "payment.settled")
        ).one()
        assert (entry.actor_id, entry.detail["source"]) == ("01FINANCE", "desk")
        assert audit.verify(session) is None


def test_one_transfer_pays_one_payment(maker, now):
    first, second = asked(maker, now), asked(maker, now, reference="group:2")
    confirm(maker, first, now)
    with pytest.raises(Invalid) as refusal:
        confirm(maker, second, now, bank_ref="ft26327001")
    assert refusal.value.field == "bank_ref"
    assert row(maker, second).state is S.PENDING
    assert len(legs(maker)) == 2


def test_cash_is_not_confirmed_as_a_transfer(maker, now):
    payment_id = asked(maker, now, Method.COD)
    with pytest.raises(Conflict):
        confirm(maker, payment_id, now)
    assert row(maker, payment_id).state is S.PENDING


def test_a_buyer_sees_the_paid_payment_then_the_open_one_then_the_last(maker, now, settle):
    first = asked(maker, now)
    second = asked(maker, now, Method.CARD)
    with maker() as session:
        assert queries.payment_of(session, "group:1").id == second
        assert queries.payment_of(session, "group:9") is None
        assert queries.payment(session, "nobody") is None
    settle(first)
    with maker() as session:
        shown = queries.payment_of(session, "group:1")
    assert (shown.id, shown.is_open, shown.settled_at) == (first, False, now)


def test_the_qr_code_says_what_is_to_be_paid_while_it_is_waited_for(maker, now, settle):
    payment_id = asked(maker, now)
    with maker() as session:
        shown = queries.payment_of(session, "group:1", payee=ME)
        assert queries.payment_of(session, "group:1").qr_text is None
    read = decode(shown.qr_text)
    assert (read.bank_bin, read.account) == ("970436", "0123456789")
    assert (read.amount_vnd, read.memo) == (285_000, shown.memo)
    settle(payment_id)
    with maker() as session:
        assert queries.payment_of(session, "group:1", payee=ME).qr_text is None


def test_finance_finds_transfers_by_memo_or_amount_however_written(maker, now, settle):
    one = asked(maker, now)
    two = asked(maker, now, amount_vnd=45_000, reference="group:2")
    asked(maker, now, Method.COD, reference="group:3")
    gone = asked(maker, now, amount_vnd=77_000, reference="group:4")
    cancel(maker, gone, now)
    memo = row(maker, one).memo

    def found(search="", **wishes):
        with maker() as session:
            page = queries.waiting_transfers(session, search=search, **wishes)
            return [item.id for item in page.items]

    assert found() == [one, two]
    assert found(f"MBVCB.32789.{memo.lower()}.CT tu 0123") == [one]
    assert found(memo[:6]) == [one]
    assert found("45.000 ₫") == found("45000") == [two]
    assert found("77.000") == [gone]
    assert found("!!") == []
    assert found(size=1) == [one]
    assert found(size=1, page=2) == [two]
    settle(one)
    assert found(memo) == []


def test_balances_sum_to_zero_and_the_journal_comes_in_pages(maker, now, settle):
    for number, method in enumerate(Method):
        settle(asked(maker, now, method, 10_000 * (number + 1), f"group:{number}"))
    with maker() as session:
        held = queries.balances(session)
        assert {b.account: b.amount_vnd for b in held} == {
            "buyer-clearing": -60_000,
            "cash:cod": 10_000,
            "bank:vietqr": 20_000,
            "provider:stripe": 30_000,
        }
        first = queries.journal(session, size=4)
        assert (len(first.items), first.has_next) == (4, True)
        assert len(queries.journal(session, size=4, page=2).items) == 2
        assert [e.amount_vnd for e in queries.journal(session, account="cash:cod").items] == [
            10_000
        ]
        assert session.scalar(select(func.sum(Posting.amount_vnd))) == 0


def test_what_does_not_fit_waits_for_a_person_until_it_is_settled(maker, now, settle):
    payment_id = asked(maker, now, Method.CARD)
    with maker() as session, transaction(session):
        note_mismatch(session, payment_id, problem="cs_1: 1 vnd", now=now)
        note_mismatch(session, "nobody", problem="cs_2", now=now)
    with maker() as session:
        assert [view.note for view in queries.to_look_at(session)] == ["cs_1: 1 vnd"]
    settle(payment_id)
    with maker() as session:
        assert queries.to_look_at(session) == []
