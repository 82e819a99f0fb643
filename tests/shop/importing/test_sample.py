"""The sample province: it loads whole, once, and holds what it promises."""

import re
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from bookings.models import Booking, Departure, Experience
from catalog.models import Listing, Review, Variant
from catalog.rules import ListingKind, ListingState
from kernel import db, places
from kernel.audit import verify
from kernel.claims import Bucket
from kernel.money import price_for
from kernel.rules_table import seed_rules
from orders.models import CollectionPoint, Order, OrderGroup
from payments.models import Posting
from shop.founding import found_market
from shop.importing import sample
from shop.importing.sample import BrokenSample, load_sample_once
from tests.conftest import build
from tests.shop.importing.office import NOW, VENDOR, as_csv, sheet
from traceability.models import DiaryEntry, Lot, Season
from traceability.rules import Activity, LotState, Spray, judge_harvest
from vendors.models import Certificate, Vendor, VendorMember
from vendors.rules import VendorState


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    """Load the sample once for this file, into a database of its own."""
    place = tmp_path_factory.mktemp("province")
    url = f"sqlite:///{place / 'market.db'}"
    build(url)
    engine = db.open_engine(url)
    maker = db.session_factory(engine)
    steps = []
    with maker() as session, db.transaction(session):
        found_market(session, now=NOW)
    report = load_sample_once(maker, now=NOW, step=steps.append)
    assert report.saved
    assert sum(steps) == report.total
    with maker() as session:
        yield session
    engine.dispose()


def count(session, kind, *where):
    return session.scalar(sa.select(sa.func.count()).select_from(kind).where(*where))


def test_it_is_a_province_of_many_vendors_in_every_state(province):
    states = Counter(province.scalars(sa.select(Vendor.state)))
    assert states[VendorState.APPROVED] >= 40
    for state in ("SUBMITTED", "UNDER_REVIEW", "INFORMATION_REQUESTED", "REJECTED", "SUSPENDED"):
        assert states[VendorState[state]] >= 1
    assert count(province, VendorMember) >= 10


def test_it_offers_goods_and_visits(province):
    shown = Listing.state == ListingState.PUBLISHED
    visit = Listing.kind == ListingKind.EXPERIENCE
    assert count(province, Listing, shown, sa.not_(visit)) >= 160
    assert count(province, Listing, shown, visit) >= 40
    assert count(province, Experience) == count(province, Listing, visit)
    ahead = province.scalars(
        sa.select(Departure.listing_id).where(Departure.starts_at > NOW).distinct()
    ).all()
    assert len(ahead) == count(province, Listing, shown, visit)


def test_every_text_is_there_in_both_languages(province):
    listings = province.scalars(sa.select(Listing)).all()
    for listing in listings:
        for text in (listing.title, listing.summary, listing.description):
            assert set(text) == {"vi", "en"}, listing.code
            assert text["vi"] != text["en"], listing.code
    titles = [listing.title[lang] for listing in listings for lang in ("vi", "en")]
    assert len(titles) == len(set(titles))
    for entry in province.scalars(sa.select(DiaryEntry)):
        assert set(entry.note) == {"vi", "en"}


def test_every_place_lies_in_former_hai_duong(province):
    keys = set(province.scalars(sa.select(Vendor.commune)))
    keys |= set(province.scalars(sa.select(Listing.commune)))
    assert all(places.commune(key).in_former_hai_duong for key in keys)


def test_a_larger_pack_is_never_dearer_by_the_kilogram(province):
    rows = province.execute(
        sa.select(Variant.listing_id, Variant.size, Variant.price_vnd).order_by(
            Variant.listing_id, Variant.size
        )
    ).all()
    assert len(rows) >= 300
    for small, large in pairwise(rows):
        if small.listing_id == large.listing_id:
            assert large.price_vnd <= price_for(small.price_vnd, small.size, large.size)


def test_seasons_have_diaries_one_would_believe(province):
    seasons = province.scalars(sa.select(Season)).all()
    assert len(seasons) >= 60
    entries = Counter(province.scalars(sa.select(DiaryEntry.season_id)))
    long_enough = [season for season in seasons if 6 <= entries[season.id] <= 15]
    assert len(long_enough) >= 60
    starts = {season.id: season.started_on for season in seasons}
    for entry in province.scalars(sa.select(DiaryEntry)):
        assert starts[entry.season_id] <= entry.done_on <= NOW.date()


