"""Goods as they are sold: weights, steps of price, seasons, lots, labels, areas."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from catalog.forms.terms import asked_of
from catalog.models import Listing
from catalog.queries import listing_page, shelf
from catalog.queries.freshness import goods_mark
from catalog.queries.sources import EVERYWHERE, sources
from catalog.rules import ListingKind, ListingState
from catalog.rules.label import Allergen, LabelField, missing_fields
from catalog.rules.lots import Share, is_past, next_share, past_left, rests
from catalog.rules.pricing import (
    MOST_TIERS,
    Priced,
    Tier,
    Weight,
    need_tiers,
    need_weight,
    per_of,
    price_at,
)
from catalog.rules.season import SeasonState, season_state
from catalog.rules.selling import DeliveryArea, Limits, Preorder, delivered_to, reaches
from catalog.services.packs import PackDraft
from catalog.services.terms import SaleTerms
from kernel.clock import local_date
from kernel.db import transaction
from kernel.errors import Invalid
from kernel.quantity import Unit
from kernel.rules_table import rule
from tests.catalog.shelves import (
    THANH_HA,
    TUE_TINH,
    add,
    category_id,
    certify,
    listing,
    open_shelves,
    variants,
)
from tests.catalog.test_writing import act, create, edit, published
from traceability.models import Lot
from vendors.rules import Scheme

BIRD = Weight(1600, 1800, 2000, 120_000)
CARROTS = Priced(1000, 15_000, 1000)
STEPS = (Tier(20_000, 13_500), Tier(50_000, 12_500))
FOOD = {"vi": "Có ghi trên hộp."}
LABEL = dict.fromkeys(
    ("origin", "net_quantity", "ingredients", "produced", "expiry", "storage", "usage"), FOOD
)


@pytest.fixture(autouse=True)
def _shelves(request, now):
    if "session" in request.fixturenames:
        open_shelves(request.getfixturevalue("session"), now)


@pytest.mark.parametrize(
    ("pack", "wanted", "price"),
    [
        (CARROTS, 19_999, 15_000),
        (CARROTS, 20_000, 13_500),
        (CARROTS, 80_000, 12_500),
        # A large pack that costs less already stays what it is.
        (Priced(10_000, 120_000, 1000), 20_000, 120_000),
        (Priced(10_000, 130_000, 1000), 50_000, 125_000),
        (Priced(500, 8_000, 1000), 20_000, 6_750),
    ],
)
def test_the_price_is_that_of_the_last_step_reached(pack, wanted, price):
    assert price_at(pack, STEPS, wanted).price_vnd == price


def test_a_step_lowers_the_kilogram_of_what_is_weighed():
    bird = Priced(1, BIRD.estimate_vnd, 1, BIRD)
    assert (bird.price_vnd, bird.unit_vnd) == (216_000, 120_000)
    cheap = price_at(bird, (Tier(10, 110_000),), 10)
    assert (cheap.price_vnd, cheap.unit_vnd) == (198_000, 110_000)
    assert BIRD.bounds_vnd == (192_000, 240_000)


@given(
    st.integers(1, 10**6),
    st.integers(1, 10**8),
    st.lists(st.builds(Tier, st.integers(1, 10**6), st.integers(1, 10**8)), max_size=6),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
)
def test_more_never_costs_more_apiece_and_never_more_than_usual(size, price, tiers, one, two):
    pack = Priced(size, price, 1000)
    less, more = (price_at(pack, tiers, wanted).price_vnd for wanted in sorted((one, two)))
    assert 0 <= more <= less <= price


@pytest.mark.parametrize(
    "tiers",
    [
        ((20_000, 15_000),),
        ((20_000, 0),),
        ((20_000, 13_000), (20_000, 12_000)),
        ((20_000, 13_000), (30_000, 13_000)),
        ((30_000, 13_000), (20_000, 12_000)),
        tuple((n * 1000, 14_000 - n) for n in range(1, MOST_TIERS + 2)),
    ],
)
def test_steps_rise_in_quantity_and_fall_in_price(tiers):
    with pytest.raises(Invalid) as refused:
        need_tiers([Tier(*tier) for tier in tiers], unit_vnd=15_000)
    assert refused.value.field == "tiers"


@pytest.mark.parametrize("grams", [(0, 1, 2), (2, 1, 3), (1, 3, 2), (1, 1, 2_000_000)], ids=str)
def test_weights_stand_in_order(grams):
    with pytest.raises(Invalid) as refused:
        need_weight(Weight(*grams, 100_000))
    assert refused.value.field == "weight_most"


@pytest.mark.parametrize(
    ("months", "on", "state"),
    [
        ((), date(2026, 11, 28), None),
        (range(1, 13), date(2026, 11, 28), None),
        ((5, 6), date(2026, 11, 28), SeasonState(is_on=False, month=5)),
        ((5, 6), date(2026, 5, 1), SeasonState(is_on=True, month=6)),
        ((10, 11, 12, 1), date(2026, 11, 28), SeasonState(is_on=True, month=1)),
        ((3, 10), date(2026, 11, 28), SeasonState(is_on=False, month=3)),
        ((3, 10), date(2026, 10, 31), SeasonState(is_on=True, month=10)),
    ],
)
def test_a_season_is_on_until_a_month_or_begins_with_one(months, on, state):
    assert season_state(tuple(months), on) == state


DAY = date(2026, 11, 28)
SHARES = (
    Share("A", 3000, DAY - timedelta(1)),
    Share("B", 2000, DAY + timedelta(5)),
    Share("C", 4000),
)


@pytest.mark.parametrize(
    ("unsold", "left", "past", "following"),
    [
        (9000, (3000, 2000, 4000), 3000, "B"),
        (7000, (1000, 2000, 4000), 1000, "B"),
        (5000, (0, 1000, 4000), 0, "B"),
        (4000, (0, 0, 4000), 0, "C"),
        (0, (0, 0, 0), 0, None),
        (20_000, (3000, 2000, 4000), 3000, "B"),
    ],
)
def test_what_is_sold_came_from_the_lot_that_expires_first(unsold, left, past, following):
    queue = rests(SHARES, unsold)
    assert tuple(rest.left for rest in queue) == left
    assert past_left(queue, DAY) == past
    found = next_share(queue, DAY)
    assert (found.lot_id if found else None) == following


@given(
    st.lists(st.tuples(st.integers(0, 1000), st.integers(-5, 5) | st.none()), max_size=8),
    st.integers(-10, 9000),
)
def test_lots_never_hold_more_than_is_unsold(taken, unsold):
    shares = [
        Share(str(n), quantity, None if days is None else DAY + timedelta(days))
        for n, (quantity, days) in enumerate(taken)
    ]
    queue = rests(shares, unsold)
    held = sum(rest.left for rest in queue)
    assert held == min(max(unsold, 0), sum(share.quantity for share in shares))
    assert all(0 <= rest.left <= rest.share.quantity for rest in queue)


def test_the_last_good_day_is_a_good_day():
    assert not is_past(DAY, DAY)
    assert is_past(DAY, DAY + timedelta(1))
    assert not is_past(None, DAY)


def test_areas():
    assert delivered_to(DeliveryArea.EVERYWHERE, ()) is None
    assert reaches(DeliveryArea.PROVINCE, (), THANH_HA)
    assert reaches(DeliveryArea.COMMUNES, [THANH_HA], THANH_HA)
    assert not reaches(DeliveryArea.COMMUNES, [THANH_HA], TUE_TINH)
    assert delivered_to(DeliveryArea.PICK_UP, [THANH_HA]) == frozenset()


def test_fourteen_allergens_and_what_a_label_lacks():
    assert len(Allergen) == 14
    label = {"origin": {"vi": "Thanh Hà"}, "storage": {"en": "Cool"}}
    lacks = missing_fields(label, ["usage", "origin", "storage"])
    assert lacks == [LabelField.STORAGE, LabelField.USAGE]


def food(session, **wishes):
    values = {
        "kind": ListingKind.PROCESSED,
        "category_id": category_id(session, "mat-ong-do-uong"),
        "unit": Unit.PIECE,
        "packs": (PackDraft(1, 55_000),),
    }
    return values | wishes


def test_processed_food_is_submitted_with_its_label_only(session, now):
    code = create(session, now, **food(session, terms=SaleTerms(label=LABEL)))
    with pytest.raises(Invalid) as refused:
        act(session, now, code, "submit")
    assert refused.value.field == "label_declaration_vi"
    law = rule(session, "listing.label.processed", on=local_date(now)).legal_ref
    assert refused.value.values["law"] == law
    assert listing(session, code).state is ListingState.DRAFT
    label = LABEL | {"declaration": {"vi": "01/2026"}}
    edit(session, now, code, **food(session, terms=SaleTerms(label=label)))
    act(session, now, code, "submit")
    assert listing(session, code).state is ListingState.SUBMITTED


def test_every_field_the_rules_want_is_asked_for(session, now):
    for kind in (ListingKind.PRODUCE, ListingKind.PROCESSED, ListingKind.CRAFT):
        wanted = rule(session, f"listing.label.{kind.value}", on=local_date(now)).value
        assert set(wanted) <= {one.value for one in asked_of(kind)}


def test_a_label_and_an_allergen_less_wait_for_the_office(session, now):
    terms = SaleTerms(label={"storage": {"vi": "Mát"}}, allergens=("peanuts",))
    code = published(session, now, terms=terms)
    more = SaleTerms(label={"storage": {"vi": "Mát"}}, allergens=("eggs", "peanuts"))
    edit(session, now, code, terms=more)
    assert listing(session, code).allergens == ["eggs", "peanuts"]
    edit(session, now, code, terms=SaleTerms(label={"storage": {"vi": "Khô"}}))
    row = listing(session, code)
    assert (row.label, row.allergens) == ({"storage": {"vi": "Mát"}}, ["eggs", "peanuts"])
    assert row.recheck_since == now


def test_a_weighed_bird_shows_its_kilogram_and_its_estimate(session, now):
    code = create(
        session, now, unit=Unit.PIECE, by_weight=True, packs=(PackDraft(1, 0, weight=BIRD),)
    )
    row = listing(session, code)
    assert (row.price_vnd, row.price_per, row.kilo_vnd) == (216_000, 1, 120_000)
    (pack,) = variants(session, code)
    assert (pack.least_g, pack.nominal_g, pack.most_g, pack.price_vnd) == (
        1600,
        1800,
        2000,
        216_000,
    )
    page = listing_page(session, code, now=now)
    assert (page.unit_vnd, page.packs[0].weight, page.packs[0].unit_price_vnd) == (
        120_000,
        BIRD,
        120_000,
    )
    with pytest.raises(Invalid):
        create(session, now, unit=Unit.PIECE, by_weight=True)
    with pytest.raises(Invalid):
        create(session, now, by_weight=True, packs=(PackDraft(1, 0, weight=BIRD),))


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (SaleTerms(tiers=(Tier(10_000, 26_000),)), "tiers"),
        (SaleTerms(limits=Limits(0)), "order_most"),
        (SaleTerms(limits=Limits(None, 1000)), "buyer_days"),
        (SaleTerms(limits=Limits(None, 1000, 400)), "buyer_days"),
        (SaleTerms(preorder_cap=1000), "preorder_until"),
        (SaleTerms(deliver_from=DAY), "deliver_until"),
        (SaleTerms(area=DeliveryArea.COMMUNES), "area_communes"),
        (SaleTerms(area=DeliveryArea.COMMUNES, area_communes=("x",)), "area_communes"),
        (SaleTerms(label={"origin": {"en": "Here"}}), "label_origin_vi"),
        (SaleTerms(label={"origin": {"vi": "a" * 601}}), "label_origin_vi"),
        (SaleTerms(allergens=("sand",)), "allergens"),
        (SaleTerms(safety={"vi": "Bán pháo nổ"}), "safety_vi"),
    ],
)
def test_conditions_that_cannot_be_are_refused_by_name(session, now, terms, field):
    with pytest.raises(Invalid) as refused:
        create(session, now, terms=terms)
    assert refused.value.field == field
    assert session.scalar(sa.select(sa.func.count(Listing.id))) == 0


def test_days_of_pre_orders():
    ahead = Preorder(DAY, DAY + timedelta(2))
    assert [ahead.is_open(DAY + timedelta(days)) for days in (-1, 0, 2, 3)] == [
        False,
        True,
        True,
        False,
    ]
    assert not Preorder().is_open(DAY)


def test_only_a_verified_certificate_makes_a_badge(session, now):
    add(session, now, schemes=(Scheme.VIETGAP, Scheme.ORGANIC))
    certify(session, now, verified=False)
    assert listing_page(session, "VAI", now=now).badges == ()
    certify(session, now, Scheme.ORGANIC)
    page = listing_page(session, "VAI", now=now)
    assert [badge.scheme for badge in page.badges] == [Scheme.ORGANIC]


def test_the_page_knows_what_is_sent_next_and_what_is_too_old(session, now):
    add(session, now, lot_code="L01")
    with transaction(session):
        session.scalars(sa.select(Lot)).one().best_before = local_date(now)
    page = listing_page(session, "VAI", now=now)
    assert (page.best_before, page.sellable) == (local_date(now), True)
    later = listing_page(session, "VAI", now=now + timedelta(days=1))
    assert (later.is_spoiled, later.available, later.sellable) == (True, 0, False)
    (card,) = shelf(session, now=now + timedelta(days=1)).items
    assert not card.available


def test_search_knows_where_goods_are_brought(session, now):
    listing_id = add(session, now)
    on = local_date(now)
    assert sources(session, [listing_id], on=on)[listing_id].delivered_to == (EVERYWHERE,)
    with transaction(session):
        row = listing(session)
        row.area, row.area_communes = DeliveryArea.COMMUNES, [THANH_HA]
    assert sources(session, [listing_id], on=on)[listing_id].delivered_to == (THANH_HA,)


def test_a_kept_page_is_let_go_when_a_condition_changes(session, now):
    add(session, now)
    marks = [goods_mark(session, "VAI", now=now)]
    session.rollback()
    with transaction(session):
        listing(session).tiers = [[5000, 40_000]]
    marks.append(goods_mark(session, "VAI", now=now))
    session.rollback()
    with transaction(session):
        listing(session).area = DeliveryArea.PICK_UP
    marks.append(goods_mark(session, "VAI", now=now))
    assert len(set(marks)) == 3


def test_what_a_unit_is():
    assert [per_of(unit) for unit in (Unit.GRAM, Unit.MILLILITRE, Unit.PIECE, None)] == [
        1000,
        1000,
        1,
        1,
    ]
