"""What an order keeps to: limits for a buyer, steps of price, lots, pre-orders, where it is brought."""

import threading
from collections import Counter
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from catalog.models import Listing, ListingLot, Variant
from catalog.rules.selling import DeliveryArea
from catalog.services import promising, stock
from catalog.services.lots import drop_past_everywhere, follow_lot
from catalog.services.stock import adjust_stock
from catalog.services.terms import set_preorder_cap
from kernel import claims, db
from kernel.claims import Bucket, Movement
from kernel.clock import local_date
from kernel.db import transaction
from kernel.errors import Invalid
from orders.errors import (
    NotDelivered,
    NotEnoughLeft,
    NotForSale,
    OnlyFetched,
    OverBuyerLimit,
    OverOrderLimit,
    PricesChanged,
)
from orders.models import CartLine, OrderGroup, OrderLine
from orders.queries.baskets import read_basket
from orders.queries.carts import Bearer, find_cart
from orders.rules import DeliveryMethod
from orders.services import conditions
from orders.services.cart import set_quantity
from orders.services.checkout import PlacedOrder
from orders.services.fulfil import act_on_order
from tests.orders.market import (
    FEE,
    HONEY,
    KILO,
    SEAT,
    TWO_KILOS,
    fill,
    free,
    open_market,
    orders,
    place,
    race,
    seller,
    user,
)
from traceability.models import Lot
from traceability.rules import LotState
from traceability.services.lots import Holding

NGUYEN_GIAP = "vn-2025:11146"


@pytest.fixture
def market(maker, now):
    return open_market(maker, now)


def change(maker, listing_id, **values):
    with maker() as session, transaction(session):
        listing = session.get_one(Listing, listing_id)
        for name, value in values.items():
            setattr(listing, name, value)


def honey_of(maker, market):
    with maker() as session:
        return session.get_one(Variant, market.honey).listing_id


def basket(maker, now, buyer):
    with maker() as session:
        return read_basket(session, find_cart(session, buyer), now=now)


def seen_prices(maker):
    with maker() as session:
        return [line.price_vnd for line in session.scalars(sa.select(CartLine).order_by("id"))]


class TestSteps:
    """Steps of price: one rule for page, basket and checkout."""

    def test_packs_of_one_listing_count_together(self, maker, market, now):
        change(maker, market.lychee, tiers=[[4000, 40_000], [8000, 35_000]])
        buyer = fill(maker, now, (market.kilo, 1))
        assert basket(maker, now, buyer).goods_vnd == KILO
        fill(maker, now, (market.two_kilos, 2), bearer=buyer)
        found = basket(maker, now, buyer)
        assert [line.good.price_vnd for line in found.lines] == [40_000, 80_000]
        assert (found.goods_vnd, seen_prices(maker)) == (200_000, [40_000, 80_000])
        assert not any(line.price_changed for line in found.lines)
        assert place(maker, now, buyer, 200_000 + FEE).code
        with maker() as session:
            lines = session.scalars(sa.select(OrderLine).order_by(OrderLine.id)).all()
            assert [(line.price_vnd, line.total_vnd) for line in lines] == [
                (40_000, 40_000),
                (80_000, 160_000),
            ]

    def test_a_step_that_was_taken_back_is_told_at_the_checkout(self, maker, market, now):
        change(maker, market.lychee, tiers=[[4000, 40_000]])
        buyer = fill(maker, now, (market.two_kilos, 2))
        change(maker, market.lychee, tiers=[])
        with pytest.raises(PricesChanged):
            place(maker, now, buyer, 160_000 + FEE)
        (line,) = basket(maker, now, buyer).lines
        assert (line.seen_price_vnd, line.good.price_vnd) == (80_000, TWO_KILOS)
        assert line.price_changed
        assert place(maker, now, buyer, 2 * TWO_KILOS + FEE).code

    def test_a_group_is_cheaper_from_so_many_persons(self, maker, market, now):
        change(maker, market.visit, tiers=[[3, 120_000]])
        buyer = fill(maker, now, (market.departure, 2))
        assert basket(maker, now, buyer).goods_vnd == 2 * SEAT
        fill(maker, now, (market.departure, 1), bearer=buyer)
        assert basket(maker, now, buyer).goods_vnd == 360_000


