"""What stands on the shelves, and what is shown of it: never stale."""

from datetime import date

import pytest

from catalog.queries import (
    Wanted,
    cards,
    cards_by_code,
    category_tree,
    find_category,
    listing_heads,
    listings_by_farm,
    offers,
    plain_search,
    shelf,
    with_seats,
)
from catalog.queries.offers import listing_ids_by_code, listing_of
from catalog.rules import CardBadge, ListingKind, ListingState, Mark
from catalog.services.steps import moderate_listing
from kernel import claims
from kernel.db import transaction
from kernel.quantity import Unit
from tests.catalog.shelves import (
    OFFICER,
    add,
    add_visit,
    certify,
    hours,
    listing,
    open_shelves,
    plans,
    set_lot,
    set_vendor,
    statements,
    variants,
    vendor_id,
)
from traceability.rules import LotState
from vendors.rules import Scheme, VendorState


@pytest.fixture(autouse=True)
def _shelves(session, now):
    open_shelves(session, now)


def codes(found):
    return [card.code for card in found]


def test_a_card_says_what_who_where_price_and_lot(session, now):
    add(session, now, lot_code="L01", farm_code="F1", packs=((500, 25_000), (5000, 200_000)))
    (card,) = shelf(session, now=now).items
    assert card.title == {"vi": "Vải thiều Thanh Hà", "en": "Thanh Ha lychee"}
    assert (card.vendor_name, card.vendor_slug) == ("HTX Thanh Sơn", "htx-thanh-son")
    assert card.commune == "vn-2025:10813"
    assert (card.price_vnd, card.price_per, card.unit) == (25_000, 500, Unit.GRAM)
    assert (card.lot_code, card.slug, card.badge) == ("L01", "vai-thieu-thanh-ha", None)
    assert (card.art, card.tint, card.photo, card.rating) == ("lychee", "blush", None, None)
    assert card.available


def test_shelves_are_read_newest_first_in_pages(session, now):
    for number in range(5):
        add(session, now, f"L{number}", since=now - hours(number))
    first, last = shelf(session, now=now, per_page=3), shelf(session, now=now, per_page=3, page=2)
    assert (codes(first.items), first.has_next) == (["L0", "L1", "L2"], True)
    assert (codes(last.items), last.has_next, last.number) == (["L3", "L4"], False, 2)
    assert shelf(session, now=now, page=9999).items == []


def test_a_shelf_holds_its_own_level_or_all_below(session, now):
    add(session, now)
    add_visit(session, now, "THAM")
    add_visit(session, now, "THUYEN", category="song-nuoc")
    assert codes(shelf(session, now=now, category="trai-nghiem").items) == ["THUYEN", "THAM"]
    assert codes(shelf(session, now=now, category="tham-vuon").items) == ["THAM"]
    assert codes(shelf(session, now=now, category="trai-cay").items) == ["VAI"]
    assert shelf(session, now=now, category="khong-co").items == ()
    assert codes(shelf(session, now=now, kind=ListingKind.PRODUCE).items) == ["VAI"]


def test_shelves_of_a_vendor_a_month_and_a_farm(session, now):
    june = add(session, now, season_months=(5, 6), farm_code="F1")
    add(session, now, "MAT", vendor_code="V2", category="mat-ong-do-uong")
    assert codes(shelf(session, now=now, vendor_id=vendor_id(session, "V2")).items) == ["MAT"]
    assert codes(shelf(session, now=now, in_season_month=6).items) == ["VAI"]
    assert shelf(session, now=now, in_season_month=7).items == []
    farm_id = listing(session).farm_id
    assert [card.id for card in listings_by_farm(session, farm_id, now=now)] == [june]


@pytest.mark.parametrize("month", range(1, 13))
def test_what_is_in_season_is_read_along_the_index_of_its_month(session, now, month):
    with plans(session) as seen:
        shelf(session, now=now, in_season_month=month)
    assert f"ix_listing_month_{month:02}" in seen[0]


