"""Money that comes in time, late, twice or never; and expiry against payment."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bookings.queries import bookings_of
from kernel.actor import Actor
from kernel.claims import SoldOut
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.events import OutboxMessage
from kernel.mail import Notice
from orders.errors import CannotCancel, MethodNotOffered, PayTimeOver
from orders.jobs import expire_unpaid, sweep_claims
from orders.models import OrderLine
from orders.queries.groups import Access, refunds_due
from orders.rules import DeliveryMethod, PaidState
from orders.services.fulfil import act_on_order, cancel_order
from orders.services.paying import mark_refunded, note_failure, retry_payment, take_money
from payments.models import Posting
from tests.orders.market import (
    FEE,
    HONEY,
    KILO,
    SEAT,
    allocated,
    fail,
    fill,
    free,
    group,
    live_claims,
    open_market,
    orders,
    pay,
    payment_state,
    place,
    race,
    seller,
)

TOTAL = 5 * HONEY + FEE
WAIT = timedelta(minutes=30)
FINANCE = Actor("01FINANCE", "Lan", roles=frozenset({"finance"}))


@pytest.fixture
def market(maker, now):
    return open_market(maker, now)


@pytest.fixture
def placed(maker, market, now):
    """An order of all the honey there is, to be paid by transfer."""
    return place(maker, now, fill(maker, now, (market.honey, 5)), TOTAL)


def expire(maker, now):
    with maker() as session, transaction(session):
        return expire_unpaid(session, now)


def states(maker, placed):
    return [(o.state.value, o.fulfilment.value) for o in orders(maker, placed.group_id)]


def told(maker):
    with maker() as session:
        return list(session.scalars(sa.select(Notice.template).order_by(Notice.id)))


def test_money_in_time_turns_the_hold_into_a_sale(maker, market, now, placed):
    pay(maker, now, placed.payment_id)
    whole = group(maker, placed.group_id)
    assert (whole.paid, whole.pay_until, whole.paid_by) == (
        PaidState.PAID,
        None,
        placed.payment_id,
    )
    assert (states(maker, placed), allocated(maker, market.honey_stock)) == (
        [("placed", "pending")],
        5,
    )
    assert told(maker) == ["orders/placed", "orders/vendor_new", "orders/paid"]


def test_hearing_of_the_same_money_again_changes_nothing(maker, market, now, placed):
    pay(maker, now, placed.payment_id)
    with maker() as session, transaction(session):
        take_money(
            session, placed.group_id, payment_id=placed.payment_id, amount_vnd=TOTAL, now=now
        )
    assert group(maker, placed.group_id).refund_vnd == 0
    assert allocated(maker, market.honey_stock) == 5


def test_a_visit_is_confirmed_by_its_payment(maker, market, now):
    buyer = fill(maker, now, (market.departure, 2), (market.kilo, 1))
    placed = place(maker, now, buyer, 2 * SEAT + KILO + FEE)
    pay(maker, now, placed.payment_id)
    assert dict(zip(("grower", "keeper"), sorted(states(maker, placed)), strict=True)) == {
        "grower": ("confirmed", "pending"),
        "keeper": ("placed", "pending"),
    }
    with maker() as session:
        line = session.scalars(
            sa.select(OrderLine).where(OrderLine.departure_id.is_not(None))
        ).one()
        assert bookings_of(session, [line.id])[line.id].status.value == "CONFIRMED"


def test_unpaid_in_time_everything_is_free_again_and_the_buyer_is_told(maker, market, now, placed):
    assert expire(maker, now + WAIT - timedelta(seconds=1)) == 0
    assert expire(maker, now + WAIT) == 1
    assert expire(maker, now + WAIT) == 0
    assert states(maker, placed) == [("expired", "canceled")]
    assert free(maker, market.honey_stock, now) == 5
    assert payment_state(maker, f"group:{placed.group_id}") == "canceled"
    assert told(maker)[-1] == "orders/expired"


def test_late_money_buys_it_again_while_it_is_free(maker, market, now, placed):
    expire(maker, now + WAIT)
    pay(maker, now + 2 * WAIT, placed.payment_id)
    assert states(maker, placed) == [("placed", "pending")]
    assert group(maker, placed.group_id).paid is PaidState.PAID
    assert allocated(maker, market.honey_stock) == 5


def test_late_money_for_seats_takes_the_booking_up_again(maker, market, now):
    buyer = fill(maker, now, (market.departure, 2))
    placed = place(maker, now, buyer, 2 * SEAT, delivery=DeliveryMethod.NONE)
    expire(maker, now + WAIT)
    pay(maker, now + WAIT, placed.payment_id)
    assert states(maker, placed) == [("confirmed", "pending")]
    with maker() as session:
        line = session.scalars(sa.select(OrderLine)).one()
        assert bookings_of(session, [line.id])[line.id].status.value == "CONFIRMED"


def test_late_money_for_a_visit_that_has_begun_is_owed_back(maker, market, now):
    buyer = fill(maker, now, (market.departure, 2))
    placed = place(maker, now, buyer, 2 * SEAT, delivery=DeliveryMethod.NONE)
    expire(maker, now + WAIT)
    pay(maker, now + timedelta(days=6), placed.payment_id)
    assert group(maker, placed.group_id).refund_vnd == 2 * SEAT
    assert allocated(maker, market.seat_stock) == 0


@pytest.mark.parametrize("swept", [True, False])
def test_late_money_for_what_was_resold_is_owed_back(maker, market, now, placed, swept):
    later = now + WAIT
    if swept:
        expire(maker, later)
    rival = place(maker, later, fill(maker, later, (market.honey, 1)), HONEY + FEE, method="cod")
    pay(maker, later, placed.payment_id)
    whole = group(maker, placed.group_id)
    assert (whole.paid, whole.refund_vnd) == (PaidState.REFUND_DUE, TOTAL)
    assert states(maker, placed) == [("expired", "canceled")]
    assert allocated(maker, market.honey_stock) == 1
    assert live_claims(maker, f"group:{rival.group_id}")[market.honey_stock][0] == "consumed"
    assert told(maker)[-1] == "orders/refund_due"
    with maker() as session:
        assert [row.refund_vnd for row in refunds_due(session).items] == [TOTAL]
        kinds = session.scalars(sa.select(OutboxMessage.kind)).all()
        assert session.scalar(sa.select(sa.func.sum(Posting.amount_vnd))) == 0
    assert kinds.count("RefundDue") == 1


def test_a_second_payment_is_owed_back(maker, market, now, placed):
    with maker() as session, transaction(session):
        second = retry_payment(session, placed.group_id, method="card", actor=Actor(), now=now)
    pay(maker, now, second)
    pay(maker, now, placed.payment_id)
    whole = group(maker, placed.group_id)
    assert (whole.paid, whole.refund_vnd) == (PaidState.REFUND_DUE, TOTAL)
    assert states(maker, placed) == [("placed", "pending")]


def test_only_finance_pays_back_and_says_how(maker, market, now, placed):
    expire(maker, now + WAIT)
    fill(maker, now + WAIT, (market.honey, 1))
    pay(maker, now + WAIT, placed.payment_id)
    for actor, note, refusal in ((Actor(), "FT1", NotAllowed), (FINANCE, "", Invalid)):
        with maker() as session, pytest.raises(refusal), transaction(session):
            mark_refunded(session, placed.group_id, note=note, actor=actor, now=now)
    with maker() as session, transaction(session):
        mark_refunded(session, placed.group_id, note="FT123", actor=FINANCE, now=now)
    whole = group(maker, placed.group_id)
    assert (whole.paid, whole.refund_vnd) == (PaidState.REFUNDED, 0)
    assert told(maker)[-1] == "orders/refunded"
    with maker() as session, pytest.raises(Conflict), transaction(session):
        mark_refunded(session, placed.group_id, note="FT123", actor=FINANCE, now=now)


def card_order(maker, market, now):
    return place(maker, now, fill(maker, now, (market.honey, 5)), TOTAL, method="card")


def start(maker, payment_id):
    """Let the provider's page be open, its outcome unknown."""
    with maker() as session, transaction(session):
        session.execute(
            sa.text("UPDATE payment SET state = 'pending' WHERE id = :id"), {"id": payment_id}
        )


