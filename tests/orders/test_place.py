"""Placing an order: everything at once or nothing, once however often the button is pressed."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from bookings.queries import bookings_of
from catalog.models import Listing
from catalog.rules import ListingState
from catalog.services.settling import settle
from kernel import claims, db
from kernel.actor import Actor
from kernel.audit import AuditEntry, verify
from kernel.claims import Bucket, Claim, ClaimState
from kernel.db import transaction
from kernel.errors import Conflict, Invalid
from kernel.events import OutboxMessage
from kernel.mail import Notice
from orders.errors import EmptyBasket, MethodNotOffered, NotEnoughLeft, NotForSale, PricesChanged
from orders.models import Order, OrderGroup, OrderLine, OrderStep
from orders.queries.carts import Bearer, access_key, digest
from orders.queries.groups import Access, group_view
from orders.rules import DeliveryMethod, PaidState
from orders.services.checkout import PlacedOrder, place_order
from tests.orders.market import (
    FEE,
    HONEY,
    KILO,
    PURCHASE,
    SEAT,
    TWO_KILOS,
    allocated,
    fill,
    free,
    group,
    lines,
    live_claims,
    open_market,
    orders,
    payment_state,
    place,
    race,
    user,
)
from vendors.models import Certificate
from vendors.rules import Scheme

GOODS = 2 * KILO + HONEY
TOTAL = GOODS + 2 * FEE


@pytest.fixture
def market(maker, now):
    return open_market(maker, now)


@pytest.fixture
def buyer(maker, market, now):
    return fill(maker, now, (market.kilo, 2), (market.honey, 1))


def count(maker, kind):
    with maker() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(kind))


def test_each_vendor_gets_an_order_with_what_was_shown(maker, market, now, buyer):
    placed = place(maker, now, buyer, TOTAL)
    whole = group(maker, placed.group_id)
    assert (whole.goods_vnd, whole.delivery_vnd, whole.total_vnd) == (GOODS, 2 * FEE, TOTAL)
    first, second = orders(maker, placed.group_id)
    assert (first.code, first.goods_vnd, first.delivery_vnd) == (f"{placed.code}-1", 90_000, FEE)
    assert (second.vendor_name, second.goods_vnd) == ("HTX keeper", HONEY)
    with maker() as session:
        line = session.scalars(sa.select(OrderLine).where(OrderLine.order_id == first.id)).one()
    assert (line.title["en"], line.label["vi"]) == ("Good VAI-01", "Túi 1 kg")
    assert (line.size, line.quantity, line.price_vnd, line.total_vnd) == (1000, 2, KILO, 90_000)
    assert (line.lot_id, line.harvested_on.isoformat()) == (market.lot, "2026-11-20")


def test_the_basket_is_empty_afterwards_and_its_holds_are_the_groups(maker, market, now, buyer):
    placed = place(maker, now, buyer, TOTAL)
    assert lines(maker, buyer) == []
    assert live_claims(maker, f"group:{placed.group_id}") == {
        market.lychee_stock: ("active", 2000, False),
        market.honey_stock: ("active", 1, False),
    }
    assert (free(maker, market.lychee_stock, now), allocated(maker, market.lychee_stock)) == (
        8000,
        0,
    )
    assert group(maker, placed.group_id).pay_until == now + timedelta(minutes=30)
    assert payment_state(maker, f"group:{placed.group_id}") == "pending"


def test_cash_is_a_sale_at_once_and_collected_by_each_vendor(maker, market, now, buyer):
    placed = place(maker, now, buyer, TOTAL, method="cod")
    assert placed.payment_id is None
    assert live_claims(maker, f"group:{placed.group_id}") == {
        market.lychee_stock: ("consumed", 2000, False),
        market.honey_stock: ("consumed", 1, False),
    }
    assert group(maker, placed.group_id).pay_until is None
    first, second = orders(maker, placed.group_id)
    assert payment_state(maker, f"order:{first.id}") == "pending"
    assert payment_state(maker, f"order:{second.id}") == "pending"


def test_a_card_hold_outlives_its_time_until_the_provider_has_answered(maker, market, now, buyer):
    placed = place(maker, now, buyer, TOTAL, method="card")
    held = live_claims(maker, f"group:{placed.group_id}")
    assert held[market.lychee_stock] == ("active", 2000, True)
    assert free(maker, market.lychee_stock, now + timedelta(days=1)) == 8000


def test_seats_become_a_booking_on_hold(maker, market, now):
    buyer = fill(maker, now, (market.departure, 3))
    placed = place(maker, now, buyer, 3 * SEAT, delivery=DeliveryMethod.NONE)
    with maker() as session:
        line = session.scalars(sa.select(OrderLine)).one()
        booking = bookings_of(session, [line.id])[line.id]
    assert (booking.seats, booking.status.value, len(booking.code)) == (3, "ON_HOLD", 8)
    assert free(maker, market.seat_stock, now) == 1
    assert group(maker, placed.group_id).delivery_vnd == 0


def test_buyer_vendors_audit_and_house_are_told_in_the_same_transaction(maker, market, now, buyer):
    placed = place(maker, now, buyer, TOTAL, method="cod")
    with maker() as session:
        notices = session.scalars(sa.select(Notice).order_by(Notice.id)).all()
        kinds = session.scalars(sa.select(OutboxMessage.kind)).all()
        actions = session.scalars(sa.select(AuditEntry.action)).all()
        steps = session.scalars(sa.select(OrderStep.action)).all()
        assert verify(session) is None
    assert [(n.template, n.recipient) for n in notices] == [
        ("orders/placed", "an@example.vn"),
        ("orders/vendor_new", "+84912345678"),
        ("orders/vendor_new", "+84912345678"),
    ]
    assert notices[0].values["key"] == placed.key
    assert "OrderPlaced" in kinds
    assert "order_group.placed" in actions
    assert steps == ["place", "place"]


def test_a_guest_opens_the_order_with_its_key_and_nobody_with_another(maker, market, now, buyer):
    placed = place(maker, now, buyer, TOTAL)
    whole = group(maker, placed.group_id)
    assert whole.access_hash == digest(placed.key) != placed.key
    with maker() as session:
        assert group_view(session, Access(placed.code, placed.key)).row.id == placed.group_id
        for wrong in (Access(placed.code), Access(placed.code, "x"), Access("NOCODE", placed.key)):
            with pytest.raises(Exception, match="could not find"):
                group_view(session, wrong)


def test_an_account_opens_its_own_orders_and_no_others(maker, market, now):
    lan, hoa = user(maker, now, "lan"), user(maker, now, "hoa")
    buyer = fill(maker, now, (market.kilo, 1), bearer=Bearer(user_id=lan))
    placed = place(maker, now, replace(buyer, token=None), KILO + FEE, Actor(lan, "lan"))
    with maker() as session:
        assert group_view(session, Access(placed.code, "", lan)).row.buyer_id == lan
        with pytest.raises(Exception, match="could not find"):
            group_view(session, Access(placed.code, "", hoa))


def test_pressing_twice_finds_the_first_order(maker, market, now, buyer):
    first = place(maker, now, buyer, TOTAL)
    again = place(maker, now, buyer, TOTAL)
    assert (again.code, again.key, again.payment_id) == (first.code, first.key, first.payment_id)
    assert count(maker, OrderGroup) == 1


def test_pressing_twice_at_the_same_moment_orders_once(maker, market, now, buyer):
    results = race(4, lambda _: place(maker, now, buyer, TOTAL, method="cod"))
    assert {type(result) for result in results} == {PlacedOrder}
    assert len({result.code for result in results}) == 1
    assert (count(maker, OrderGroup), count(maker, Order)) == (1, 2)
    assert allocated(maker, market.lychee_stock) == 2000


def test_the_next_order_of_the_same_basket_is_a_new_one(maker, market, now, buyer):
    first = place(maker, now, buyer, TOTAL)
    fill(maker, now, (market.kilo, 1), bearer=buyer)
    second = place(maker, now, buyer, KILO + FEE, checkout=1)
    assert first.code != second.code
    assert (
        first.key != second.key == access_key(buyer.token, group(maker, second.group_id).cart_key)
    )


def test_a_checkout_nobody_began_is_refused(maker, market, now, buyer):
    with pytest.raises(Conflict):
        place(maker, now, buyer, TOTAL, checkout=7)
    assert count(maker, OrderGroup) == 0


def test_without_a_basket_there_is_nothing_to_order(maker, market, now, buyer):
    with pytest.raises(EmptyBasket):
        place(maker, now, Bearer("nobody"), 0)
    place(maker, now, buyer, TOTAL)
    with pytest.raises(EmptyBasket):
        place(maker, now, buyer, TOTAL, checkout=1)


def test_a_changed_price_is_shown_before_anything_is_ordered(maker, market, now, buyer):
    with maker() as session, transaction(session):
        session.execute(sa.text("UPDATE variant SET price_vnd = 50000 WHERE size = 1000"))
    with pytest.raises(PricesChanged):
        place(maker, now, buyer, TOTAL)
    assert (count(maker, OrderGroup), len(lines(maker, buyer))) == (0, 2)
    assert place(maker, now, buyer, TOTAL + 2 * 5000).code


def test_what_was_taken_off_the_shelf_is_not_ordered(maker, market, now, buyer):
    with maker() as session, transaction(session):
        session.execute(sa.text("UPDATE vendor SET state = 'suspended' WHERE code = 'keeper'"))
    with pytest.raises(NotForSale):
        place(maker, now, buyer, TOTAL)
    assert count(maker, OrderGroup) == 0


def test_what_lost_the_certificate_it_needs_is_neither_ordered_nor_put_into_a_basket(
    maker, market, now, buyer
):
    with maker() as session, transaction(session):
        lapsed = Certificate(
            vendor_id=market.keeper,
            scheme=Scheme.FOOD_SAFETY,
            number="ATTP-1",
            issuer="Chi cục",
            valid_from=date(2025, 1, 1),
            valid_to=date(2026, 11, 23),
            verified_at=now,
        )
        session.add(lapsed)
        assert settle(session, market.keeper, now=now).withheld == 1
    with pytest.raises(NotForSale):
        place(maker, now, buyer, TOTAL)
    with pytest.raises(NotForSale):
        fill(maker, now, (market.honey, 1))
    assert count(maker, OrderGroup) == 0
    with maker() as session, transaction(session):
        session.execute(sa.update(Certificate).values(valid_to=date(2026, 11, 24)))
        assert settle(session, market.keeper, now=now).released == 1
    assert place(maker, now, buyer, TOTAL).code


def test_seats_of_a_withheld_visit_are_not_ordered(maker, market, now):
    buyer = fill(maker, now, (market.departure, 1))
    with maker() as session, transaction(session):
        session.execute(
            sa.update(Listing).where(Listing.id == market.visit).values(state=ListingState.WITHHELD)
        )
    with pytest.raises(NotForSale):
        place(maker, now, buyer, SEAT, delivery=DeliveryMethod.NONE)
    assert count(maker, OrderGroup) == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"delivery": DeliveryMethod.NONE}, "delivery"),
        ({"address": ""}, "address"),
        ({"commune": None}, "address"),
        ({"commune": "vn-2025:1"}, "commune"),
        ({"delivery": DeliveryMethod.COLLECTION}, "collection_point"),
    ],
)
def test_goods_need_a_place_to_go_to(maker, market, now, buyer, changed, field):
    with pytest.raises(Invalid) as refusal:
        place(maker, now, buyer, TOTAL, **changed)
    assert refusal.value.field == field
    assert count(maker, OrderGroup) == 0


def test_fetching_costs_nothing(maker, market, now, buyer):
    placed = place(
        maker,
        now,
        buyer,
        GOODS,
        delivery=DeliveryMethod.COLLECTION,
        collection_point_id=market.point,
    )
    whole = group(maker, placed.group_id)
    assert (whole.delivery_vnd, whole.address, whole.commune) == (0, "", None)


def test_cash_is_for_goods_only_and_up_to_its_bound(maker, market, now, buyer):
    visit = fill(maker, now, (market.departure, 1))
    with pytest.raises(MethodNotOffered):
        place(maker, now, visit, SEAT, delivery=DeliveryMethod.NONE, method="cod")
    with maker() as session, transaction(session):
        session.execute(sa.text("UPDATE variant SET price_vnd = 2500000 WHERE size = 1000"))
    with pytest.raises(MethodNotOffered):
        place(maker, now, buyer, 5_000_000 + HONEY + 2 * FEE, method="cod")
    assert count(maker, OrderGroup) == 0


def test_what_costs_nothing_is_paid_when_it_is_placed(maker, market, now):
    with maker() as session, transaction(session):
        session.execute(sa.text("UPDATE departure SET price_vnd = 0"))
    buyer = fill(maker, now, (market.departure, 2))
    placed = place(maker, now, buyer, 0, delivery=DeliveryMethod.NONE)
    assert group(maker, placed.group_id).paid is PaidState.PAID
    assert [order.state.value for order in orders(maker, placed.group_id)] == ["confirmed"]
    assert live_claims(maker, f"group:{placed.group_id}") == {
        market.seat_stock: ("consumed", 2, False)
    }


def test_a_hold_that_was_lost_is_refused_with_what_is_left(maker, market, now):
    buyer = fill(maker, now, (market.two_kilos, 3), (market.kilo, 2))
    later = now + timedelta(minutes=20)
    fill(maker, later, (market.kilo, 3))
    with pytest.raises(NotEnoughLeft) as refusal:
        place(maker, later, buyer, 3 * TWO_KILOS + 2 * KILO + FEE)
    assert refusal.value.left == 1
    assert (count(maker, OrderGroup), len(lines(maker, buyer))) == (0, 2)
    assert free(maker, market.lychee_stock, later) == 7000


def test_a_hold_that_is_over_is_had_again_while_there_is_enough(maker, market, now, buyer):
    assert place(maker, now + timedelta(hours=2), buyer, TOTAL).code


@pytest.mark.parametrize("method", ["cod", "vietqr"])
def test_more_buyers_than_stock_order_exactly_the_stock(maker, market, now, method):
    """Each held in turn and let it go: only placing decides."""
    later, buyers = now, []
    for _ in range(9):
        buyers.append(fill(maker, later, (market.honey, 1)))
        later += timedelta(minutes=20)
    results = race(
        9, lambda number: place(maker, later, buyers[number], HONEY + FEE, method=method)
    )
    kinds = Counter(type(result) for result in results)
    assert kinds == {PlacedOrder: 5, NotEnoughLeft: 4}
    assert count(maker, OrderGroup) == 5
    assert free(maker, market.honey_stock, later) == 0
    assert allocated(maker, market.honey_stock) == (5 if method == "cod" else 0)


@pytest.mark.postgres
def test_without_the_guard_buyers_are_sold_what_is_not_there(postgres_url, now, monkeypatch):
    """The negative control: the race above proves something only because this one is lost."""
    engine = db.open_engine(postgres_url)
    maker = db.session_factory(engine)
    market, later, buyers = open_market(maker, now), now, []
    for _ in range(7):
        buyers.append(fill(maker, later, (market.honey, 1)))
        later += timedelta(minutes=20)
    together, checked = threading.Barrier(7, timeout=20), claims._check

    def unlocked(session, want):
        return list(session.scalars(sa.select(Bucket).where(Bucket.id.in_(want))))

    def check_then_wait(*args):
        checked(*args)
        together.wait()

    monkeypatch.setattr(claims, "_lock", unlocked)
    monkeypatch.setattr(claims, "_check", check_then_wait)
    results = race(7, lambda number: place(maker, later, buyers[number], HONEY + FEE))
    assert Counter(type(result) for result in results) == {PlacedOrder: 7}
    with maker() as session:
        wanted = sa.and_(Claim.owner_key.startswith("group:"), Claim.state == ClaimState.ACTIVE)
        held = session.scalar(sa.select(sa.func.sum(Claim.qty)).where(wanted))
    assert held == 7 > 5
    engine.dispose()


def test_placing_asks_the_database_a_bounded_number_of_times(maker, market, now, buyer):
    asked = []
    with maker() as session:
        engine = session.get_bind()

        def note(_conn, _cursor, statement, *_rest):
            if not statement.lstrip().upper().startswith(("INSERT", "SAVEPOINT", "RELEASE")):
                asked.append(statement)

        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            with transaction(session):
                place_order(
                    session,
                    buyer,
                    purchase=replace(PURCHASE, shown_total_vnd=TOTAL),
                    actor=Actor(),
                    now=now,
                )
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)
    assert len(asked) <= 19, "\n".join(statement[:100] for statement in asked)