def test_cards_keep_the_order_asked_for_and_leave_out_what_is_not_shown(session, now):
    one, two = add(session, now, "MOT"), add(session, now, "HAI")
    hidden = add(session, now, "BA", state=ListingState.DRAFT)
    assert codes(cards(session, [two, hidden, one, "none"], now=now)) == ["HAI", "MOT"]
    assert codes(cards_by_code(session, ["MOT", "BA", "HAI"], now=now)) == ["MOT", "HAI"]


def test_a_suspended_vendor_is_off_every_shelf_before_any_handler_ran(session, now):
    listing_id = add(session, now, farm_code="F1")
    variant = variants(session)[0].id
    set_vendor(session, VendorState.SUSPENDED)
    assert shelf(session, now=now).items == []
    assert cards(session, [listing_id], now=now) == []
    assert plain_search(session, wanted=Wanted(words="vai"), now=now).items == []
    assert listings_by_farm(session, listing(session).farm_id, now=now) == []
    assert offers(session, [variant])[variant].sellable is False
    assert listing_heads(session, [listing_id])[listing_id].published is False


@pytest.mark.parametrize("bad", [LotState.HELD, LotState.RECALLED])
def test_a_lot_that_may_not_be_sold_is_not_sellable_at_once(session, now, bad):
    add(session, now, lot_code="L01")
    variant = variants(session)[0].id
    assert offers(session, [variant])[variant].sellable is True
    set_lot(session, bad)
    assert offers(session, [variant])[variant].sellable is False
    assert shelf(session, now=now).items[0].available is False


def test_what_others_hold_is_not_available_and_comes_back_when_the_hold_ends(session, now):
    add(session, now, stock=3000, packs=((2000, 90_000),))
    bucket = listing(session).bucket_id
    with transaction(session):
        claims.hold(session, "cart:1", [claims.Demand(bucket, 2000)], until=now + hours(1), now=now)
    assert shelf(session, now=now).items[0].available is False
    assert shelf(session, now=now + hours(2)).items[0].available is True


def test_the_badge_is_one_by_priority(session, now):
    certify(session, now, Scheme.VIETGAP)
    certify(session, now, Scheme.OCOP, stars=4)
    claimed = (Scheme.OCOP, Scheme.VIETGAP)
    season = {"season_months": (11,)}
    ahead = {"preorder_from": date(2026, 11, 1), "preorder_until": date(2026, 11, 23)}
    add(session, now, "MUA", **season)
    add(session, now, "CHUNG", schemes=claimed, **season)
    add(session, now, "DAT", schemes=claimed, **season, **ahead)
    add(session, now, "QUA", preorder_from=date(2026, 10, 1), preorder_until=date(2026, 11, 22))
    found = {card.code: card.badge for card in shelf(session, now=now).items}
    assert found == {
        "MUA": CardBadge("season"),
        "CHUNG": CardBadge("certificate", scheme=Scheme.OCOP, stars=4),
        "DAT": CardBadge("preorder", until=date(2026, 11, 23)),
        "QUA": None,
    }


def test_a_certificate_shows_only_when_claimed_verified_and_valid(session, now):
    certify(session, now, Scheme.VIETGAP, last_day=date(2026, 11, 22))
    certify(session, now, Scheme.ORGANIC, verified=False)
    certify(session, now, Scheme.HACCP)
    add(session, now, schemes=(Scheme.VIETGAP, Scheme.ORGANIC))
    (card,) = shelf(session, now=now).items
    assert card.badge is None
    assert card.marks == ()


def test_seats_are_shown_on_experiences_only(session, now):
    add(session, now, season_months=(11,))
    few = add_visit(session, now, "IT")
    many = add_visit(session, now, "NHIEU", season_months=(11,))
    add_visit(session, now, "HET")
    found = with_seats(shelf(session, now=now).items, {few: 3, many: 30})
    assert {card.code: (card.badge, card.available) for card in found} == {
        "VAI": (CardBadge("season"), True),
        "IT": (CardBadge("seats", seats=3), True),
        "NHIEU": (CardBadge("season"), True),
        "HET": (None, False),
    }
    certified = with_seats(
        [_marked(found[0], card) for card in found if card.code == "IT"], {few: 3}
    )
    assert certified[0].badge == CardBadge("certificate", scheme=Scheme.GI)