def weigh(maker, market):
    """Let the honey be a bird of 1,6 to 2 kg at 100.000 đ/kg."""
    with maker() as session, transaction(session):
        pack = session.get_one(Variant, market.honey)
        pack.least_g, pack.nominal_g, pack.most_g, pack.kilo_vnd = 1600, 1800, 2000, 100_000
        pack.price_vnd = 180_000


def test_what_is_weighed_later_is_ordered_at_its_estimate_and_the_line_keeps_its_bounds(
    maker, market, now
):
    weigh(maker, market)
    buyer = fill(maker, now, (market.honey, 2))
    place(maker, now, buyer, 2 * HONEY + FEE)
    with maker() as session:
        line = session.scalars(sa.select(OrderLine)).one()
        assert (line.price_vnd, line.total_vnd) == (180_000, 360_000)
        assert (line.least_g, line.nominal_g, line.most_g, line.kilo_vnd) == (
            1600,
            1800,
            2000,
            100_000,
        )


def test_a_step_lowers_what_a_kilogram_of_weighed_birds_costs(maker, market, now):
    weigh(maker, market)
    change(maker, honey_of(maker, market), tiers=[[3, 90_000]])
    buyer = fill(maker, now, (market.honey, 3))
    (line,) = basket(maker, now, buyer).lines
    assert (line.good.weight.kilo_vnd, line.total_vnd) == (90_000, 3 * 162_000)


class TestLimits:
    """So much for one order, so much for one buyer within some days."""

    def test_one_order_holds_so_much_of_all_packs_together(self, maker, market, now):
        change(maker, market.lychee, order_most=3000)
        buyer = fill(maker, now, (market.two_kilos, 1), (market.kilo, 1))
        with pytest.raises(OverOrderLimit) as refused:
            fill(maker, now, (market.kilo, 1), bearer=buyer)
        assert refused.value.values["most"] == {"vi": "3 kg", "en": "3 kg"}
        assert basket(maker, now, buyer).goods_vnd == TWO_KILOS + KILO

    def test_a_limit_set_after_the_basket_was_filled_holds_at_the_checkout(
        self, maker, market, now
    ):
        buyer = fill(maker, now, (market.two_kilos, 2))
        change(maker, market.lychee, order_most=3000)
        assert not basket(maker, now, buyer).is_ready
        with pytest.raises(OverOrderLimit):
            place(maker, now, buyer, 2 * TWO_KILOS + FEE)

    def test_a_basket_over_a_new_limit_finds_its_way_back(self, maker, market, now):
        buyer = fill(maker, now, (market.kilo, 5))
        change(maker, market.lychee, order_most=3000)
        (line,) = basket(maker, now, buyer).lines
        for quantity in (4, 3):
            with maker() as session, transaction(session):
                set_quantity(session, buyer, line_id=line.id, quantity=quantity, now=now)
        assert basket(maker, now, buyer).is_ready
        with maker() as session, transaction(session), pytest.raises(OverOrderLimit):
            set_quantity(session, buyer, line_id=line.id, quantity=4, now=now)

    def test_orders_of_the_last_days_count(self, maker, market, now):
        change(maker, market.lychee, buyer_most=3000, buyer_days=7)
        place(maker, now, fill(maker, now, (market.two_kilos, 1)), TWO_KILOS + FEE, method="cod")
        again = fill(maker, now, (market.two_kilos, 1))
        later = now + timedelta(days=6)
        with pytest.raises(OverBuyerLimit) as refused:
            place(maker, later, again, TWO_KILOS + FEE, method="cod")
        assert refused.value.values["left"] == {"vi": "1 kg", "en": "1 kg"}
        over = now + timedelta(days=7)
        assert place(maker, over, again, TWO_KILOS + FEE, method="cod").code

    @pytest.mark.parametrize(
        ("other", "is_known"),
        [
            ({"contact_phone": "+84911111111", "contact_email": "b@example.vn"}, False),
            ({"contact_phone": "+84911111111", "contact_email": "AN@example.vn"}, True),
            ({"contact_email": None}, True),
        ],
    )
    def test_a_guest_is_known_again_by_phone_or_mail(self, maker, market, now, other, is_known):
        change(maker, market.lychee, buyer_most=2000, buyer_days=7)
        place(maker, now, fill(maker, now, (market.two_kilos, 1)), TWO_KILOS + FEE, method="cod")
        again = fill(maker, now, (market.two_kilos, 1))
        if is_known:
            with pytest.raises(OverBuyerLimit):
                place(maker, now, again, TWO_KILOS + FEE, method="cod", **other)
        else:
            assert place(maker, now, again, TWO_KILOS + FEE, method="cod", **other).code

    def test_who_is_signed_in_is_told_in_the_basket(self, maker, market, now):
        change(maker, market.lychee, buyer_most=2000, buyer_days=7)
        hoa = Bearer(user_id=user(maker, now, "hoa"))
        fill(maker, now, (market.two_kilos, 1), bearer=hoa)
        place(maker, now, hoa, TWO_KILOS + FEE, method="cod")
        with pytest.raises(OverBuyerLimit):
            fill(maker, now, (market.kilo, 1), bearer=hoa)

    def test_two_browsers_of_one_buyer_do_not_pass_the_limit(self, maker, market, now):
        change(maker, market.lychee, buyer_most=2000, buyer_days=7)
        buyers = [fill(maker, now, (market.kilo, 1)) for _ in range(5)]
        results = race(
            5, lambda number: place(maker, now, buyers[number], KILO + FEE, method="cod")
        )
        kinds = Counter(type(result) for result in results)
        assert kinds == {PlacedOrder: 2, OverBuyerLimit: 3}

    @pytest.mark.postgres
    def test_without_turns_they_would(self, postgres_url, now, monkeypatch):
        """The negative control: the race above proves something only because this one is lost."""
        engine = db.open_engine(postgres_url)
        maker = db.session_factory(engine)
        market = open_market(maker, now)
        change(maker, market.lychee, buyer_most=2000, buyer_days=7)
        buyers = [fill(maker, now, (market.kilo, 1)) for _ in range(5)]
        together, checked = threading.Barrier(5, timeout=20), conditions._check

        def check_then_wait(*args, **values):
            checked(*args, **values)
            together.wait()

        monkeypatch.setattr(conditions, "take_turns", lambda *_: None)
        monkeypatch.setattr(conditions, "_check", check_then_wait)
        results = race(
            5, lambda number: place(maker, now, buyers[number], KILO + FEE, method="cod")
        )
        assert Counter(type(result) for result in results) == {PlacedOrder: 5}
        engine.dispose()


