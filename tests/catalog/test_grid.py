"""Prices and stock of many offers in one save: what is saved, what is named, what is left alone."""

import re

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import NamesNoLot, RowEdited
from catalog.models import ListingLot, StockGap
from catalog.queries.benches import bench_listings, grid_page, state_counts
from catalog.queries.revisions import revisions
from catalog.rules import ListingState
from catalog.rules.pricing import Weight
from catalog.services import grid
from catalog.services.grid import RowDraft, save_grid
from catalog.services.packs import PackDraft
from catalog.services.stock import adjust_stock
from kernel import audit, claims
from kernel.audit import AuditEntry
from kernel.buckets import Bucket, Movement
from kernel.claims import Demand, SoldOut
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotFound
from kernel.quantity import Unit
from tests.catalog.shelves import (
    add,
    add_visit,
    listing,
    open_shelves,
    seller,
    variants,
    vendor_id,
)
from tests.catalog.test_writing import act, create, edit, published
from tests.conftest import post
from tests.together import at_once
from traceability.models import Lot


def prices(session, code):
    return [v.price_vnd for v in variants(session, code) if v.active]


def pack(session, code, place=0):
    return [v for v in variants(session, code) if v.active][place].id


def on_hand(session, code):
    bucket = listing(session, code).bucket_id
    return session.scalar(sa.select(Bucket.on_hand).where(Bucket.id == bucket))


def row(session, code, *, prices=(), on_hand_=None, version=None, seen=None):
    one = listing(session, code)
    had = None if on_hand_ is None else on_hand(session, code) if seen is None else seen
    return RowDraft(
        code,
        one.version if version is None else version,
        {pack(session, code, place): price for place, price in prices},
        on_hand_,
        had,
    )


def save(session, now, *rows, reason="counted", vendor=None):
    vendor = vendor or vendor_id(session)
    with transaction(session):
        return save_grid(session, vendor, rows=rows, reason=reason, actor=seller(vendor), now=now)


@pytest.fixture
def shelf(session, now):
    open_shelves(session, now)
    return session


def test_prices_and_stock_of_several_offers_are_saved_together(shelf, now):
    one, two = published(shelf, now), create(shelf, now)
    add_visit(shelf, now)
    visit = RowDraft("THAM", listing(shelf, "THAM").version, {None: 180_000})
    saved = save(
        shelf, now,
        row(shelf, one, prices=[(0, 26_000), (1, 120_000)], on_hand_=20_000),
        row(shelf, two, on_hand_=7_000),
        visit,
    )  # fmt: skip
    assert (set(saved.codes), saved.refused) == ({one, two, "THAM"}, {})
    assert (prices(shelf, one), on_hand(shelf, one)) == ([26_000, 120_000], 20_000)
    assert (prices(shelf, two), on_hand(shelf, two)) == ([25_000, 110_000], 7_000)
    assert listing(shelf, one).price_vnd == 26_000
    assert listing(shelf, "THAM").price_vnd == 180_000
    moved = shelf.scalars(sa.select(Movement.reason).where(Movement.d_on_hand == 20_000)).all()
    assert moved == ["counted"]
    done = shelf.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    assert done.count("listing.prices_set") == 2
    assert done.count("listing.stock_adjusted") == 2
    assert audit.verify(shelf) is None
    assert revisions(shelf, listing(shelf, one).id).items[0].action == "prices"


def test_of_a_pack_that_is_weighed_the_price_of_a_kilogram_is_set(shelf, now):
    code = create(
        shelf, now, unit=Unit.PIECE, by_weight=True,
        packs=(PackDraft(1, 0, weight=Weight(1600, 1800, 2000, 150_000)),),
    )  # fmt: skip
    save(shelf, now, row(shelf, code, prices=[(0, 160_000)]))
    (made,) = variants(shelf, code)
    assert (made.kilo_vnd, made.price_vnd) == (160_000, 288_000)
    assert (listing(shelf, code).kilo_vnd, listing(shelf, code).price_vnd) == (160_000, 288_000)
    (shown,) = grid_page(shelf, vendor_id=vendor_id(shelf)).items
    assert (shown.packs[0].price_vnd, shown.packs[0].by_kilo) == (160_000, True)


