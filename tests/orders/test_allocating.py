"""Which lots serve which line: first to expire first, frozen at packing, told in events."""

import json
from datetime import date

import pytest
import sqlalchemy as sa

from catalog.models import Listing, ListingLot
from kernel.db import transaction
from kernel.errors import Invalid
from kernel.quantity import Unit
from orders.errors import LotsDiffer, LotsHoldLess, LotStopped
from orders.models import OrderAllocation, OrderLine
from orders.queries.allocations import allocations_of_lots, orders_with_lot
from orders.queries.groups import vendor_order
from orders.services.allocating import Choice, needs_of
from orders.services.fulfil import act_on_order
from orders.services.steps import lines_of
from tests.orders.market import FEE, KILO, fill, open_market, orders, place, seller
from tests.together import at_once
from traceability.errors import LotHoldsLess, LotStoppedNow
from traceability.models import Lot, TraceEvent
from traceability.rules import LotState


@pytest.fixture
def market(maker, now):
    return open_market(maker, now)


@pytest.fixture
def buy(maker, market, now):
    """Return a function that orders so many kilograms, confirmed; it returns the order."""

    def _buy(kilos=3):
        bearer = fill(maker, now, (market.kilo, kilos))
        placed = place(maker, now, bearer, kilos * KILO + FEE, method="cod")
        (order,) = orders(maker, placed.group_id)
        act(maker, now, order, "confirm")
        return order

    return _buy


def act(maker, now, order, *actions, **more):
    for action in actions:
        reason = "Hết hàng" if action == "cancel" else ""
        with maker() as session, transaction(session):
            who = seller(order.vendor_id)
            act_on_order(
                session, order.id, action=action, actor=who, now=now, reason=reason, **more
            )


def stock(maker, market, now, *lots):
    """Let the lychee's stock be of lots: (quantity of the lot, best-before day)."""
    made = []
    with maker() as session, transaction(session):
        old = session.get_one(Lot, market.lot)
        listing = session.get_one(Listing, market.lychee)
        listing.by_lots = True
        for number, (quantity, day) in enumerate(lots):
            lot = Lot(
                vendor_id=market.grower,
                code=f"L2611-1{number:02d}",
                trace_code=f"ZZ00000{number}",
                product=old.product,
                unit=Unit.GRAM,
                quantity=quantity,
                harvested_on=date(2026, 11, 20),
                best_before=day,
                state=LotState.OPEN,
                created_at=now,
                state_at=now,
            )
            session.add(lot)
            session.flush()
            made.append(lot.id)
            session.add(
                ListingLot(
                    listing_id=listing.id,
                    lot_id=lot.id,
                    quantity=quantity,
                    best_before=day,
                    written_off=0,
                    taken_at=now,
                )
            )
    return made


def got(maker, order):
    with maker() as session:
        rows = session.scalars(
            sa.select(OrderAllocation).where(OrderAllocation.order_id == order.id)
        )
        return {row.lot_id: row.quantity for row in rows if row.returned_at is None}


def rest(maker, lot_id):
    with maker() as session:
        return session.get_one(Lot, lot_id).rest


def told(maker):
    with maker() as session:
        bodies = session.scalars(sa.select(TraceEvent.body).order_by(TraceEvent.seq))
        return [(json.loads(body)["bizStep"], json.loads(body)["disposition"]) for body in bodies]


def test_an_order_gets_its_goods_out_of_the_lot_it_names(maker, market, now, buy):
    order = buy(3)
    act(maker, now, order, "pack", "ship", "deliver")
    assert got(maker, order) == {market.lot: 3_000}
    assert rest(maker, market.lot) == 7_000
    assert told(maker) == [
        ("commissioning", "active"),
        ("picking", "reserved"),
        ("shipping", "in_transit"),
        ("retail_selling", "retail_sold"),
    ]
    with maker() as session:
        (row,) = allocations_of_lots(session, [market.lot])
        assert (row.order_id, row.quantity) == (order.id, 3_000)
        assert row.shipped_at == row.delivered_at == now
        body = json.loads(session.scalars(sa.select(TraceEvent.body)).all()[-1])
        # The order's name is on the paper, and nobody's else.
        assert body["bizTransactionList"][0]["bizTransaction"].endswith(f"/o/{order.code}")
        assert "destinationList" not in body


def test_the_first_to_expire_goes_first_and_what_is_past_or_held_does_not(maker, market, now, buy):
    late, soon, past, held = stock(
        maker,
        market,
        now,
        (5_000, date(2026, 12, 20)),
        (2_000, date(2026, 12, 1)),
        (9_000, date(2026, 11, 22)),
        (9_000, date(2026, 11, 25)),
    )
    order = buy(3)
    with maker() as session, transaction(session):
        session.get_one(Lot, held).state = LotState.HELD
    act(maker, now, order, "pack")
    assert got(maker, order) == {soon: 2_000, late: 1_000}
    assert (rest(maker, past), rest(maker, soon)) == (9_000, 0)
    with maker() as session:
        assert session.get_one(Lot, soon).state is LotState.CLOSED