class TestAhead:
    """Pre-orders are counted by themselves: no more is promised than can be delivered."""

    def open(self, maker, market, now, cap=3000):
        today = local_date(now)
        with maker() as session, transaction(session):
            listing = session.get_one(Listing, market.lychee)
            listing.preorder_from, listing.preorder_until = today, today + timedelta(days=30)
            listing.deliver_from = today + timedelta(days=40)
            listing.deliver_until = today + timedelta(days=50)
            set_preorder_cap(session, listing, cap, now)
            return listing.preorder_bucket_id

    def test_only_the_cap_is_sold_ahead_and_the_stock_is_not_touched(self, maker, market, now):
        ahead = self.open(maker, market, now)
        buyer = fill(maker, now, (market.two_kilos, 1))
        with pytest.raises(NotEnoughLeft):
            fill(maker, now, (market.two_kilos, 1), bearer=buyer)
        place(maker, now, buyer, TWO_KILOS + FEE, method="cod")
        assert (free(maker, ahead, now), free(maker, market.lychee_stock, now)) == (1000, 10_000)
        with maker() as session:
            line = session.scalars(sa.select(OrderLine)).one()
            assert (line.bucket_id, line.lot_id) == (ahead, None)
            assert line.deliver_from == local_date(now) + timedelta(days=40)

    def test_before_and_after_its_days_the_stock_is_sold(self, maker, market, now):
        ahead = self.open(maker, market, now)
        for other in (now - timedelta(days=1), now + timedelta(days=31)):
            buyer = fill(maker, other, (market.kilo, 1))
            (line,) = basket(maker, other, buyer).lines
            assert (line.good.bucket_id, line.good.deliver_from) == (market.lychee_stock, None)
        assert ahead != market.lychee_stock

    def test_a_cap_is_never_less_than_what_is_promised(self, maker, market, now):
        self.open(maker, market, now)
        place(maker, now, fill(maker, now, (market.two_kilos, 1)), TWO_KILOS + FEE, method="cod")
        for less in (1000, None):
            with maker() as session, transaction(session), pytest.raises(Invalid) as refused:
                set_preorder_cap(session, session.get_one(Listing, market.lychee), less, now)
            assert refused.value.field == "preorder_cap"
        with maker() as session, transaction(session):
            set_preorder_cap(session, session.get_one(Listing, market.lychee), 5000, now)

    def test_more_buyers_than_the_cap_order_exactly_the_cap(self, maker, market, now):
        ahead = self.open(maker, market, now)
        later, buyers = now, []
        for _ in range(6):
            buyers.append(fill(maker, later, (market.kilo, 1)))
            later += timedelta(minutes=20)
        results = race(
            6, lambda number: place(maker, later, buyers[number], KILO + FEE, method="cod")
        )
        assert Counter(type(result) for result in results) == {PlacedOrder: 3, NotEnoughLeft: 3}
        assert free(maker, ahead, later) == 0

    @pytest.mark.postgres
    def test_without_the_guard_more_than_the_cap_is_promised(self, postgres_url, now, monkeypatch):
        """The negative control of the race for what may be ordered ahead."""
        engine = db.open_engine(postgres_url)
        maker = db.session_factory(engine)
        market, later, buyers = open_market(maker, now), now, []
        self.open(maker, market, now)
        for _ in range(6):
            buyers.append(fill(maker, later, (market.kilo, 1)))
            later += timedelta(minutes=20)
        together, checked = threading.Barrier(6, timeout=20), claims._check

        def check_then_wait(*args):
            checked(*args)
            together.wait()

        def unlocked(session, want):
            return list(session.scalars(sa.select(Bucket).where(Bucket.id.in_(want))))

        monkeypatch.setattr(claims, "_lock", unlocked)
        monkeypatch.setattr(claims, "_check", check_then_wait)
        results = race(6, lambda number: place(maker, later, buyers[number], KILO + FEE))
        assert Counter(type(result) for result in results) == {PlacedOrder: 6}
        engine.dispose()


