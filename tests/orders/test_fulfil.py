"""What vendors do with their own orders, who may cancel what, lots that are stopped, reviews."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bookings.models import Booking
from bookings.queries import bookings_of
from bookings.services import redeem
from catalog.models import Review
from kernel.actor import Actor
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.events import emit
from kernel.mail import Notice
from orders.errors import CannotCancel, LotStopped
from orders.models import OrderLine, OrderStep
from orders.queries.carts import Bearer
from orders.queries.groups import (
    Access,
    group_view,
    lines_with_review,
    orders_of_buyer,
    orders_of_vendor,
    vendor_order,
)
from orders.rules import DeliveryMethod, PaidState
from orders.services.fulfil import act_on_order, cancel_order
from orders.services.reviews import Opinion, write_review
from tests.orders.market import (
    FEE,
    HONEY,
    KILO,
    SEAT,
    allocated,
    fill,
    group,
    hear,
    live_claims,
    open_market,
    orders,
    pay,
    payment_state,
    place,
    seller,
    user,
)
from traceability.events import LotHeld, LotRecalled

TOTAL = KILO + HONEY + 2 * FEE


@pytest.fixture
def market(maker, now):
    return open_market(maker, now)


@pytest.fixture
def placed(maker, market, now):
    """Goods of two vendors, paid in cash."""
    buyer = fill(maker, now, (market.kilo, 1), (market.honey, 1))
    return place(maker, now, buyer, TOTAL, method="cod")


def act(maker, now, order, *actions, vendor=None, reason=""):
    for action in actions:
        with maker() as session, transaction(session):
            act_on_order(
                session,
                order.id,
                action=action,
                reason=reason,
                actor=seller(vendor or order.vendor_id),
                now=now,
            )


def states(maker, placed):
    return [(o.state.value, o.fulfilment.value) for o in orders(maker, placed.group_id)]


def told(maker):
    with maker() as session:
        return list(session.scalars(sa.select(Notice.template).order_by(Notice.id)))


def test_cash_comes_with_the_goods_and_completes_each_vendors_part(maker, market, now, placed):
    first, second = orders(maker, placed.group_id)
    act(maker, now, first, "confirm", "pack", "ship", "deliver")
    assert states(maker, placed) == [("completed", "delivered"), ("placed", "pending")]
    assert payment_state(maker, f"order:{first.id}") == "captured"
    assert payment_state(maker, f"order:{second.id}") == "pending"
    assert group(maker, placed.group_id).paid is PaidState.UNPAID
    act(maker, now, second, "confirm", "pack", "ship", "deliver")
    assert group(maker, placed.group_id).paid is PaidState.PAID
    hear(maker, now)
    assert group(maker, placed.group_id).refund_vnd == 0
    with maker() as session:
        done = session.scalars(
            sa.select(OrderStep.action).where(OrderStep.order_id == first.id).order_by(OrderStep.id)
        ).all()
    assert done == ["place", "confirm", "pack", "ship", "deliver"]
    assert told(maker).count("orders/shipped") == 2


def test_what_is_collected_is_made_ready_instead_of_shipped(maker, market, now):
    placed = place(
        maker,
        now,
        fill(maker, now, (market.kilo, 1)),
        KILO,
        method="cod",
        delivery=DeliveryMethod.COLLECTION,
        collection_point_id=market.point,
    )
    (order,) = orders(maker, placed.group_id)
    act(maker, now, order, "confirm", "pack")
    with pytest.raises(Conflict):
        act(maker, now, order, "ship")
    act(maker, now, order, "make_ready", "deliver")
    assert states(maker, placed) == [("completed", "delivered")]
    assert group(maker, placed.group_id).paid is PaidState.PAID


@pytest.mark.parametrize("action", ["pack", "ship", "make_ready", "deliver", "attend", "fly"])
def test_no_step_is_skipped(maker, market, now, placed, action):
    first, _ = orders(maker, placed.group_id)
    with pytest.raises(Conflict):
        act(maker, now, first, action)
    assert states(maker, placed)[0] == ("placed", "pending")


def test_a_vendor_works_on_its_own_orders_only(maker, market, now, placed):
    first, _ = orders(maker, placed.group_id)
    with pytest.raises(NotFound):
        act(maker, now, first, "confirm", vendor=market.keeper)
    recorder = Actor("01R", "Ba", memberships={market.grower: frozenset({"recorder"})})
    for order_id, actor, refusal in (
        (first.id, recorder, NotAllowed),
        ("01NOTHING", recorder, NotFound),
    ):
        with maker() as session, pytest.raises(refusal), transaction(session):
            act_on_order(session, order_id, action="confirm", actor=actor, now=now)
    with maker() as session:
        with pytest.raises(NotFound):
            vendor_order(session, first.id, vendor_id=market.keeper)
        view = vendor_order(session, first.id, vendor_id=market.grower)
        assert [order.row.id for order in view.orders] == [first.id]
        assert view.orders[0].actions == ("confirm", "cancel")
    assert states(maker, placed)[0] == ("placed", "pending")


def test_a_vendor_who_cancels_says_why_and_gives_back_its_own_part_only(maker, market, now, placed):
    first, _ = orders(maker, placed.group_id)
    act(maker, now, first, "confirm")
    with pytest.raises(Invalid):
        act(maker, now, first, "cancel")
    act(maker, now, first, "cancel", reason="Mưa đá")
    assert states(maker, placed) == [("canceled", "canceled"), ("placed", "pending")]
    assert live_claims(maker, f"group:{placed.group_id}") == {
        market.honey_stock: ("consumed", 1, False)
    }
    assert (allocated(maker, market.lychee_stock), allocated(maker, market.honey_stock)) == (0, 1)
    assert payment_state(maker, f"order:{first.id}") == "canceled"
    assert told(maker)[-1] == "orders/canceled"


def test_a_paid_part_that_is_cancelled_is_owed_back(maker, market, now):
    buyer = fill(maker, now, (market.kilo, 1), (market.honey, 1))
    placed = place(maker, now, buyer, TOTAL)
    pay(maker, now, placed.payment_id)
    first, second = orders(maker, placed.group_id)
    act(maker, now, first, "cancel", reason="Hết hàng")
    whole = group(maker, placed.group_id)
    assert (whole.paid, whole.refund_vnd) == (PaidState.REFUND_DUE, KILO + FEE)
    act(maker, now, second, "confirm", "pack", "ship", "deliver")
    assert states(maker, placed)[1] == ("completed", "delivered")
    assert group(maker, placed.group_id).refund_vnd == KILO + FEE


def cancel(maker, now, placed, number=1):
    with maker() as session, transaction(session):
        cancel_order(
            session,
            Access(placed.code, placed.key),
            order_code=f"{placed.code}-{number}",
            actor=Actor(),
            now=now,
        )


def test_a_buyer_cancels_until_the_vendor_has_confirmed(maker, market, now, placed):
    first, _ = orders(maker, placed.group_id)
    act(maker, now, first, "confirm")
    with pytest.raises(CannotCancel):
        cancel(maker, now, placed)
    cancel(maker, now, placed, 2)
    assert states(maker, placed) == [("confirmed", "pending"), ("canceled", "canceled")]
    assert told(maker)[-1] == "orders/vendor_canceled"
    act(maker, now, first, "pack", "ship", "deliver")
    assert group(maker, placed.group_id).paid is PaidState.PAID


def test_an_order_of_somebody_else_cannot_be_cancelled(maker, market, now, placed):
    for access, code in (
        (Access(placed.code, "wrong"), f"{placed.code}-1"),
        (Access(placed.code, placed.key), "OTHER-1"),
    ):
        with maker() as session, pytest.raises(NotFound), transaction(session):
            cancel_order(session, access, order_code=code, actor=Actor(), now=now)


def visit(maker, market, now):
    placed = place(
        maker,
        now,
        fill(maker, now, (market.departure, 2)),
        2 * SEAT,
        delivery=DeliveryMethod.NONE,
    )
    pay(maker, now, placed.payment_id)
    return placed


def test_a_paid_visit_can_be_cancelled_until_its_notice(maker, market, now):
    placed = visit(maker, market, now)
    with pytest.raises(CannotCancel):
        cancel(maker, now + timedelta(days=4), placed)
    cancel(maker, now + timedelta(days=4) - timedelta(minutes=1), placed)
    assert states(maker, placed) == [("canceled", "canceled")]
    assert group(maker, placed.group_id).refund_vnd == 2 * SEAT
    assert allocated(maker, market.seat_stock) == 0
    with maker() as session:
        assert session.scalar(sa.select(Booking.status)).value == "CANCELLED"


def test_the_order_of_a_visit_is_complete_when_its_guests_were_at_the_gate(maker, market, now):
    placed, day = visit(maker, market, now), now + timedelta(days=5)
    with maker() as session:
        line = session.scalars(sa.select(OrderLine)).one()
        code = bookings_of(session, [line.id])[line.id].code
    with maker() as session, transaction(session):
        redeem(session, vendor_id=market.keeper, code=code, actor=seller(market.keeper), now=day)
    hear(maker, day)
    assert states(maker, placed) == [("completed", "delivered")]


def test_a_vendor_may_also_say_that_the_guests_came(maker, market, now):
    placed = visit(maker, market, now)
    act(maker, now, orders(maker, placed.group_id)[0], "attend")
    assert states(maker, placed) == [("completed", "delivered")]


def stop(maker, now, market, event, state):
    with maker() as session, transaction(session):
        session.execute(sa.text("UPDATE lot SET state = :state"), {"state": state})
        emit(session, event(market.lot, market.grower), now=now)
    hear(maker, now)


def test_a_held_lot_warns_its_vendor_and_is_not_packed(maker, market, now, placed):
    first, _ = orders(maker, placed.group_id)
    act(maker, now, first, "confirm")
    stop(maker, now, market, LotHeld, "held")
    with pytest.raises(LotStopped, match="L2611-023"):
        act(maker, now, first, "pack")
    assert told(maker)[-1] == "orders/lot_stopped"
    with maker() as session:
        view = vendor_order(session, first.id, vendor_id=market.grower).orders[0]
    assert [step.action for step in view.steps][-1] == "lot_held"
    assert view.lines[0].lot_is_stopped


def test_a_recall_reaches_buyers_who_have_it_already(maker, market, now, placed):
    first, _ = orders(maker, placed.group_id)
    act(maker, now, first, "confirm", "pack", "ship", "deliver")
    before = len(told(maker))
    stop(maker, now, market, LotRecalled, "recalled")
    assert told(maker)[before:] == ["orders/recalled"]


def opinion(maker, now, placed, line_id, rating=5, key=None):
    with maker() as session, transaction(session):
        write_review(
            session,
            Access(placed.code, key or placed.key),
            line_id=line_id,
            opinion=Opinion(rating, "Ngon", "vi"),
            now=now,
        )


def test_what_was_delivered_can_be_reviewed_once_by_its_buyer(maker, market, now, placed):
    first, _ = orders(maker, placed.group_id)
    with maker() as session:
        line, other = session.scalars(sa.select(OrderLine.id).order_by(OrderLine.id)).all()
    with pytest.raises(Conflict):
        opinion(maker, now, placed, line)
    act(maker, now, first, "confirm", "pack", "ship", "deliver")
    opinion(maker, now, placed, line)
    for bad_line, key, refusal in (
        (line, None, Conflict),
        (other, None, Conflict),
        (line, "wrong", NotFound),
        ("01NOTHING", None, NotFound),
    ):
        with pytest.raises(refusal):
            opinion(maker, now, placed, bad_line, key=key)
    with maker() as session:
        assert session.scalars(sa.select(Review.line_ref)).all() == [line]
        view = group_view(session, Access(placed.code, placed.key))
        assert lines_with_review(session, view) == {line}


def test_lists_show_own_orders_newest_first(maker, market, now, placed):
    lan = user(maker, now, "lan")
    later = now + timedelta(minutes=1)
    buyer = fill(maker, later, (market.kilo, 2), bearer=Bearer(user_id=lan))
    mine = place(maker, later, buyer, 2 * KILO + FEE, Actor(lan, "lan"), method="cod")
    with maker() as session:
        rows = orders_of_buyer(session, lan).items
        assert [(row.code, row.total_vnd) for row in rows] == [(mine.code, 2 * KILO + FEE)]
        whole = orders_of_vendor(session, market.grower)
        assert [row.code for row in whole.items] == [f"{mine.code}-1", f"{placed.code}-1"]
        assert whole.items[0].titles[0][0] == 2
        page = orders_of_vendor(session, market.grower, size=1)
        assert (len(page.items), page.has_next) == (1, True)
        assert orders_of_vendor(session, market.grower, which="done").items == []
        assert len(orders_of_vendor(session, market.grower, which="new").items) == 2
        assert len(orders_of_vendor(session, market.keeper).items) == 1
