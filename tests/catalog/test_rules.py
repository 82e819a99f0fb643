"""Listings as arithmetic and tables."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets import pictures
from catalog import rules
from catalog.rules import (
    ARROWS,
    CardBadge,
    ListingState,
    Mark,
    PackSize,
    actions,
    after,
    art_for,
    badge_for,
    in_season,
    is_preorder,
    need_editable,
    need_months,
    season_mask,
    shown_price,
)
from kernel.errors import Conflict, Invalid
from kernel.money import price_for
from kernel.quantity import Unit
from vendors.rules import Scheme

ACTIONS = sorted({action for _, action in ARROWS})


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", list(ListingState))
def test_every_arrow_leads_where_the_table_says_and_no_other_exists(state, action):
    if (state, action) in ARROWS:
        assert after(state, action) is ARROWS[state, action]
        assert action in actions(state, ACTIONS)
    else:
        with pytest.raises(Conflict):
            after(state, action)
        assert action not in actions(state, ACTIONS)


def test_only_the_office_leads_a_new_listing_to_the_shelf():
    into = {action for (_, action), state in ARROWS.items() if state is ListingState.PUBLISHED}
    assert into == {"approve", "confirm", "resume", "release", "restore"}
    assert {s for s, a in ARROWS if a == "resume"} == {ListingState.PAUSED}
    assert frozenset() == rules.OFFICE_ACTIONS & rules.VENDOR_ACTIONS


@pytest.mark.parametrize("state", list(ListingState))
def test_a_listing_with_the_office_or_ended_stands_still(state):
    still = {ListingState.SUBMITTED, ListingState.TAKEN_DOWN, ListingState.ARCHIVED}
    if state in still:
        with pytest.raises(Conflict):
            need_editable(state)
    else:
        need_editable(state)


@pytest.mark.parametrize(
    ("packs", "unit", "shown"),
    [
        ([(1000, 45_000), (5000, 200_000)], Unit.GRAM, (45_000, 1000)),
        ([(5000, 200_000)], Unit.GRAM, (40_000, 1000)),
        ([(500, 25_000), (1000, 45_000)], Unit.GRAM, (25_000, 500)),
        ([(750, 90_000)], Unit.MILLILITRE, (90_000, 750)),
        ([(2000, 90_000)], Unit.MILLILITRE, (45_000, 1000)),
        ([(10, 35_000), (30, 100_000)], Unit.PIECE, (3_500, 1)),
        ([(1, 120_000)], Unit.PIECE, (120_000, 1)),
        ([(500, 30_000), (500, 25_000)], Unit.GRAM, (25_000, 500)),
    ],
)
def test_the_card_shows_the_price_of_the_smallest_pack(packs, unit, shown):
    assert shown_price([PackSize(*pack) for pack in packs], unit) == shown


@given(st.integers(1, 10**6), st.integers(1, 10**9))
def test_the_price_shown_is_that_of_the_pack_whatever_it_is_for(size, price):
    shown, per = shown_price([PackSize(size, price)], Unit.GRAM)
    assert per in {size, 1000}
    assert abs(price_for(shown, per, size) - price) <= size / per


@given(st.sets(st.integers(1, 12)), st.integers(1, 12))
def test_the_mask_holds_exactly_the_months(months, month):
    assert bool(season_mask(months) & 1 << (month - 1)) is (month in months)


def test_all_twelve_months_are_no_season():
    assert need_months(range(1, 13)) == []
    assert need_months([6, 5, 6]) == [5, 6]
    with pytest.raises(Invalid):
        need_months([0])
    assert in_season([11], date(2026, 11, 30))
    assert not in_season([], date(2026, 11, 30))


def test_pre_orders_need_both_days():
    day = date(2026, 5, 10)
    assert is_preorder(day, day, day)
    assert not is_preorder(None, day, day)
    assert not is_preorder(day, None, day)


@pytest.mark.parametrize(
    ("facts", "badge"),
    [
        ({}, None),
        ({"season": True}, CardBadge("season")),
        ({"season": True, "seats": 6}, CardBadge("seats", seats=6)),
        ({"season": True, "seats": 7}, CardBadge("season")),
        ({"seats": 0}, None),
        (
            {"seats": 2, "marks": [Mark(Scheme.VIETGAP), Mark(Scheme.ORGANIC)]},
            CardBadge("certificate", scheme=Scheme.ORGANIC),
        ),
        (
            {"marks": [Mark(Scheme.OCOP, 3), Mark(Scheme.OCOP, 4)]},
            CardBadge("certificate", scheme=Scheme.OCOP, stars=4),
        ),
        (
            {"marks": [Mark(Scheme.OCOP, 3)], "preorder_until": date(2026, 12, 1)},
            CardBadge("preorder", until=date(2026, 12, 1)),
        ),
    ],
)
def test_one_badge_by_priority(facts, badge):
    given_facts = {"preorder_until": None, "marks": [], "seats": None, "season": False}
    assert badge_for(**(given_facts | facts)) == badge


def test_every_scheme_has_its_place_among_badges():
    assert set(rules.SCHEME_ORDER) == set(Scheme)


@pytest.mark.parametrize(
    ("name", "art"),
    [
        ("Ổi lê Thanh Hà", ("guava", "leaf")),
        ("Bánh đậu xanh", ("green-bean-cake", "sun")),
        ("Hái vải thiều buổi sớm", ("lychee", "blush")),
        ("Mật ong hoa nhãn", ("honey", "sun")),
        ("Thứ lạ", None),
    ],
)
def test_a_name_finds_its_drawing(name, art):
    assert art_for(name) == art


def test_every_drawing_is_one_of_the_house():
    icons = set(json.loads(Path("assets/art/catalogue.json").read_text()))
    assert {art for _, (art, _) in rules.listings._drawings()} <= icons | set(pictures.SCENES)