def test_waiting_times_are_kept_but_once_and_one_lot_is_recalled(province):
    lots = province.scalars(sa.select(Lot).where(Lot.season_id.is_not(None))).all()
    kept = {
        lot.id: judge_harvest(_sprays(province, lot.season_id), lot.harvested_on).kept
        for lot in lots
    }
    assert [lot.state for lot in lots if not kept[lot.id]] == [LotState.HELD]
    states = Counter(province.scalars(sa.select(Lot.state)))
    assert (states[LotState.HELD], states[LotState.RECALLED]) == (1, 1)
    assert states[LotState.OPEN] >= 100


def _sprays(session, season_id):
    rows = session.scalars(
        sa.select(DiaryEntry).where(
            DiaryEntry.season_id == season_id, DiaryEntry.activity == Activity.SPRAY
        )
    )
    return [Spray(row.input_name, row.done_on, row.phi_days) for row in rows]


def test_certificates_are_valid_ending_ended_and_unverified(province):
    rows = province.scalars(sa.select(Certificate)).all()
    today = NOW.date()
    assert sum(row.valid_to <= today for row in rows) >= 2
    assert sum(today < row.valid_to <= today + timedelta(30) for row in rows) >= 2
    assert sum(row.verified_at is None for row in rows) >= 2
    assert sum(row.valid_to > today and row.verified_at is not None for row in rows) >= 40


def test_orders_stand_in_every_state_and_the_ledger_is_even(province):
    assert count(province, OrderGroup) >= 60
    states = {row.state.value for row in province.scalars(sa.select(Order))}
    assert states == {"placed", "confirmed", "completed", "canceled", "expired"}
    goods = {row.fulfilment.value for row in province.scalars(sa.select(Order))}
    assert goods == {"pending", "packed", "shipped", "ready", "delivered", "canceled"}
    paid = {row.paid.value for row in province.scalars(sa.select(OrderGroup))}
    assert paid == {"unpaid", "paid", "refund_due", "refunded"}
    assert province.scalar(sa.select(sa.func.sum(Posting.amount_vnd))) == 0
    assert count(province, Bucket, Bucket.allocated > Bucket.on_hand) == 0
    assert count(province, CollectionPoint) >= 6
    assert count(province, Booking) >= 15


def test_reviews_are_honest_in_two_languages_and_none_is_said_twice(province):
    reviews = province.scalars(sa.select(Review)).all()
    assert len(reviews) >= 120
    stars = Counter(review.rating for review in reviews)
    assert stars[3] >= 5
    assert stars[4] >= 30
    assert Counter(review.lang for review in reviews)["en"] >= 20
    assert len({review.body for review in reviews}) == len(reviews)


def test_the_log_of_loading_is_unbroken(province):
    assert verify(province) is None


def test_art_and_tints_are_among_those_there_are(province):
    tints = set(province.scalars(sa.select(Listing.tint)))
    assert tints == {"sun", "blush", "leaf", "sky", "lilac"}
    names = set(province.scalars(sa.select(Listing.art)))
    assert all(re.fullmatch(r"[a-z][a-z-]*", name) for name in names)


def test_a_market_with_vendors_is_left_alone(maker, now, tmp_path):
    with maker() as session, db.transaction(session):
        seed_rules(session, now=now)
    (tmp_path / "vendors.csv").write_bytes(as_csv(sheet(VENDOR)))
    assert load_sample_once(maker, now=now, folder=tmp_path).saved
    assert load_sample_once(maker, now=now, folder=tmp_path) is None


def test_a_sample_that_does_not_fit_the_code_says_where(maker, now, tmp_path):
    (tmp_path / "vendors.csv").write_bytes(as_csv(sheet({**VENDOR, "Xã phường": "Quận 1"})))
    with pytest.raises(BrokenSample, match=r"vendors\.csv.*row=2.*There is no such commune"):
        load_sample_once(maker, now=now, folder=tmp_path)
    with maker() as session:
        assert count(session, Vendor) == 0


def test_the_sample_lies_beside_the_code():
    assert (sample.SAMPLE / "README.md").exists()


def test_it_can_be_loaded_years_later(tmp_path):
    """What is still sold keeps from the day of loading, whatever that day is."""
    url = f"sqlite:///{tmp_path / 'market.db'}"
    build(url)
    engine = db.open_engine(url)
    maker, later = db.session_factory(engine), NOW + timedelta(days=1000)
    with maker() as session, db.transaction(session):
        found_market(session, now=later)
    assert load_sample_once(maker, now=later).saved
    engine.dispose()
