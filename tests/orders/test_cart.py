"""A basket holds what is in it: with two pack sizes on one stock, seats, and rivals."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from kernel.db import transaction
from kernel.errors import Invalid, NotFound
from orders.errors import BasketFull, EmptyBasket, NotEnoughLeft, NotForSale
from orders.jobs import purge_carts, sweep_claims
from orders.models import Cart, CartLine
from orders.queries.baskets import read_basket
from orders.queries.carts import Bearer, basket_count, find_cart
from orders.services import cart as baskets
from tests.orders.market import (
    HONEY,
    KILO,
    LYCHEE_G,
    TWO_KILOS,
    fill,
    free,
    lines,
    open_market,
    race,
    user,
)

HOLD = timedelta(minutes=20)


@pytest.fixture
def market(maker, now):
    return open_market(maker, now)


def read(maker, bearer, now):
    with maker() as session:
        return read_basket(session, find_cart(session, bearer), now=now)


def change(maker, act, *args, **values):
    with maker() as session, transaction(session):
        return act(session, *args, **values)


def test_packs_and_seats_of_several_vendors_lie_in_one_basket_and_are_held(maker, market, now):
    buyer = fill(maker, now, (market.kilo, 2), (market.honey, 1), (market.departure, 3))
    basket = read(maker, buyer, now)
    assert [parcel.vendor.name for parcel in basket.parcels] == ["HTX grower", "HTX keeper"]
    assert basket.goods_vnd == 2 * KILO + HONEY + 3 * 150_000
    assert (basket.has_goods, basket.has_seats, basket.is_ready, basket.is_held) == (True,) * 4
    assert basket.held_until == now + HOLD
    stocks = (market.lychee_stock, market.honey_stock, market.seat_stock)
    assert [free(maker, stock, now) for stock in stocks] == [LYCHEE_G - 2000, 4, 1]


def test_the_same_pack_again_is_added_to_its_line(maker, market, now):
    buyer = fill(maker, now, (market.kilo, 2), (market.kilo, 3))
    assert lines(maker, buyer) == [(market.kilo, 5)]
    assert free(maker, market.lychee_stock, now) == 5000


def test_two_packs_of_one_stock_are_summed_and_the_refusal_counts_what_is_left(maker, market, now):
    buyer = fill(maker, now, (market.two_kilos, 4))
    with pytest.raises(NotEnoughLeft) as refusal:
        fill(maker, now, (market.kilo, 3), bearer=buyer)
    assert refusal.value.left == 2
    assert lines(maker, buyer) == [(market.two_kilos, 4)]
    assert free(maker, market.lychee_stock, now) == 2000


def test_a_change_of_the_first_line_counts_the_second_too(maker, market, now):
    buyer = fill(maker, now, (market.two_kilos, 1), (market.kilo, 3))
    line = read(maker, buyer, now).lines[0].id
    with pytest.raises(NotEnoughLeft) as refusal:
        change(maker, baskets.set_quantity, buyer, line_id=line, quantity=4, now=now)
    assert refusal.value.left == 3
    change(maker, baskets.set_quantity, buyer, line_id=line, quantity=3, now=now)
    assert free(maker, market.lychee_stock, now) == 1000


def test_when_all_is_gone_the_refusal_says_sold_out(maker, market, now):
    fill(maker, now, (market.honey, 5))
    with pytest.raises(NotEnoughLeft) as refusal:
        fill(maker, now, (market.honey, 1))
    assert (refusal.value.left, refusal.value.message) == (0, "Sold out.")
    with maker() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Cart)) == 1


def test_fewer_taken_out_and_none_give_back(maker, market, now):
    buyer = fill(maker, now, (market.kilo, 5), (market.honey, 2))
    kilo, honey = (line.id for line in read(maker, buyer, now).lines)
    change(maker, baskets.set_quantity, buyer, line_id=kilo, quantity=1, now=now)
    assert free(maker, market.lychee_stock, now) == 9000
    change(maker, baskets.set_quantity, buyer, line_id=kilo, quantity=0, now=now)
    change(maker, baskets.remove_line, buyer, line_id=honey, now=now)
    assert lines(maker, buyer) == []
    stocks = (market.lychee_stock, market.honey_stock)
    assert [free(maker, stock, now) for stock in stocks] == [LYCHEE_G, 5]
    with pytest.raises(EmptyBasket):
        change(maker, baskets.refresh_hold, buyer, now=now)


def test_a_line_of_another_basket_cannot_be_touched(maker, market, now):
    mine, other = fill(maker, now, (market.kilo, 1)), fill(maker, now, (market.honey, 1))
    theirs = read(maker, other, now).lines[0].id
    with pytest.raises(NotFound):
        change(maker, baskets.remove_line, mine, line_id=theirs, now=now)
    with pytest.raises(NotFound):
        change(maker, baskets.set_quantity, Bearer("guess"), line_id=theirs, quantity=2, now=now)
    assert lines(maker, other) == [(market.honey, 1)]


@pytest.mark.parametrize("quantity", [-1, 1000])
def test_a_quantity_has_bounds(maker, market, now, quantity):
    with pytest.raises(Invalid):
        fill(maker, now, (market.kilo, quantity))


def test_what_is_not_offered_cannot_be_put_in(maker, market, now):
    with pytest.raises(NotFound):
        fill(maker, now, ("01NOTHING", 1))
    with pytest.raises(NotForSale):
        fill(maker, now + timedelta(days=5), (market.departure, 1))
    with maker() as session, pytest.raises(NotFound), transaction(session):
        baskets.add_line(
            session,
            Bearer(),
            variant_id=market.kilo,
            departure_id=market.departure,
            quantity=1,
            now=now,
        )


def test_a_basket_holds_a_bounded_number_of_lines(maker, market, now, monkeypatch):
    monkeypatch.setattr("orders.rules.MOST_LINES", 1)
    buyer = fill(maker, now, (market.kilo, 1))
    with pytest.raises(BasketFull):
        fill(maker, now, (market.honey, 1), bearer=buyer)


def test_a_hold_that_is_over_says_what_is_left_and_comes_back_with_the_next_change(
    maker, market, now
):
    buyer = fill(maker, now, (market.kilo, 4), (market.two_kilos, 2))
    later = now + HOLD
    fill(maker, later, (market.two_kilos, 2))
    basket = read(maker, buyer, later)
    assert (basket.is_held, basket.is_ready) == (False, False)
    assert [(line.left, line.is_short) for line in basket.lines] == [(2, True), (1, True)]
    with pytest.raises(NotEnoughLeft):
        change(maker, baskets.refresh_hold, buyer, now=later)
    with maker() as session, transaction(session):
        assert sweep_claims(session, later) == 1
    change(
        maker,
        baskets.set_quantity,
        buyer,
        line_id=basket.lines[0].id,
        quantity=2,
        now=later,
    )
    assert read(maker, buyer, later).is_held
    assert free(maker, market.lychee_stock, later) == 0


def test_taking_something_out_is_never_refused(maker, market, now):
    buyer = fill(maker, now, (market.kilo, 10), (market.honey, 5))
    later = now + HOLD
    fill(maker, later, (market.kilo, 1))
    honey = read(maker, buyer, later).lines[1].id
    change(maker, baskets.remove_line, buyer, line_id=honey, now=later)
    assert lines(maker, buyer) == [(market.kilo, 10)]
    assert read(maker, buyer, later).is_held is False


def test_a_new_price_is_shown_beside_the_one_that_was_seen(maker, market, now):
    buyer = fill(maker, now, (market.kilo, 1), (market.two_kilos, 1))
    with maker() as session, transaction(session):
        session.execute(sa.text("UPDATE variant SET price_vnd = 50000 WHERE size = 1000"))
    first, second = read(maker, buyer, now).lines
    assert (first.seen_price_vnd, first.total_vnd, first.price_changed) == (KILO, 50_000, True)
    assert (second.total_vnd, second.price_changed) == (TWO_KILOS, False)
    change(maker, baskets.set_quantity, buyer, line_id=first.id, quantity=2, now=now)
    assert read(maker, buyer, now).lines[0].price_changed is False


def test_a_stopped_lot_makes_a_line_unsellable_at_once(maker, market, now):
    buyer = fill(maker, now, (market.kilo, 1))
    with maker() as session, transaction(session):
        session.execute(sa.text("UPDATE lot SET state = 'held'"))
    assert read(maker, buyer, now).is_ready is False


def test_a_basket_follows_its_owner_and_stays_closed_to_the_next_user_of_the_browser(
    maker, market, now
):
    lan = user(maker, now, "lan")
    buyer = fill(maker, now, (market.kilo, 1))
    signed_in = replace(buyer, user_id=lan)
    with maker() as session, transaction(session):
        baskets.merge_carts(session, signed_in, now=now)
    with maker() as session:
        assert find_cart(session, buyer) is None
        assert basket_count(session, Bearer(user_id=lan)) == 1
        assert basket_count(session, Bearer()) == 0


def test_two_baskets_become_one_when_their_owner_signs_in(maker, market, now):
    lan = user(maker, now, "lan")
    fill(maker, now, (market.kilo, 2), bearer=Bearer(user_id=lan))
    guest = fill(maker, now, (market.kilo, 3), (market.honey, 1))
    both = replace(guest, user_id=lan)
    with maker() as session, transaction(session):
        baskets.merge_carts(session, both, now=now)
        baskets.merge_carts(session, both, now=now)
    assert sorted(lines(maker, both)) == sorted([(market.kilo, 5), (market.honey, 1)])
    assert free(maker, market.lychee_stock, now) == 5000
    with maker() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Cart)) == 1


def test_a_merge_that_asks_too_much_never_stops_a_sign_in(maker, market, now):
    lan = user(maker, now, "lan")
    fill(maker, now, (market.honey, 3), bearer=Bearer(user_id=lan))
    guest = fill(maker, now, (market.honey, 2))
    fill_up = replace(guest, user_id=lan)
    with maker() as session, transaction(session):
        session.execute(sa.update(CartLine).where(CartLine.quantity == 2).values(quantity=4))
        baskets.merge_carts(session, fill_up, now=now)
    basket = read(maker, fill_up, now)
    assert (basket.is_held, basket.lines[0].quantity, basket.lines[0].left) == (False, 7, 5)


def test_signing_in_without_a_basket_changes_nothing(maker, market, now):
    lan = user(maker, now, "lan")
    with maker() as session, transaction(session):
        baskets.merge_carts(session, Bearer("nobody", lan), now=now)
        baskets.merge_carts(session, Bearer(None, lan), now=now)
    with maker() as session:
        assert find_cart(session, Bearer(None, lan)) is None


def test_more_buyers_than_stock_hold_exactly_the_stock(maker, market, now):
    results = race(12, lambda _: fill(maker, now, (market.honey, 1)))
    assert sum(isinstance(result, NotEnoughLeft) for result in results) == 7
    assert sum(isinstance(result, Bearer) for result in results) == 5
    assert free(maker, market.honey_stock, now) == 0


def test_old_baskets_are_removed_and_young_ones_stay(maker, market, now):
    empty = fill(maker, now, (market.kilo, 1))
    line = read(maker, empty, now).lines[0].id
    change(maker, baskets.remove_line, empty, line_id=line, now=now)
    full = fill(maker, now, (market.honey, 1))
    with maker() as session, transaction(session):
        assert purge_carts(session, now + timedelta(days=14)) == 0
        assert purge_carts(session, now + timedelta(days=15)) == 1
    assert lines(maker, full) == [(market.honey, 1)]
    with maker() as session, transaction(session):
        assert purge_carts(session, now + timedelta(days=91)) == 1