def test_a_row_edited_meanwhile_is_named_and_left_the_others_are_saved(shelf, now):
    one, two = create(shelf, now), create(shelf, now)
    stale = row(shelf, one, prices=[(0, 99_000)])
    fresh = row(shelf, two, prices=[(0, 26_000)])
    edit(shelf, now, one, packs=(PackDraft(1000, 28_000), PackDraft(5000, 110_000)))
    saved = save(shelf, now, stale, fresh)
    assert saved.codes == (two,)
    assert {code: type(why) for code, why in saved.refused.items()} == {one: RowEdited}
    assert (prices(shelf, one)[0], prices(shelf, two)[0]) == (28_000, 26_000)


def test_stock_that_moved_meanwhile_is_not_counted_over(shelf, now):
    code = create(shelf, now)
    stale = row(shelf, code, on_hand_=5_000)
    with transaction(shelf):
        adjust_stock(
            shelf, vendor_id(shelf), code=code, change=3_000, reason="harvest",
            actor=seller(vendor_id(shelf)), now=now,
        )  # fmt: skip
    saved = save(shelf, now, stale)
    assert type(saved.refused[code]) is RowEdited
    assert on_hand(shelf, code) == 3_000


def test_refusals_leave_no_trace_even_of_the_price_beside_them(shelf, now):
    code = published(shelf, now)
    save(shelf, now, row(shelf, code, on_hand_=5_000), reason="harvest")
    bucket = listing(shelf, code).bucket_id
    with transaction(shelf):
        claims.settle(shelf, "order:1", [Demand(bucket, 4_000)], now=now)
    before = shelf.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    for wrong, reason, why in (
        (row(shelf, code, prices=[(0, 1_000)], on_hand_=3_000), "counted", SoldOut),
        (row(shelf, code, prices=[(0, 1_000)], on_hand_=4_500), "harvest", Invalid),
        (row(shelf, code, prices=[(0, 1_000)], on_hand_=6_000), "spoiled", Invalid),
        (row(shelf, code, prices=[(0, 0)]), "counted", Invalid),
        (row(shelf, code, prices=[(0, 10**12)]), "counted", Invalid),
    ):
        saved = save(shelf, now, wrong, reason=reason)
        assert type(saved.refused[code]) is why
    assert (prices(shelf, code)[0], on_hand(shelf, code)) == (25_000, 5_000)
    assert shelf.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == before
    saved = save(shelf, now, row(shelf, code, on_hand_=4_000), reason="spoiled")
    assert (saved.codes, on_hand(shelf, code)) == ((code,), 4_000)


def test_what_is_not_there_or_with_the_office_or_anothers_is_refused(shelf, now):
    code = create(shelf, now)
    act(shelf, now, code, "submit")
    saved = save(
        shelf, now, row(shelf, code, prices=[(0, 1_000)]), RowDraft("NOTHING", 1, {None: 5_000})
    )
    assert {key: type(why) for key, why in saved.refused.items()} == {
        code: Conflict, "NOTHING": NotFound,
    }  # fmt: skip
    strange = save(shelf, now, row(shelf, code, on_hand_=9), vendor=vendor_id(shelf, "V2"))
    assert type(strange.refused[code]) is NotFound
    with pytest.raises(Invalid):
        save(shelf, now, row(shelf, code, on_hand_=9), reason="because")
    with pytest.raises(NotFound), transaction(shelf):
        save_grid(
            shelf, vendor_id(shelf), rows=[], reason="counted",
            actor=seller(vendor_id(shelf, "V2")), now=now,
        )  # fmt: skip


