"""The index follows the shelves; tables come in by code."""

from datetime import date

import pytest
import sqlalchemy as sa

from catalog import handlers
from catalog.events import ListingChanged, ListingPublished, ListingWithdrawn
from catalog.queries.sources import EVERYWHERE, all_sources, sources
from catalog.rules import ListingKind, ListingState
from catalog.search.embedded import TantivyEngine
from catalog.search.engine import IndexGone
from catalog.services import indexing
from catalog.services.categories import seed_categories
from catalog.services.importing import ListingRow, VariantRow, import_listing, import_variants
from catalog.services.reviews import add_review
from kernel import claims, places
from kernel.actor import HOUSE
from kernel.db import transaction
from kernel.errors import Invalid
from kernel.events import OutboxMessage
from kernel.quantity import Unit
from tests.catalog.shelves import (
    add,
    add_visit,
    category_id,
    certify,
    listing,
    open_shelves,
    row,
    set_vendor,
    state,
    variants,
    vendor_id,
)
from traceability.events import LotHeld
from traceability.models import Farm
from vendors.events import VendorChanged
from vendors.rules import Scheme, VendorState

ON = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _shelves(session, now):
    open_shelves(session, now)


@pytest.fixture
def engine(tmp_path):
    return TantivyEngine(tmp_path / "search")


def found(engine):
    engine._open = None
    return set(engine.search("", per_page=100).codes)


def test_a_source_knows_what_a_listing_is_found_by(session, now):
    certify(session, now, Scheme.OCOP, stars=4)
    listing_id = add_visit(
        session, now, schemes=(Scheme.OCOP, Scheme.VIETGAP), season_months=(6, 5)
    )
    source = sources(session, [listing_id, "01NONE"], on=ON)[listing_id]
    assert source.categories == ("tham-vuon", "trai-nghiem")
    assert source.category_words == ("Thăm vườn", "Farm visits", "Trải nghiệm", "Experiences")
    assert source.category_labels[0] == "tham-vuon|Thăm vườn|Farm visits"
    assert (source.schemes, source.stars) == (("ocop",), (4,))
    assert source.season_months == (5, 6)
    assert source.commune_name == "Thanh Hà"
    assert "Huyện Thanh Hà" in source.place_words
    assert sources(session, [], on=ON) == {}


def test_a_source_lies_at_its_farm_or_else_in_the_middle_of_its_commune(session, now):
    goods, visit = add(session, now), add_visit(session, now)
    middle = places.commune(listing(session).commune)
    known = sources(session, [goods, visit], on=ON)
    assert (known[goods].lat, known[goods].lon) == (middle.lat, middle.lon)
    with transaction(session):
        farm = session.scalars(sa.select(Farm)).one()
        farm.lat, farm.lon = 20.9, 106.4
        listing(session).farm_id = farm.id
    known = sources(session, [goods, visit], on=ON)
    assert (known[goods].lat, known[goods].lon) == (20.9, 106.4)
    assert (known[goods].delivered_to, known[visit].delivered_to) == ((EVERYWHERE,), ())


def test_a_review_is_told_to_the_index(session, now):
    listing_id = add(session, now)
    before = session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage))
    with transaction(session):
        add_review(
            session,
            listing_id=listing_id,
            line_ref="01LINE",
            author_name="Chị Hoa",
            rating=4,
            body="Ngọt.",
            lang="vi",
            now=now,
        )
    told = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.seq)).all()[before:]
    assert [message.kind for message in told] == ["ListingChanged"]
    source = sources(session, [listing_id], on=ON)[listing_id]
    assert (source.rating_tenths, source.rating_count) == (40, 1)


def test_everything_shown_is_read_in_batches(session, now, monkeypatch):
    monkeypatch.setattr("catalog.queries.sources.BATCH", 2)
    for number in range(5):
        add(session, now, f"L{number}")
    add(session, now, "AN", state=ListingState.DRAFT)
    assert {source.code for source in all_sources(session, on=ON)} == {f"L{n}" for n in range(5)}
    set_vendor(session, VendorState.SUSPENDED)
    assert list(all_sources(session, on=ON)) == []


def test_events_bring_one_listing_in_and_out_as_often_as_they_come(session, now, engine):
    one, two = add(session, now, "MOT"), add(session, now, "HAI")
    handle = handlers.reindex_listing(engine)
    # No index yet: somebody else builds it, and the event waits for that.
    with pytest.raises(IndexGone):
        handle(session, ListingPublished(one, "MOT"), now)
    indexing.rebuild_index(session, engine, now=now)
    handle(session, ListingPublished(one, "MOT"), now)
    assert found(engine) == {"MOT", "HAI"}
    with transaction(session):
        listing(session, "MOT").state = ListingState.PAUSED
    for _ in range(2):
        handle(session, ListingWithdrawn(one, "MOT"), now)
        assert found(engine) == {"HAI"}
    with transaction(session):
        listing(session, "HAI").title = {"vi": "Nhãn lồng"}
    for _ in range(2):
        handle(session, ListingChanged(two, "HAI"), now)
    assert found(engine) == {"HAI"}
    assert list(engine.search("nhan long").codes) == ["HAI"]
    assert engine.search("vai").total == 0