def test_a_card_payment_whose_outcome_is_unknown_is_waited_for(maker, market, now):
    placed = card_order(maker, market, now)
    start(maker, placed.payment_id)
    assert expire(maker, now + timedelta(hours=2)) == 0
    assert free(maker, market.honey_stock, now + timedelta(hours=2)) == 0
    assert expire(maker, now + timedelta(hours=25)) == 1
    assert free(maker, market.honey_stock, now) == 5


def test_a_card_page_that_was_never_opened_is_not_waited_for(maker, market, now):
    card_order(maker, market, now)
    assert expire(maker, now + timedelta(hours=1)) == 1
    assert free(maker, market.honey_stock, now) == 5


def test_after_a_failed_card_the_buyer_may_try_again_in_time(maker, market, now):
    placed = card_order(maker, market, now)
    start(maker, placed.payment_id)
    fail(maker, now, placed.payment_id)
    assert live_claims(maker, f"group:{placed.group_id}")[market.honey_stock] == (
        "active",
        5,
        False,
    )
    assert told(maker)[-1] == "orders/payment_failed"
    with maker() as session, transaction(session):
        again = retry_payment(session, placed.group_id, method="vietqr", actor=Actor(), now=now)
    assert again != placed.payment_id
    assert group(maker, placed.group_id).payment_method == "vietqr"
    pay(maker, now, again)
    assert group(maker, placed.group_id).paid is PaidState.PAID