def _race(maker, now):
    with maker() as session:
        open_shelves(session, now)
        codes = sorted(create(session, now) for _ in range(2))
        vendor = vendor_id(session)
        rows = {code: row(session, code, prices=[(0, 30_000)], on_hand_=9_000) for code in codes}

    def act_(number):
        # One saves the rows downwards, the other upwards: they must not wait in a ring.
        ordered = [rows[code] for code in (codes if number else reversed(codes))]
        with maker() as session, transaction(session):
            return save_grid(
                session, vendor, rows=ordered, reason="counted", actor=seller(vendor), now=now
            )

    return codes, at_once(act_, 2)


def test_two_saves_at_once_write_each_row_once(maker, now):
    codes, results = _race(maker, now)
    assert sorted(len(one.codes) for one in results) == [0, 2]
    assert sorted(len(one.refused) for one in results) == [0, 2]
    with maker() as session:
        assert [on_hand(session, code) for code in codes] == [9_000, 9_000]
        moved = session.scalars(sa.select(Movement).where(Movement.d_on_hand == 9_000)).all()
        assert len(moved) == 2


@pytest.mark.postgres
def test_without_the_locks_a_row_is_written_twice(postgres_url, now, monkeypatch):
    from threading import Barrier

    from kernel import db

    meet = Barrier(2, timeout=5)
    real = grid._check

    def unlocked(session, vendor_id_, codes):
        rows = session.scalars(sa.select(grid.Listing).where(grid.Listing.code.in_(codes)))
        return {one.code: one for one in rows}

    def slow(*args):
        real(*args)
        try:
            meet.wait()
        except Exception:
            return

    monkeypatch.setattr(grid, "_lock_listings", unlocked)
    monkeypatch.setattr(
        grid,
        "_lock_buckets",
        lambda session, listings, rows: {b.id: b for b in session.scalars(sa.select(Bucket))},
    )
    monkeypatch.setattr(grid, "_check", slow)
    engine = db.open_engine(postgres_url)
    _codes, results = _race(db.session_factory(engine), now)
    engine.dispose()
    told = [len(one.codes) if isinstance(one, grid.Saved) else -1 for one in results]
    assert sorted(told) != [0, 2]


# --- pages -------------------------------------------------------------------


@pytest.fixture
def desk(app_session, sign_in, now):
    open_shelves(app_session, now)
    vendor = vendor_id(app_session)
    sign_in(vendor=vendor, vendor_roles=["seller"])
    return f"/work/{vendor}/listings"


def text(answer):
    return answer.get_data(as_text=True)


def form_of(page):
    """Return every field of the table as a browser would send it."""
    found: dict = {}
    body = page.split("data-cells", 1)[1]
    for tag in re.findall(r"<input[^>]*>", body):
        name = re.search(r'name="([^"]+)"', tag)[1]
        found.setdefault(name, []).append(re.search(r'value="([^"]*)"', tag)[1])
    return found | {"reason": "counted"}


def test_the_table_is_a_plain_form_that_saves_what_was_changed(client, desk, app_session, now):
    add(app_session, now, "VAI", ((1000, 45_000), (5000, 200_000)))
    add(app_session, now, "OI", title={"vi": "Ổi"})
    shown = form_of(text(client.get(f"{desk}/prices")))
    assert shown["code"] == ["OI", "VAI"]
    assert shown["stock-VAI"] == ["10 kg"]
    typed = shown | {f"price-{pack(app_session, 'VAI', 1)}": "210k", "stock-OI": "12,5"}
    answer = post(client, f"{desk}/prices", typed)
    assert answer.status_code == 303
    app_session.rollback()
    assert prices(app_session, "VAI") == [45_000, 210_000]
    assert (on_hand(app_session, "OI"), on_hand(app_session, "VAI")) == (12_500, 10_000)
    versions = [listing(app_session, code).version for code in ("OI", "VAI")]
    again = form_of(text(client.get(f"{desk}/prices")))
    assert post(client, f"{desk}/prices", again).status_code == 303
    app_session.rollback()
    assert [listing(app_session, code).version for code in ("OI", "VAI")] == versions


