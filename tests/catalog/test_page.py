"""Everything about one listing."""

from datetime import date

import pytest

from catalog.queries import listing_page, reviews
from catalog.rules import CardBadge, ListingState
from catalog.services.reviews import add_review
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotFound
from tests.catalog.shelves import (
    add,
    add_visit,
    certify,
    hours,
    listing,
    open_shelves,
    set_lot,
    set_vendor,
    statements,
)
from traceability.rules import LotState
from vendors.rules import Scheme, VendorState


@pytest.fixture(autouse=True)
def _shelves(session, now):
    open_shelves(session, now)


def test_a_page_shows_packs_with_their_price_per_kilogram(session, now):
    add(session, now, stock=3000, packs=((500, 25_000), (5000, 200_000)), category="am-thuc")
    page = listing_page(session, "VAI", now=now)
    assert page.is_shown
    assert (page.price_vnd, page.price_per, page.available) == (25_000, 500, 3000)
    assert [(p.size, p.price_vnd, p.unit_price_vnd, p.per, p.sellable) for p in page.packs] == [
        (500, 25_000, 50_000, 1000, True),
        (5000, 200_000, 40_000, 1000, False),
    ]
    assert page.sellable
    assert (page.category_slug, page.category_name["en"]) == ("am-thuc", "Food & cooking")
    assert listing_page(session, "NONE", now=now) is None


def test_a_full_page_takes_five_statements(session, now):
    certify(session, now)
    add(
        session, now, lot_code="L01", farm_code="F1", schemes=(Scheme.VIETGAP,), season_months=(11,)
    )
    with statements(session) as seen:
        page = listing_page(session, "VAI", now=now)
    assert len(seen) == 5
    assert page.lot.code == "L01"
    assert [badge.number for badge in page.badges] == ["vietgap-1"]
    assert page.badge == CardBadge("certificate", scheme=Scheme.VIETGAP)
    assert page.in_season
    assert page.farm_id == listing(session).farm_id


def test_a_held_lot_stops_the_sale_at_once_and_says_so(session, now):
    add(session, now, lot_code="L01")
    set_lot(session, LotState.HELD)
    page = listing_page(session, "VAI", now=now)
    assert page.is_shown
    assert page.is_on_hold
    assert not page.sellable


def test_a_suspended_vendor_is_gone_before_any_handler_ran(session, now):
    add(session, now)
    set_vendor(session, VendorState.SUSPENDED)
    page = listing_page(session, "VAI", now=now)
    assert page.state is ListingState.WITHHELD
    assert page.is_gone
    assert not page.sellable
    assert listing(session).state is ListingState.PUBLISHED


@pytest.mark.parametrize(
    ("state", "gone"),
    [
        (ListingState.TAKEN_DOWN, True),
        (ListingState.WITHHELD, True),
        (ListingState.PAUSED, False),
        (ListingState.DRAFT, False),
    ],
)
def test_what_is_not_published_cannot_be_bought(session, now, state, gone):
    add(session, now, state=state)
    page = listing_page(session, "VAI", now=now)
    assert (page.state, page.is_gone, page.is_shown) == (state, gone, False)
    assert not page.sellable


def test_pre_orders_are_open_from_the_first_to_the_last_day(session, now):
    add(session, now, preorder_from=date(2026, 11, 23), preorder_until=date(2026, 11, 25))
    assert listing_page(session, "VAI", now=now - hours(24)).is_preorder is False
    assert listing_page(session, "VAI", now=now).is_preorder is True
    assert listing_page(session, "VAI", now=now + hours(48)).is_preorder is True
    assert listing_page(session, "VAI", now=now + hours(72)).is_preorder is False


def test_an_experience_has_no_packs_and_a_price_for_a_person(session, now):
    add_visit(session, now)
    page = listing_page(session, "THAM", now=now)
    assert (page.packs, page.price_vnd, page.price_per, page.available) == ((), 150_000, 1, 0)


def review(session, now, **wishes):
    values = {
        "listing_id": listing(session).id,
        "line_ref": "01LINE",
        "author_name": "Chị Hoa",
        "rating": 4,
        "body": " Ngọt. ",
        "lang": "vi",
    }
    with transaction(session):
        return add_review(session, **(values | wishes), now=now)


def test_reviews_are_read_newest_first_and_summed_up(session, now):
    add(session, now)
    before = listing(session).version
    review(session, now)
    review(session, now + hours(1), line_ref="01OTHER", rating=5, lang="xx")
    page = listing_page(session, "VAI", now=now)
    assert (page.rating, page.rating_count) == (4.5, 2)
    found = reviews(session, page.id, limit=1)
    assert [(r.rating, r.lang) for r in found.items] == [(5, "vi")]
    assert found.has_next
    (old,) = reviews(session, page.id, limit=1, page=2).items
    assert (old.author_name, old.body) == ("Chị Hoa", "Ngọt.")
    assert listing(session).version == before


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({"rating": 0}, Invalid),
        ({"rating": 6}, Invalid),
        ({"body": "a" * 2001}, Invalid),
        ({"listing_id": "01NONE"}, NotFound),
        ({"line_ref": "01LINE"}, Conflict),
    ],
)
def test_a_review_that_cannot_be_changes_nothing(session, now, wish, refusal):
    add(session, now)
    review(session, now)
    with pytest.raises(refusal):
        review(session, now, **({"line_ref": "01NEW"} | wish))
    assert listing_page(session, "VAI", now=now).rating_count == 1