def test_a_card_that_fails_after_the_time_ends_the_order(maker, market, now):
    placed = card_order(maker, market, now)
    start(maker, placed.payment_id)
    fail(maker, now + timedelta(hours=1), placed.payment_id)
    assert states(maker, placed) == [("expired", "canceled")]
    assert free(maker, market.honey_stock, now) == 5


def test_the_failure_of_an_earlier_attempt_does_not_touch_the_new_one(maker, market, now):
    placed = card_order(maker, market, now)
    with maker() as session, transaction(session):
        retry_payment(session, placed.group_id, method="card", actor=Actor(), now=now)
        note_failure(session, placed.group_id, payment_id="01EARLIER", now=now)
    assert told(maker) == ["orders/placed"]
    assert live_claims(maker, f"group:{placed.group_id}")[market.honey_stock] == ("active", 5, True)


def test_what_is_not_waiting_cannot_be_paid_again(maker, market, now, placed):
    def retry(when, method="card"):
        with maker() as session, transaction(session):
            retry_payment(session, placed.group_id, method=method, actor=Actor(), now=when)

    with pytest.raises(MethodNotOffered):
        retry(now, "cod")
    with pytest.raises(PayTimeOver):
        retry(now + WAIT)
    pay(maker, now, placed.payment_id)
    with pytest.raises(PayTimeOver):
        retry(now)
    with maker() as session, pytest.raises(NotFound), transaction(session):
        retry_payment(session, "01NOTHING", method="card", actor=Actor(), now=now)


def test_a_retry_holds_everything_again_or_says_it_is_gone(maker, market, now, placed):
    with maker() as session, transaction(session):
        session.execute(
            sa.text("UPDATE claim SET expires_at = :at").bindparams(
                sa.bindparam("at", now, sa.DateTime(timezone=True))
            )
        )
    fill(maker, now, (market.honey, 1))
    with maker() as session, pytest.raises(SoldOut), transaction(session):
        retry_payment(session, placed.group_id, method="card", actor=Actor(), now=now)
    assert group(maker, placed.group_id).payment_method == "vietqr"


def test_a_buyer_gives_an_unpaid_order_up_as_a_whole(maker, market, now):
    buyer = fill(maker, now, (market.kilo, 1), (market.departure, 2))
    placed = place(maker, now, buyer, KILO + 2 * SEAT + FEE)
    access = Access(placed.code, placed.key)
    with maker() as session, transaction(session):
        cancel_order(session, access, order_code=f"{placed.code}-1", actor=Actor(), now=now)
    assert states(maker, placed) == [("canceled", "canceled")] * 2
    assert (free(maker, market.seat_stock, now), free(maker, market.lychee_stock, now)) == (
        4,
        10_000,
    )
    assert payment_state(maker, f"group:{placed.group_id}") == "canceled"
    pay(maker, now, placed.payment_id)
    assert group(maker, placed.group_id).refund_vnd == KILO + 2 * SEAT + FEE
    with maker() as session, pytest.raises(CannotCancel), transaction(session):
        cancel_order(session, access, order_code=f"{placed.code}-1", actor=Actor(), now=now)


def test_nobody_works_on_an_order_that_is_not_paid(maker, market, now, placed):
    (order,) = orders(maker, placed.group_id)
    with maker() as session, pytest.raises(Conflict), transaction(session):
        act_on_order(session, order.id, action="confirm", actor=seller(market.keeper), now=now)


@pytest.mark.parametrize("seed", range(3))
def test_expiry_payment_another_buyer_and_the_sweeper_have_one_winner(maker, market, now, seed):
    placed = place(maker, now, fill(maker, now, (market.honey, 5)), TOTAL)
    later = now + WAIT
    acts = [
        lambda: expire(maker, later),
        lambda: pay(maker, later, placed.payment_id),
        lambda: place(maker, later, fill(maker, later, (market.honey, 5)), TOTAL, method="cod"),
        lambda: sweep(maker, later),
    ]
    race(4, lambda number: acts[(number + seed) % 4]())
    pay(maker, later, placed.payment_id)
    whole = group(maker, placed.group_id)
    sold = live_claims(maker, f"group:{placed.group_id}").get(market.honey_stock)
    assert allocated(maker, market.honey_stock) == 5
    if sold == ("consumed", 5, False):
        assert (whole.paid, whole.refund_vnd) == (PaidState.PAID, 0)
        assert states(maker, placed) == [("placed", "pending")]
    else:
        assert (whole.paid, whole.refund_vnd) == (PaidState.REFUND_DUE, TOTAL)
        assert states(maker, placed) == [("expired", "canceled")]


def sweep(maker, now):
    with maker() as session, transaction(session):
        return sweep_claims(session, now)
