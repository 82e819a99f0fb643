"""Orders taken over from tables stand exactly as if they had been placed and carried out."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bookings.models import Booking
from catalog.models import Review
from kernel.actor import Actor
from kernel.audit import verify
from kernel.claims import Bucket, Claim, ClaimState, Movement
from kernel.db import transaction
from kernel.errors import Invalid
from kernel.mail import Notice
from orders.models import Cart, CollectionPoint, OrderGroup
from orders.queries.groups import orders_of_buyer
from orders.rules import DeliveryMethod
from orders.services.importing import (
    STATES,
    LineRow,
    OrderRow,
    PointRow,
    ReviewRow,
    import_order,
    import_point,
    import_review,
)
from payments.models import Payment, Posting
from tests.orders.market import (
    FEE,
    KILO,
    LYCHEE_G,
    SEAT,
    THANH_HA,
    allocated,
    free,
    hear,
    open_market,
    orders,
    user,
)

OFFICE = Actor("01OFFICE", "Văn phòng", roles=frozenset({"operator"}))
DAY = timedelta(days=1)


@pytest.fixture
def market(maker, now):
    return open_market(maker, now - 30 * DAY)


def row(now, state, **changed):
    values = {
        "code": f"DH-{state[:8].upper()}",
        "contact_name": "Phạm Văn An",
        "contact_phone": "+84987654321",
        "method": "vietqr",
        "state": state,
        "placed_at": now - 10 * DAY,
        "changed_at": now - 5 * DAY,
        "commune": THANH_HA,
        "address": "Số 5",
        "lines": (LineRow("VAI-01", 2, size=1000), LineRow("MAT-01", 1)),
    }
    return OrderRow(**values | changed)


def take(maker, now, wanted):
    with maker() as session, transaction(session):
        return import_order(session, wanted, actor=OFFICE, now=now)


EXPECTED = {
    "awaiting_payment": ("placed", "pending", "unpaid", "active"),
    "placed": ("placed", "pending", "paid", "consumed"),
    "confirmed": ("confirmed", "pending", "paid", "consumed"),
    "packed": ("confirmed", "packed", "paid", "consumed"),
    "shipped": ("confirmed", "shipped", "paid", "consumed"),
    "ready": ("confirmed", "ready", "paid", "consumed"),
    "completed": ("completed", "delivered", "paid", "consumed"),
    "canceled": ("canceled", "canceled", "refund_due", "released"),
    "expired": ("expired", "canceled", "unpaid", "released"),
    "refund_due": ("canceled", "canceled", "refund_due", "released"),
    "refunded": ("canceled", "canceled", "refunded", "released"),
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_reached_with_claims_and_ledger_that_agree(maker, market, now, state):
    way = DeliveryMethod.COLLECTION if state == "ready" else DeliveryMethod.DELIVERY
    group_id = take(maker, now, row(now, state, delivery=way, point_code="CHO-TH"))
    hear(maker, now)
    order_state, goods, paid, claim = EXPECTED[state]
    found = orders(maker, group_id)
    assert {(o.state.value, o.fulfilment.value) for o in found} == {(order_state, goods)}
    assert [o.code for o in found] == [f"DH-{state[:8].upper()}-{n}" for n in (1, 2)]
    with maker() as session:
        assert session.get_one(OrderGroup, group_id).paid.value == paid
        states = session.scalars(
            sa.select(Claim.state).where(Claim.owner_key == f"group:{group_id}")
        ).all()
        assert set(states) == {ClaimState(claim)}
        money = session.scalar(sa.select(sa.func.sum(Posting.amount_vnd))) or 0
        moved = sa.select(sa.func.sum(Movement.d_allocated)).where(
            Movement.bucket_id == market.lychee_stock
        )
        bucket = session.get_one(Bucket, market.lychee_stock)
        assert (money, session.scalar(moved)) == (0, bucket.allocated)
        assert bucket.allocated == (2000 if claim == "consumed" else 0)
        assert session.scalars(sa.select(Notice)).all() == []
        assert session.scalars(sa.select(Cart)).all() == []
        assert verify(session) is None


@pytest.mark.parametrize("state", ["placed", "completed", "canceled"])
def test_cash_orders_are_taken_over_too(maker, market, now, state):
    take(maker, now, row(now, state, method="cod"))
    with maker() as session:
        paid = {row.state.value for row in session.scalars(sa.select(Payment))}
    assert paid == {{"placed": "pending", "completed": "captured"}.get(state, "canceled")}


def test_taking_an_order_over_again_keeps_it(maker, market, now):
    first = take(maker, now, row(now, "completed"))
    assert take(maker, now, row(now, "canceled", code="DH-COMPLETE")) == first
    assert free(maker, market.lychee_stock, now) == LYCHEE_G - 2000


def test_a_visit_that_was_made_has_its_guests_let_in(maker, market, now):
    # The departure of the market is five days after it opened.
    seat = LineRow("TRAI-01", 2, starts_at=now - 25 * DAY)
    wanted = row(
        now,
        "completed",
        lines=(seat,),
        delivery=DeliveryMethod.NONE,
        placed_at=now - 28 * DAY,
    )
    group_id = take(maker, now, wanted)
    hear(maker, now)
    assert [o.state.value for o in orders(maker, group_id)] == ["completed"]
    with maker() as session:
        assert session.scalar(sa.select(Booking.status)).value == "REDEEMED"
        assert session.get_one(OrderGroup, group_id).total_vnd == 2 * SEAT
    assert allocated(maker, market.seat_stock) == 2


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"state": "lost"}, "state"),
        ({"method": "cod", "state": "expired"}, "state"),
        ({"lines": ()}, "lines"),
        ({"changed_at": None, "placed_at": timedelta(days=1)}, "placed_at"),
        ({"lines": (LineRow("NICHTS", 1),)}, "listing_code"),
        ({"lines": (LineRow("VAI-01", 1, size=7),)}, "size"),
        ({"lines": (LineRow("TRAI-01", 1, starts_at=timedelta(days=-1)),)}, "starts_at"),
        ({"lines": (LineRow("TRAI-01", 1, starts_at=timedelta(days=9)),)}, "state"),
        ({"commune": "vn-2025:0"}, "commune"),
    ],
)
def test_a_bad_row_is_refused_by_its_column_and_changes_nothing(maker, market, now, changed, field):
    for name, value in changed.items():
        if isinstance(value, timedelta):
            changed = changed | {name: now + value}
    lines = changed.get("lines")
    if lines and isinstance(lines[0].starts_at, timedelta):
        moved = LineRow(lines[0].listing_code, 1, starts_at=now + lines[0].starts_at)
        changed = changed | {"lines": (moved,)}
    with pytest.raises(Invalid) as refusal:
        take(maker, now, row(now, **({"state": "completed"} | changed)))
    assert refusal.value.field == field
    with maker() as session:
        assert session.scalars(sa.select(OrderGroup)).all() == []
        assert session.scalars(sa.select(Cart)).all() == []


def test_an_order_of_an_account_stands_in_its_list(maker, market, now):
    lan = user(maker, now, "lan")
    take(maker, now, row(now, "completed", account="lan@example.vn"))
    with maker() as session:
        (mine,) = orders_of_buyer(session, lan).items
    assert mine.total_vnd == 2 * KILO + 180_000 + 2 * FEE


def test_points_are_made_and_brought_up_to_date(maker, market, now):
    point = PointRow("HD1", {"vi": "Chợ Phú Yên"}, THANH_HA, "Cổng phụ", {"vi": "7-19"})
    for address in ("Cổng phụ", "Cổng chính"):
        with maker() as session, transaction(session):
            wanted = PointRow(point.code, point.name, point.commune, address, point.hours)
            import_point(session, wanted, actor=OFFICE, now=now)
    with maker() as session:
        found = session.scalars(
            sa.select(CollectionPoint).where(CollectionPoint.code == "HD1")
        ).one()
    assert found.address == "Cổng chính"


def test_reviews_belong_to_lines_that_were_delivered(maker, market, now):
    take(maker, now, row(now, "completed"))
    take(maker, now, row(now, "shipped"))

    def say(code, listing):
        with maker() as session, transaction(session):
            said = ReviewRow(code, listing, 5, "Ngon lắm", now - DAY)
            import_review(session, said, actor=OFFICE, now=now)

    say("DH-COMPLETE", "VAI-01")
    say("DH-COMPLETE", "VAI-01")
    for code, listing in (("DH-SHIPPED", "VAI-01"), ("DH-COMPLETE", "TRAI-01"), ("X", "VAI-01")):
        with pytest.raises(Invalid):
            say(code, listing)
    with maker() as session:
        (review,) = session.scalars(sa.select(Review)).all()
    assert (review.author_name, review.created_at) == ("Phạm Văn An", now - DAY)