def test_the_vendor_says_otherwise_and_the_sum_has_to_be_right(maker, market, now, buy):
    first, second = stock(
        maker, market, now, (5_000, date(2026, 12, 1)), (5_000, date(2026, 12, 20))
    )
    order = buy(3)
    with maker() as session:
        (line,) = session.scalars(sa.select(OrderLine.id).where(OrderLine.order_id == order.id))
    for wrong, refusal in (
        ([Choice(line, second, 2_000)], LotsDiffer),
        ([Choice(line, second, 4_000)], LotsDiffer),
        ([Choice("01NOTHING", second, 3_000)], Invalid),
        ([Choice(line, "01NOTHING", 3_000)], Invalid),
    ):
        with pytest.raises(refusal):
            act(maker, now, order, "pack", chosen=wrong)
    assert got(maker, order) == {}
    act(maker, now, order, "pack", chosen=[Choice(line, first, 500), Choice(line, second, 2_500)])
    assert got(maker, order) == {first: 500, second: 2_500}


def test_lots_that_hold_less_are_told_and_nothing_moves(maker, market, now, buy):
    (only,) = stock(maker, market, now, (2_500, None))
    order = buy(3)
    with maker() as session, transaction(session):
        # The lot that the offer names is in the queue no more.
        session.execute(sa.update(OrderLine).values(lot_id=only))
    with pytest.raises(LotsHoldLess) as refusal:
        act(maker, now, order, "pack")
    assert refusal.value.values["missing"] == "0,5 kg"
    assert rest(maker, only) == 2_500
    with maker() as session:
        (need,) = needs_of(session, lines_of(session, [order.id]), on=now.date())
        assert (need.wanted, need.missing) == (3_000, 500)


def test_a_cancelled_order_gives_back_what_it_got(maker, market, now, buy):
    order = buy(10)
    act(maker, now, order, "pack")
    with maker() as session:
        assert session.get_one(Lot, market.lot).state is LotState.CLOSED
    act(maker, now, order, "cancel")
    assert got(maker, order) == {}
    assert rest(maker, market.lot) == 10_000
    with maker() as session:
        assert session.get_one(Lot, market.lot).state is LotState.OPEN
    assert told(maker)[-1] == ("stocking", "active")


def test_what_was_refused_at_the_door_comes_back(maker, market, now, buy):
    order = buy(1)
    act(maker, now, order, "pack", "ship", "cancel")
    assert told(maker)[-1] == ("receiving", "returned")
    assert rest(maker, market.lot) == 10_000


@pytest.mark.parametrize("state", [LotState.HELD, LotState.RECALLED])
def test_a_stopped_lot_is_neither_packed_nor_sent(maker, market, now, buy, state):
    waiting, packed = buy(1), buy(1)
    act(maker, now, packed, "pack")
    with maker() as session, transaction(session):
        session.get_one(Lot, market.lot).state = state
    with pytest.raises(LotStopped):
        act(maker, now, waiting, "pack")
    with pytest.raises(LotStoppedNow):
        act(maker, now, packed, "ship")
    assert got(maker, waiting) == {}


def test_orders_with_a_lot_are_those_that_got_it_or_will(maker, market, now, buy):
    first, second = stock(maker, market, now, (1_000, date(2026, 12, 1)), (9_000, None))
    early, late = buy(1), buy(1)
    act(maker, now, early, "pack")
    with maker() as session:
        named = set(session.scalars(sa.select(OrderLine.lot_id)))
        assert named <= {first, second, market.lot}
        assert early.id in set(session.scalars(orders_with_lot(first)))
        assert early.id not in set(session.scalars(orders_with_lot(second)))
    assert late.id != early.id


def test_two_orders_at_once_do_not_get_the_same_kilogram(maker, market, now, buy):
    taken = [buy(4), buy(4)]
    with maker() as session, transaction(session):
        session.get_one(Lot, market.lot).rest = 6_000

    def pack(number):
        act(maker, now, taken[number], "pack")
        return True

    made = at_once(pack, 2)
    assert sorted(type(one) for one in made if one is not True) in ([LotsHoldLess], [LotHoldsLess])
    assert rest(maker, market.lot) == 2_000


def test_the_vendor_sees_which_lots_an_order_got(maker, market, now, buy):
    order = buy(2)
    act(maker, now, order, "pack")
    with maker() as session:
        view = vendor_order(session, order.id, vendor_id=order.vendor_id)
        (line,) = view.orders[0].lines
        assert [(one.lot.code, one.quantity) for one in line.served] == [("L2611-023", 2_000)]