def test_wrong_rows_keep_what_was_typed_and_say_why_the_others_are_saved(
    client, desk, app_session, now
):
    add(app_session, now, "VAI")
    add(app_session, now, "OI", title={"vi": "Ổi"})
    shown = form_of(text(client.get(f"{desk}/prices")))
    typed = shown | {
        f"price-{pack(app_session, 'VAI')}": "rẻ lắm",
        f"price-{pack(app_session, 'OI')}": "46.000",
    }
    answer = post(client, f"{desk}/prices", typed)
    assert answer.status_code == 422
    page = text(answer)
    assert 'value="rẻ lắm"' in page
    assert 'id="why-VAI"' in page
    assert 'id="why-OI"' not in page
    app_session.rollback()
    assert (prices(app_session, "OI"), prices(app_session, "VAI")) == ([46_000], [45_000])


def test_a_row_saved_by_somebody_else_is_told_and_the_next_try_counts(
    client, desk, app_session, now
):
    add(app_session, now, "VAI")
    shown = form_of(text(client.get(f"{desk}/prices")))
    save(app_session, now, row(app_session, "VAI", prices=[(0, 50_000)]))
    mine = f"price-{pack(app_session, 'VAI')}"
    answer = post(client, f"{desk}/prices", shown | {mine: "48.000"})
    assert answer.status_code == 409
    assert 'value="48.000"' in text(answer)
    app_session.rollback()
    assert prices(app_session, "VAI") == [50_000]
    assert post(client, f"{desk}/prices", form_of(text(answer))).status_code == 303
    app_session.rollback()
    assert prices(app_session, "VAI") == [48_000]


@settings(max_examples=60, deadline=None)
@given(price=st.text(max_size=30), stock=st.text(max_size=30), version=st.text(max_size=20))
def test_whatever_is_typed_is_saved_or_named(client, desk, app_session, now, price, stock, version):
    if not app_session.scalar(sa.select(sa.func.count()).select_from(grid.Listing)):
        add(app_session, now, "VAI")
    app_session.rollback()
    shown = form_of(text(client.get(f"{desk}/prices")))
    wild = {f"price-{pack(app_session, 'VAI')}": price, "stock-VAI": stock, "version-VAI": version}
    app_session.rollback()
    assert post(client, f"{desk}/prices", shown | wild).status_code in {303, 409, 422}


def test_a_seller_of_another_vendor_and_too_many_rows_are_refused(
    client, desk, app_session, now, sign_in
):
    add(app_session, now, "VAI")
    many = {"code": [f"C{n}" for n in range(60)], "reason": "counted"}
    assert post(client, f"{desk}/prices", many).status_code == 422
    sign_in(vendor=vendor_id(app_session, "V2"), vendor_roles=["seller"])
    assert client.get(f"{desk}/prices").status_code == 404


def test_the_list_is_searched_counted_and_says_what_is_missing(shelf, now):
    add(shelf, now, "VAI", stock=0)
    add(
        shelf, now, "OI", title={"vi": "Ổi Thanh Hà", "en": "Guava"}, summary={"vi": "a", "en": "b"}
    )
    create(shelf, now, title={"vi": "Ổi lê"})
    vendor, everything = vendor_id(shelf), list(ListingState)
    ask = {"vendor_id": vendor, "states": everything, "now": now}
    found = {one.code: one.lacks for one in bench_listings(shelf, **ask).items}
    assert found["VAI"] == ("photo", "english", "stock")
    assert found["OI"] == ("photo",)
    assert [one.code for one in bench_listings(shelf, **ask, words="vai thieu").items] == ["VAI"]
    assert [one.code for one in bench_listings(shelf, **ask, words="oi").items][-1] == "OI"
    assert len(bench_listings(shelf, **ask, words="ổi").items) == 2
    assert bench_listings(shelf, **ask, words="100%").items == []
    assert state_counts(shelf, vendor_id=vendor) == {
        ListingState.PUBLISHED: 2, ListingState.DRAFT: 1,
    }  # fmt: skip
    assert len(grid_page(shelf, vendor_id=vendor, size=2).items) == 2


# --- stock that comes from lots ----------------------------------------------