class TestLots:
    """First to expire is first to be sent; what is past its day is not sold."""

    def lot(self, maker, market, now, code, best_before, state=LotState.OPEN):
        with maker() as session, transaction(session):
            lot = Lot(
                vendor_id=market.grower,
                code=code,
                trace_code=code,
                product={"vi": "Vải thiều"},
                unit=session.get_one(Bucket, market.lychee_stock).unit,
                quantity=5000,
                harvested_on=date(2026, 11, 20),
                best_before=best_before,
                state=state,
                created_at=now,
                state_at=now,
            )
            session.add(lot)
            session.flush()
            return lot.id

    def take(self, maker, market, now, lot_id, change, reason="harvest", code="VAI-01"):
        with maker() as session, transaction(session):
            adjust_stock(
                session,
                market.grower,
                code=code,
                change=change,
                reason=reason,
                actor=seller(market.grower),
                now=now,
                lot_id=lot_id,
            )

    def stocked(self, maker, market, now):
        """Stock of 10 kg without a date, 3 kg good until in two days, 2 kg until in nine."""
        today = local_date(now)
        soon = self.lot(maker, market, now, "SOON", today + timedelta(days=2))
        late = self.lot(maker, market, now, "LATE", today + timedelta(days=9))
        self.take(maker, market, now, late, 2000)
        self.take(maker, market, now, soon, 3000)
        return soon, late

    def test_the_lot_that_expires_first_goes_first(self, maker, market, now):
        soon, late = self.stocked(maker, market, now)
        buyer = fill(maker, now, (market.kilo, 3))
        (line,) = basket(maker, now, buyer).lines
        assert (line.good.lot_id, line.good.past) == (soon, 0)
        place(maker, now, buyer, 3 * KILO + FEE, method="cod")
        with maker() as session:
            sold = session.scalars(sa.select(OrderLine)).one()
            assert (sold.lot_id, sold.best_before) == (soon, local_date(now) + timedelta(days=2))
        (line,) = basket(maker, now, fill(maker, now, (market.kilo, 1))).lines
        assert line.good.lot_id == late

    def test_what_is_past_its_day_leaves_the_stock(self, maker, market, now):
        self.stocked(maker, market, now)
        later = now + timedelta(days=3)
        with maker() as session, transaction(session):
            assert drop_past_everywhere(session, later) == 1
            assert drop_past_everywhere(session, later) == 0
            rows = session.scalars(sa.select(ListingLot).order_by(ListingLot.quantity)).all()
            assert [(row.quantity, row.written_off) for row in rows] == [
                (0, 3000),
                (2000, 0),
                (10_000, 0),
            ]
            last = session.scalars(sa.select(Movement).order_by(Movement.id.desc())).first()
            assert (last.d_on_hand, last.reason) == (-3000, "past_best_before")
        assert free(maker, market.lychee_stock, later) == 12_000

    def test_the_checkout_does_not_wait_for_the_job(self, maker, market, now):
        self.stocked(maker, market, now)
        later = now + timedelta(days=3)
        buyer = fill(maker, now, (market.kilo, 15))
        with pytest.raises(NotEnoughLeft) as refused:
            place(maker, later, buyer, 15 * KILO + FEE, method="cod")
        assert refused.value.left == 12
        assert basket(maker, later, buyer).lines[0].left == 12
        fresh = fill(maker, later, (market.kilo, 12))
        assert place(maker, later, fresh, 12 * KILO + FEE, method="cod").code
        assert free(maker, market.lychee_stock, later) == 0

    def test_a_single_lot_past_its_day_is_not_sold(self, maker, market, now):
        buyer = fill(maker, now, (market.kilo, 1))
        with maker() as session, transaction(session):
            session.get_one(Lot, market.lot).best_before = local_date(now)
        assert basket(maker, now, buyer).is_ready
        tomorrow = now + timedelta(days=1)
        with pytest.raises(NotForSale):
            place(maker, tomorrow, buyer, KILO + FEE)
        with pytest.raises(NotForSale):
            fill(maker, tomorrow, (market.kilo, 1))

    def test_while_one_lot_is_held_nothing_is_sold_until_it_is_set_aside(self, maker, market, now):
        soon, _ = self.stocked(maker, market, now)
        with maker() as session, transaction(session):
            session.get_one(Lot, soon).state = LotState.HELD
        with pytest.raises(NotForSale):
            fill(maker, now, (market.kilo, 1))
        self.take(maker, market, now, soon, -3000, "spoiled")
        assert fill(maker, now, (market.kilo, 1)).token

    def test_only_good_lots_of_ones_own_are_taken_in(self, maker, market, now):
        today = local_date(now)
        held = self.lot(maker, market, now, "HELD", today, LotState.HELD)
        past = self.lot(maker, market, now, "PAST", today - timedelta(days=1))
        for lot_id in (held, past, "none"):
            with pytest.raises(Invalid) as refused:
                self.take(maker, market, now, lot_id, 1000)
            assert refused.value.field == "lot_id"
        good = self.lot(maker, market, now, "GOOD", today)
        self.take(maker, market, now, good, 1000)
        with pytest.raises(Invalid) as refused:
            self.take(maker, market, now, good, -2000, "spoiled")
        assert refused.value.field == "amount"
        assert free(maker, market.lychee_stock, now) == 11_000

    def test_no_more_of_a_lot_is_put_on_sale_than_it_holds(self, maker, market, now):
        lot = self.lot(maker, market, now, "SOON", local_date(now) + timedelta(days=2))
        self.take(maker, market, now, lot, 4000)
        with pytest.raises(Invalid) as refused:
            self.take(maker, market, now, lot, 2000)
        assert (refused.value.field, refused.value.values["left"]) == ("amount", "1 kg")
        assert free(maker, market.lychee_stock, now) == 14_000
        self.take(maker, market, now, lot, 1000)
        with pytest.raises(Invalid) as refused:
            self.take(maker, market, now, lot, 1)
        assert refused.value.values == {"lot": "SOON", "left": "0 kg"}

    def test_what_is_sold_and_not_packed_yet_is_promised_still(self, maker, market, now):
        lot = self.lot(maker, market, now, "SOON", local_date(now) + timedelta(days=2))
        self.take(maker, market, now, lot, 5000)
        buyer = fill(maker, now, (market.kilo, 3))
        placed = place(maker, now, buyer, 3 * KILO + FEE, method="cod")
        with pytest.raises(Invalid):
            self.take(maker, market, now, lot, 1000)
        (order,) = orders(maker, placed.group_id)
        for action in ("confirm", "pack"):
            with maker() as session, transaction(session):
                who = seller(market.grower)
                act_on_order(session, order.id, action=action, actor=who, now=now, reason="")
        with maker() as session, transaction(session):
            assert session.get_one(Lot, lot).rest == 2000
        with pytest.raises(Invalid):
            self.take(maker, market, now, lot, 1000)
        # A count found more of it.
        with maker() as session, transaction(session):
            session.get_one(Lot, lot).rest = 3000
        self.take(maker, market, now, lot, 1000)

    def test_a_stock_of_one_lot_that_is_named_promises_no_more_either(self, maker, market, now):
        with pytest.raises(Invalid) as refused:
            self.take(maker, market, now, None, 1)
        assert refused.value.field == "amount"
        with maker() as session, transaction(session):
            session.get_one(Lot, market.lot).rest += 500
        self.take(maker, market, now, None, 500)
        assert free(maker, market.lychee_stock, now) == 10_500

    def two_offers(self, maker, market, now):
        """A lot of 5 kg, and a second offer whose stock can be of it."""
        lot = self.lot(maker, market, now, "SOON", local_date(now) + timedelta(days=2))
        with maker() as session, transaction(session):
            first = session.get_one(Listing, market.lychee)
            bucket = claims.open_bucket(session, kind="STOCK", unit=first.unit, on_hand=0, now=now)
            told = {column.key: getattr(first, column.key) for column in Listing.__table__.columns}
            del told["id"]
            told |= {"code": "VAI-02", "slug": "vai-02", "lot_id": None, "bucket_id": bucket.id}
            session.add(Listing(**told))
        return lot, ["VAI-01", "VAI-02"]

    def test_two_offers_do_not_promise_the_same_kilogram(self, maker, market, now):
        lot, codes = self.two_offers(maker, market, now)
        results = race(
            2, lambda number: self.take(maker, market, now, lot, 3000, code=codes[number])
        )
        assert Counter(type(result) for result in results) == {type(None): 1, Invalid: 1}

    @pytest.mark.postgres
    def test_without_the_lock_of_the_lot_they_would(self, postgres_url, now, monkeypatch):
        """The negative control of the race for what a lot holds."""
        engine = db.open_engine(postgres_url)
        maker = db.session_factory(engine)
        market = open_market(maker, now)
        lot, codes = self.two_offers(maker, market, now)
        together, checked = threading.Barrier(2, timeout=20), stock.need_room

        def check_then_wait(*args, **values):
            checked(*args, **values)
            together.wait()

        def unlocked(session, lot_ids, *, vendor_id):
            rows = session.scalars(sa.select(Lot).where(Lot.id.in_(lot_ids)))
            return {row.id: Holding(row.code, row.unit, row.rest, False) for row in rows}

        monkeypatch.setattr(promising, "lock_holdings", unlocked)
        monkeypatch.setattr(
            claims,
            "_lock",
            lambda session, want: list(
                session.scalars(sa.select(Bucket).where(Bucket.id.in_(want)))
            ),
        )
        monkeypatch.setattr(stock, "need_room", check_then_wait)
        results = race(
            2, lambda number: self.take(maker, market, now, lot, 3000, code=codes[number])
        )
        assert results == [None, None]
        engine.dispose()

    def test_a_lot_whose_day_was_put_right_is_followed(self, maker, market, now):
        soon, _ = self.stocked(maker, market, now)
        day = local_date(now) + timedelta(days=20)
        with maker() as session, transaction(session):
            session.get_one(Lot, soon).best_before = day
            follow_lot(session, soon, now=now)
            wanted = sa.select(ListingLot.best_before).where(ListingLot.lot_id == soon)
            assert session.scalar(wanted) == day


