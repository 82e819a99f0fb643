"""The tables of states: only the arrows that are drawn, and what each side is offered."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Conflict
from kernel.messages import LABELS
from orders import rules
from orders.rules import (
    DeliveryMethod,
    FulfilmentState,
    OrderState,
    PaidState,
    Standing,
)

STANDINGS = st.builds(
    Standing,
    state=st.sampled_from(OrderState),
    fulfilment=st.sampled_from(FulfilmentState),
    paid=st.sampled_from(PaidState),
    method=st.sampled_from(rules.METHODS),
    delivery=st.sampled_from(DeliveryMethod),
    has_goods=st.booleans(),
)


@pytest.mark.parametrize(
    ("kind", "arrows", "after"),
    [
        (OrderState, rules.ORDER_ARROWS, rules.order_after),
        (FulfilmentState, rules.FULFILMENT_ARROWS, rules.fulfilment_after),
        (PaidState, rules.PAID_ARROWS, rules.paid_after),
    ],
)
def test_only_the_drawn_arrows_pass(kind, arrows, after):
    actions = {action for _, action in arrows} | {"fly"}
    for state, action in product(kind, actions):
        if (state, action) in arrows:
            assert after(state, action) is arrows[state, action]
        else:
            with pytest.raises(Conflict):
                after(state, action)


@given(STANDINGS)
def test_what_a_vendor_is_offered_can_be_done(standing):
    for action in rules.vendor_actions(standing):
        state, goods = rules.VENDOR_ACTIONS[action]
        assert state is None or rules.order_after(standing.state, state)
        assert goods is None or rules.fulfilment_after(standing.fulfilment, goods)
        assert standing.covered


@given(STANDINGS)
def test_every_standing_has_words_for_both_sides(standing):
    assert rules.plain_state(standing)
    assert rules.vendor_state(standing)
    done = [step.done for step in rules.progress(standing)]
    assert bool(done) == (standing.state in rules.LIVE)
    assert all(step.label for step in rules.progress(standing))


@given(STANDINGS)
def test_a_buyer_cancels_nothing_that_has_moved(standing):
    if rules.buyer_may_cancel(standing):
        assert standing.fulfilment is FulfilmentState.PENDING
        assert rules.order_after(standing.state, "cancel") is OrderState.CANCELED


def test_the_progress_line_of_a_prepaid_delivery():
    standing = Standing(
        OrderState.CONFIRMED,
        FulfilmentState.SHIPPED,
        PaidState.PAID,
        "vietqr",
        DeliveryMethod.DELIVERY,
        has_goods=True,
    )
    assert [(step.label, step.done) for step in rules.progress(standing)] == [
        ("Placed", True),
        ("Paid", True),
        ("Confirmed", True),
        ("Order packed", True),
        ("On its way", True),
        ("Delivered", False),
    ]


@pytest.mark.parametrize(
    ("total", "seats", "methods"),
    [
        (5_000_000, False, ("cod", "vietqr", "card")),
        (5_000_001, False, ("vietqr", "card")),
        (1, True, ("vietqr", "card")),
    ],
)
def test_cash_is_for_goods_up_to_a_bound(total, seats, methods):
    offered = rules.methods_offered(
        rules.METHODS, total_vnd=total, has_seats=seats, cod_most_vnd=5_000_000
    )
    assert offered == methods


def test_ways_of_delivery():
    assert rules.delivery_choices(has_goods=False, has_points=True) == (DeliveryMethod.NONE,)
    assert rules.delivery_choices(has_goods=True, has_points=False) == (DeliveryMethod.DELIVERY,)
    assert len(rules.delivery_choices(has_goods=True, has_points=True)) == 2


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10**4))
def test_packs_never_exceed_what_is_free(available, others, size):
    packs = rules.packs_within(available, others, size)
    assert packs >= 0
    assert packs * size <= max(available - others, 0) < (packs + 1) * size


def test_every_state_has_a_label():
    for kind in (OrderState, PaidState, FulfilmentState, DeliveryMethod):
        assert all(LABELS[member] for member in kind)