def by_lots(session, now, code="VAI", amount=4_000):
    """Take so much of lot L01 into the stock of an offer that has none yet; return its code."""
    add(session, now, code, stock=0)
    lot = session.scalars(sa.select(Lot.id).where(Lot.code == "L01")).one()
    vendor = vendor_id(session)
    with transaction(session):
        adjust_stock(
            session, vendor, code=code, change=amount, reason="harvest",
            actor=seller(vendor), now=now, lot_id=lot,
        )  # fmt: skip
    return code


@pytest.mark.parametrize("reason", ["counted", "harvest", "bought_back"])
def test_stock_of_lots_does_not_grow_in_the_table_whatever_the_reason(shelf, now, reason):
    code, other = by_lots(shelf, now), create(shelf, now)
    saved = save(
        shelf, now,
        row(shelf, code, prices=[(0, 46_000)], on_hand_=4_001), row(shelf, other, on_hand_=7_000),
        reason=reason,
    )  # fmt: skip
    assert (saved.codes, type(saved.refused[code])) == ((other,), NamesNoLot)
    assert (prices(shelf, code), on_hand(shelf, code), on_hand(shelf, other)) == (
        [45_000], 4_000, 7_000,
    )  # fmt: skip


def test_less_of_it_can_be_written(shelf, now):
    code = by_lots(shelf, now)
    saved = save(shelf, now, row(shelf, code, prices=[(0, 46_000)], on_hand_=3_000))
    assert (saved.codes, on_hand(shelf, code), prices(shelf, code)) == ((code,), 3_000, [46_000])


def test_the_row_says_where_more_of_it_is_taken_in(client, desk, app_session, now):
    by_lots(app_session, now)
    add(app_session, now, "OI", title={"vi": "Ổi"})
    page = text(client.get(f"{desk}/prices"))
    way = f'href="{desk}/VAI#stock"'
    assert (page.count(way), page.count("#stock")) == (1, 1)
    typed = form_of(page) | {"stock-VAI": "9 kg", "stock-OI": "12 kg"}
    answer = post(client, f"{desk}/prices", typed)
    assert answer.status_code == 409
    page = text(answer)
    assert 'aria-describedby="why-VAI lots-VAI"' in page
    assert 'value="9 kg"' in page
    assert 'id="why-OI"' not in page
    assert way in page
    app_session.rollback()
    assert (on_hand(app_session, "VAI"), on_hand(app_session, "OI")) == (4_000, 12_000)


def test_a_lot_that_is_named_by_its_offer_bounds_the_row_alone(shelf, now):
    add(shelf, now, "VAI", lot_code="L01", stock=499_000)
    other = create(shelf, now)
    saved = save(
        shelf, now,
        row(shelf, "VAI", prices=[(0, 46_000)], on_hand_=500_001), row(shelf, other, on_hand_=7_000),
    )  # fmt: skip
    assert saved.codes == (other,)
    assert saved.refused["VAI"].values == {"lot": "L01", "left": "1 kg"}
    assert (on_hand(shelf, "VAI"), prices(shelf, "VAI")) == (499_000, [45_000])
    assert save(shelf, now, row(shelf, "VAI", on_hand_=500_000)).codes == ("VAI",)


def test_what_is_sold_and_not_there_stands_on_the_pages_of_its_vendor(
    client, desk, app_session, now
):
    by_lots(app_session, now)
    work = desk.removesuffix("/listings")
    way = f'href="{desk}/VAI#stock"'
    assert way not in text(client.get(f"{work}/"))
    with transaction(app_session):
        one = listing(app_session, "VAI")
        gap = StockGap(listing_id=one.id, vendor_id=one.vendor_id, missing=3_000, held=0, since=now)
        app_session.add(gap)
        app_session.execute(sa.update(ListingLot).values(set_aside=1_500))
    assert way in text(client.get(f"{work}/"))
    assert "Sold, but not there" in text(client.get(f"{desk}?lang=en"))
    page = text(client.get(f"{desk}/VAI?lang=en"))
    assert "3 kg more is sold than its lots hold" in page
    assert "Set aside" in page