def _marked(_other, card):
    from dataclasses import replace

    return replace(card, marks=(Mark(Scheme.GI),))


def test_a_full_shelf_takes_five_statements(session, now):
    certify(session, now)
    for number in range(4):
        add(session, now, f"L{number}", lot_code="L01", schemes=(Scheme.VIETGAP,))
    with statements(session) as seen:
        assert len(shelf(session, now=now).items) == 4
    assert len(seen) == 5
    with statements(session) as seen:
        cards_by_code(session, ["L0", "L1"], now=now)
    assert len(seen) == 5


def test_an_offer_is_everything_a_basket_copies_in_one_statement(session, now):
    listing_id = add(session, now, packs=((500, 25_000), (1000, 45_000)))
    small, large = variants(session)
    with statements(session) as seen:
        found = offers(session, [small.id, large.id, "none"])
    assert len(seen) == 1
    assert set(found) == {small.id, large.id}
    offer = found[small.id]
    assert (offer.listing_id, offer.listing_code, offer.vendor_id) == (
        listing_id,
        "VAI",
        vendor_id(session),
    )
    assert (offer.size, offer.unit, offer.price_vnd) == (500, Unit.GRAM, 25_000)
    assert offer.label == {"vi": "500 g", "en": "500 g"}
    assert offer.bucket_id == listing(session).bucket_id
    assert offer.sellable is True
    assert offers(session, []) == {}


def test_a_listing_taken_down_cannot_be_bought(session, now):
    listing_id = add(session, now)
    variant = variants(session)[0].id
    with transaction(session):
        moderate_listing(
            session,
            listing_id,
            action="take_down",
            reason="Ảnh không phải của vườn này.",
            actor=OFFICER,
            now=now,
        )
    assert offers(session, [variant])[variant].sellable is False


def test_plain_search_finds_by_title_without_marks(session, now):
    add(session, now)
    add(session, now, "CAROT", title={"vi": "Cà rốt Đức Chính"})
    assert codes(plain_search(session, wanted=Wanted(words="VAI thieu"), now=now).items) == ["VAI"]
    assert codes(plain_search(session, wanted=Wanted(words="duc chính"), now=now).items) == [
        "CAROT"
    ]
    assert codes(plain_search(session, wanted=Wanted(words="lychee"), now=now).items) == ["VAI"]
    assert plain_search(session, wanted=Wanted(words="100%_"), now=now).items == []
    assert len(plain_search(session, wanted=Wanted(words=""), now=now).items) == 2


def test_heads_of_listings_are_found_in_any_state(session, now):
    listing_id = add(session, now, state=ListingState.DRAFT)
    head = listing_of(session, vendor_id=vendor_id(session), code="VAI")
    assert (head.id, head.state, head.published) == (listing_id, ListingState.DRAFT, False)
    assert listing_of(session, vendor_id=vendor_id(session, "V2"), code="VAI") is None
    assert listing_ids_by_code(session, ["VAI", "X"]) == {"VAI": listing_id}
    assert listing_ids_by_code(session, []) == {}
    assert listing_heads(session, []) == {}


def test_the_category_tree_has_two_levels_in_order_in_one_statement(session):
    with statements(session) as seen:
        tree = category_tree(session)
    assert len(seen) == 1
    assert [node.slug for node in tree][:2] == ["trai-cay", "rau-cu"]
    assert tree[-1].children[0].slug == "tham-vuon"
    assert find_category(tree, "am-thuc").name == {"vi": "Ẩm thực", "en": "Food & cooking"}
    assert find_category(tree, "none") is None