class TestAreas:
    """Goods are brought where the seller brings them."""

    def test_a_commune_that_is_not_chosen_is_refused_with_the_ways_out(self, maker, market, now):
        change(maker, market.lychee, area=DeliveryArea.COMMUNES, area_communes=[NGUYEN_GIAP])
        buyer = fill(maker, now, (market.kilo, 1))
        with pytest.raises(NotDelivered) as refused:
            place(maker, now, buyer, KILO + FEE)
        assert refused.value.field == "commune"
        assert refused.value.values["title"]["vi"] == "Hàng VAI-01"
        assert refused.value.values["place"] == "Xã Thanh Hà"
        assert place(maker, now, buyer, KILO + FEE, commune=NGUYEN_GIAP).code

    def test_what_is_only_fetched_goes_to_a_collection_point(self, maker, market, now):
        change(maker, market.lychee, area=DeliveryArea.PICK_UP)
        buyer = fill(maker, now, (market.kilo, 1))
        with pytest.raises(OnlyFetched):
            place(maker, now, buyer, KILO + FEE)
        with maker() as session:
            assert session.scalar(sa.select(sa.func.count(OrderGroup.id))) == 0
        fetched = {
            "delivery": DeliveryMethod.COLLECTION,
            "commune": None,
            "address": "",
            "collection_point_id": market.point,
        }
        assert place(maker, now, buyer, KILO, **fetched).code