def test_a_vendors_and_a_lots_listings_follow_together(session, now, engine):
    add(session, now, "MOT", lot_code="L01")
    add(session, now, "MAT", vendor_code="V2", category="mat-ong-do-uong")
    indexing.rebuild_index(session, engine, now=now)
    set_vendor(session, VendorState.SUSPENDED)
    handlers.reindex_vendor(engine)(session, VendorChanged(vendor_id(session)), now)
    assert found(engine) == {"MAT"}
    set_vendor(session, VendorState.APPROVED)
    lot_id = listing(session, "MOT").lot_id
    handlers.reindex_lot(engine)(session, LotHeld(lot_id, vendor_id(session)), now)
    assert found(engine) == {"MOT", "MAT"}


def test_a_table_row_makes_a_listing_and_the_same_row_again_changes_no_stock(session, now):
    first = add(session, now, packs=((500, 25_000), (1000, 45_000)), stock=7000)
    bucket = listing(session).bucket_id
    with transaction(session):
        claims.adjust(session, bucket, d_on_hand=-2000, reason="counted", now=now)
    again = add(session, now, packs=((500, 30_000),), stock=7000, title={"vi": "Vải mới"})
    assert again == first
    assert claims.available(session, [bucket], now=now) == {bucket: 5000}
    assert listing(session).title == {"vi": "Vải mới"}
    assert [(v.size, v.price_vnd, v.active) for v in variants(session)] == [
        (500, 30_000, True),
        (1000, 45_000, True),
    ]
    assert (listing(session).price_vnd, listing(session).price_per) == (30_000, 500)


def test_packs_of_a_table_replace_those_before(session, now):
    add(session, now, packs=((500, 25_000), (1000, 45_000)))
    with transaction(session):
        import_variants(
            session,
            "VAI",
            rows=[VariantRow("VAI", 1000, 50_000, {"vi": "Túi 1 kg"})],
            actor=HOUSE,
            now=now,
        )
    assert [(v.size, v.label["vi"], v.active) for v in variants(session)] == [
        (1000, "Túi 1 kg", True),
        (500, "500 g", False),
    ]


def test_a_later_import_moves_no_state(session, now):
    add(session, now, state=ListingState.TAKEN_DOWN)
    add(session, now, state=ListingState.PUBLISHED)
    assert state(session) is ListingState.TAKEN_DOWN


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"vendor_code": "NONE"}, "vendor_code"),
        ({"category": "none"}, "category"),
        ({"commune": "10813"}, "commune"),
        ({"title": {"en": "Lychee"}}, "title_vi"),
        ({"unit": None}, "unit"),
        ({"kind": ListingKind.EXPERIENCE}, "unit"),
        ({"season_months": (13,)}, "season_months"),
        ({"farm_code": "F9"}, "farm_code"),
        ({"lot_code": "L99"}, "lot_code"),
    ],
)
def test_a_bad_row_is_refused_by_its_column(session, now, wishes, field):
    with pytest.raises(Invalid) as refusal:
        add(session, now, **wishes)
    assert refusal.value.field == field
    assert list(all_sources(session, on=ON)) == []


@pytest.mark.parametrize(
    ("wishes", "field"), [({"vendor_code": "V2"}, "code"), ({"unit": Unit.PIECE}, "unit")]
)
def test_a_code_stays_with_its_vendor_and_unit(session, now, wishes, field):
    add(session, now)
    with pytest.raises(Invalid) as refusal:
        add(session, now, **wishes)
    assert refusal.value.field == field


def test_nothing_is_published_for_a_vendor_that_may_not_sell(session, now):
    set_vendor(session, VendorState.SUSPENDED)
    with pytest.raises(Invalid) as refusal:
        add(session, now)
    assert refusal.value.field == "vendor_code"
    add(session, now, state=ListingState.DRAFT)
    assert state(session) is ListingState.DRAFT


@pytest.mark.parametrize("packs", [((0, 5),), ((5, 0),)])
def test_bad_packs_are_refused(session, now, packs):
    add(session, now)
    with pytest.raises(Invalid):
        add(session, now, packs=packs)
    with pytest.raises(Invalid), transaction(session):
        import_variants(session, "NONE", rows=[], actor=HOUSE, now=now)
    assert [v.price_vnd for v in variants(session)] == [45_000]


def test_categories_are_put_up_once(session, now):
    before = category_id(session, "am-thuc")
    with transaction(session):
        seed_categories(session, actor=HOUSE, now=now)
    assert category_id(session, "am-thuc") == before


def test_a_row_of_a_table_says_what_is_in_it(session, now):
    with transaction(session):
        listing_id = import_listing(
            session, row(art="guava", tint="leaf", since=now), actor=HOUSE, now=now
        )
    made = listing(session)
    assert isinstance(row(), ListingRow)
    assert (made.id, made.art, made.tint, made.created_at) == (listing_id, "guava", "leaf", now)
