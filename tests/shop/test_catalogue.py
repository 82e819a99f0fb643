"""A catalogue goes out as a table and comes in again: nothing lost, nothing changed unasked."""

import csv
import io
import zipfile
from datetime import date, timedelta

import openpyxl
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from catalog.errors import SheetMoved
from catalog.models import Listing, ListingRevision, SheetUpload
from catalog.queries.workbench import work_by_id
from catalog.rules import ListingKind, ListingState
from catalog.rules.fields import FIELDS
from catalog.rules.pricing import Tier, Weight
from catalog.rules.selling import DeliveryArea, Limits
from catalog.services.packs import PackDraft
from catalog.services.photos import add_photo
from catalog.services.sheets import purge_uploads, read_book
from catalog.services.stock import adjust_stock
from catalog.services.terms import SaleTerms
from kernel import audit
from kernel.db import transaction
from kernel.errors import Conflict, NotFound
from kernel.pictures import store_picture
from kernel.quantity import Unit
from kernel.storage import LocalStorage
from shop.catalogue import taking
from shop.catalogue.cells import CELLS
from shop.catalogue.taking import Sent, look_through, take_in
from shop.catalogue.writing import as_csv_files, as_workbook
from tests.catalog.shelves import (
    THANH_HA,
    TUE_TINH,
    add,
    add_visit,
    category_id,
    listing,
    open_shelves,
    seller,
    variants,
    vendor_id,
)
from tests.catalog.test_grid import on_hand, prices
from tests.catalog.test_writing import act, create, edit, published
from tests.conftest import post
from traceability.models import Lot
from vendors.rules import Scheme

NASTY = '=HYPERLINK("x")\n\'+1 -2\t@a _x0041_ \u00a0 \u2028 a, b; "c" #N/A'


@pytest.fixture
def storage(tmp_path):
    return LocalStorage(tmp_path / "files")


@pytest.fixture
def shelf(request, session, now):
    open_shelves(session, now)
    return session


def picture(session, storage, now, code, colour="green"):
    made = io.BytesIO()
    Image.new("RGB", (800, 600), colour).save(made, "JPEG")
    with transaction(session):
        add_photo(
            session, vendor_id(session), code=code, picture=store_picture(storage, made.getvalue()),
            alt={"vi": f"Ảnh {colour}", "en": "-1 apple"}, actor=seller(vendor_id(session)), now=now,
        )  # fmt: skip


def fill(session, storage, now):
    """Put up goods of every kind and state, with everything that a listing can say."""
    lot = session.scalars(sa.select(Lot.id)).one()
    full = create(
        session, now,
        title={"vi": "Ổi Thanh Hà", "en": "=Guava"},
        summary={"vi": "'=lạ", "en": "+1"},
        description={"vi": NASTY, "en": "a\r\nb\rc\n\nd"},
        packs=(
            PackDraft(1000, 25_000), PackDraft(1000, 27_000, {"vi": "Túi giấy", "en": "#N/A"}),
            PackDraft(5000, 110_000), PackDraft(1250, 33_000),
        ),
        season_months=(6, 7), schemes=(Scheme.VIETGAP, Scheme.OCOP), lot_id=lot,
        preorder_from=date(2027, 5, 6), preorder_until=date(2027, 6, 30),
        terms=SaleTerms(
            tiers=(Tier(20_000, 21_000), Tier(50_500, 20_000)),
            limits=Limits(100_000, 200_000, 7), preorder_cap=300_000,
            deliver_from=date(2027, 6, 1), deliver_until=date(2027, 7, 1),
            area=DeliveryArea.COMMUNES, area_communes=(THANH_HA, TUE_TINH),
            label={"origin": {"vi": "=Thanh Hà", "en": "Thanh Ha"}, "storage": {"vi": "Mát"}},
            allergens=("fish", "eggs"), safety={"vi": "Rửa sạch."},
        ),
    )  # fmt: skip
    picture(session, storage, now, full)
    picture(session, storage, now, full, "red")
    create(
        session, now, unit=Unit.PIECE, by_weight=True, title={"vi": "Gà đồi"},
        packs=(PackDraft(1, 0, weight=Weight(1600, 1800, 2000, 150_000)),),
    )  # fmt: skip
    boxes = create(
        session, now, kind=ListingKind.PROCESSED, unit=Unit.PIECE, title={"vi": "00123"},
        piece_name={"vi": "hộp", "en": "box"}, packs=(PackDraft(1, 50_000), PackDraft(12, 590_000)),
        category_id=category_id(session),
    )  # fmt: skip
    shown = published(session, now, title={"vi": "Vải"})
    edit(session, now, shown, title={"vi": "Vải chờ duyệt"}, schemes=(Scheme.ORGANIC,))
    add_visit(session, now)
    add(session, now, "VAI", stock=12_345, lot_code="L01", description={"vi": "x" * 4000})
    act(session, now, create(session, now, title={"vi": "Đã nộp"}), "submit")
    return full, boxes, shown


def book(session, vendor=None):
    vendor = vendor or vendor_id(session)
    made = read_book(session, vendor, actor=seller(vendor))
    session.rollback()
    return made


def look(session, storage, now, data, name="catalogue.xlsx", vendor=None):
    vendor = vendor or vendor_id(session)
    return look_through(
        session, vendor, Sent(name, data), storage=storage, actor=seller(vendor), now=now
    )


def take(session, storage, now, looked, vendor=None):
    vendor = vendor or vendor_id(session)
    with transaction(session):
        return take_in(
            session, vendor, looked.upload_id, storage=storage, actor=seller(vendor), now=now
        )


def problems(looked):
    return [(one.place.row, one.place.column, one.message) for one in looked.findings.shown]


def stands(session):
    """Return everything that an import could change."""
    rows = session.scalars(sa.select(Listing).order_by(Listing.code)).all()
    made = [{c.name: getattr(row, c.name) for c in Listing.__table__.columns} for row in rows]
    kept = session.scalar(sa.select(sa.func.count()).select_from(ListingRevision))
    session.rollback()
    return made, kept


def edited(data, change):
    """Return a workbook after somebody worked in it."""
    opened = openpyxl.load_workbook(io.BytesIO(data))
    change(opened)
    out = io.BytesIO()
    opened.save(out)
    return out.getvalue()


def cell(sheet, code, header, row_of=0):
    heads = [one.value for one in sheet[1]]
    rows = [row for row in sheet.iter_rows(min_row=2) if row[0].value == code]
    return rows[row_of][heads.index(header)]


def test_every_field_has_its_column():
    assert {one.field for one in CELLS} == {field.name for field in FIELDS}


@pytest.mark.parametrize(("make", "name"), [(as_workbook, "x.xlsx"), (as_csv_files, "x.zip")])
def test_what_was_taken_out_changes_nothing_when_it_comes_in(shelf, storage, now, make, name):
    fill(shelf, storage, now)
    before = stands(shelf)
    looked = look(shelf, storage, now, make(book(shelf)), name)
    assert problems(looked) == []
    assert looked.plan.counts == {"new": 0, "changed": 0, "unchanged": 7, "refused": 0}
    assert looked.upload_id is None
    assert stands(shelf) == before


def test_an_empty_market_of_the_same_vendor_becomes_equal(shelf, storage, now):
    fill(shelf, storage, now)
    old = book(shelf)
    data = as_workbook(old)
    with transaction(shelf):
        for name in ("listing_language", "listing_lot", "listing_flag", "listing_picture", "listing_revision", "listing_change",
                     "listing_baseline", "listing_step", "price_plan", "variant", "listing"):  # fmt: skip
            shelf.execute(sa.text(f"DELETE FROM {name}"))
    looked = look(shelf, storage, now, data)
    assert problems(looked) == []
    assert looked.plan.counts == {"new": 7, "changed": 0, "unchanged": 0, "refused": 0}
    take(shelf, storage, now, looked)
    new = book(shelf)
    assert {one.state for one in new.entries} == {ListingState.DRAFT}
    again = {one.code: one for one in new.entries}
    for one in old.entries:
        made = again[one.code]
        assert (made.kind, made.unit, made.on_hand) == (one.kind, one.unit, one.on_hand)
        assert _said(made.values) == _said(one.values)
    assert as_workbook(new) != b""
    third = look(shelf, storage, now, as_workbook(new))
    assert third.plan.counts["unchanged"] == 7


def _said(values):
    """Return values without ids of packs, and texts as any form would have cleaned them."""
    packs = [{k: v for k, v in pack.items() if k != "id"} for pack in values["packs"]]
    words = values["description"]
    tidy = {
        lang: "".join(
            c for c in text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
            if c in "\n\t" or c.isprintable()
        ).strip()
        for lang, text in words.items()
    }  # fmt: skip
    return dict(values) | {"packs": packs, "description": tidy}


def test_exactly_what_is_edited_in_the_sheet_is_changed(shelf, storage, now):
    full, _boxes, shown = fill(shelf, storage, now)
    before = {one.code: one for one in book(shelf).entries}

    def change(opened):
        goods, packs, photos = opened.worksheets
        cell(goods, full, "Tóm tắt (vi)").value = "Giòn hơn."
        cell(goods, full, "Tồn kho").value = "7 kg"
        cell(packs, full, "Giá", 2).value = "115.000"
        cell(photos, full, "Mô tả ảnh (vi)").value = "Ổi xanh"
        cell(packs, shown, "Giá").value = 26000

    looked = look(shelf, storage, now, edited(as_workbook(book(shelf)), change))
    assert problems(looked) == []
    assert looked.plan.counts == {"new": 0, "changed": 2, "unchanged": 5, "refused": 0}
    told = {
        row.code: [(one.column, one.old, one.new) for one in row.changes]
        for row in looked.plan.rows
        if row.changes
    }
    assert told[full][0] == ("Tóm tắt (vi)", "'=lạ", "Giòn hơn.")
    assert told[full][3] == ("Tồn kho", "0 g", "7 kg")
    assert told[shown] == [("Gói hàng", "1 kg 25.000; 5 kg 110.000", "1 kg 26.000; 5 kg 110.000")]
    take(shelf, storage, now, looked)
    after = {one.code: one for one in book(shelf).entries}
    assert {code for code in after if after[code] != before[code]} == {full, shown}
    was, new = before[full], after[full]
    changed = {name for name in was.values if was.values[name] != new.values[name]}
    assert changed == {"summary", "packs", "photos"}
    assert new.values["summary"] == {"vi": "Giòn hơn.", "en": "+1"}
    assert [p["price_vnd"] for p in new.values["packs"]] == [25_000, 27_000, 115_000, 33_000]
    assert [p["id"] for p in new.values["packs"]] == [p["id"] for p in was.values["packs"]]
    assert [p["alt"]["vi"] for p in new.values["photos"]] == ["Ổi xanh", "Ảnh red"]
    assert (was.on_hand, new.on_hand) == (0, 7_000)
    # The name that waited for the office still waits.
    work = work_by_id(shelf, listing(shelf, shown).id, now=now)
    assert work.change.after["title"] == {"vi": "Vải chờ duyệt"}
    assert audit.verify(shelf) is None


def test_protected_fields_of_what_is_approved_wait_for_the_office(shelf, storage, now):
    code = published(shelf, now)

    def change(opened):
        cell(opened.worksheets[0], code, "Tên (vi)").value = "Ổi lê"

    looked = look(shelf, storage, now, edited(as_workbook(book(shelf)), change))
    take(shelf, storage, now, looked)
    assert listing(shelf, code).title == {"vi": "Ổi Thanh Hà"}
    work = work_by_id(shelf, listing(shelf, code).id, now=now)
    assert work.change.after == {"title": {"vi": "Ổi lê"}}


def test_rows_of_packs_are_the_whole_in_their_order(shelf, storage, now):
    code = create(shelf, now)

    def change(opened):
        packs = opened.worksheets[1]
        packs.delete_rows(2)
        packs.append([code, "500 g", 15000, "Gói nhỏ", ""])

    looked = look(shelf, storage, now, edited(as_workbook(book(shelf)), change))
    take(shelf, storage, now, looked)
    offered = [(v.size, v.price_vnd) for v in variants(shelf, code) if v.active]
    assert offered == [(5000, 110_000), (500, 15_000)]


def test_what_is_sold_between_export_and_import_is_not_counted_over(shelf, storage, now):
    add(shelf, now, "VAI", stock=10_000)
    data = as_workbook(book(shelf))
    who = {"actor": seller(vendor_id(shelf)), "now": now}
    with transaction(shelf):
        adjust_stock(
            shelf, vendor_id(shelf), code="VAI", change=-4_000, reason="sold_elsewhere", **who
        )
    same = look(shelf, storage, now, data)
    assert same.plan.counts["unchanged"] == 1
    more = edited(data, lambda opened: setattr(
        cell(opened.worksheets[0], "VAI", "Tồn kho"), "value", "13 kg"))  # fmt: skip
    take(shelf, storage, now, look(shelf, storage, now, more))
    assert on_hand(shelf, "VAI") == 9_000


def test_a_row_that_is_older_than_an_edit_is_refused_one_that_says_the_same_is_not(
    shelf, storage, now
):
    code, other = create(shelf, now), create(shelf, now)
    data = as_workbook(book(shelf))
    edit(shelf, now, code, summary={"vi": "Mới."})

    def change(opened):
        cell(opened.worksheets[0], other, "Tóm tắt (vi)").value = "Khác."

    looked = look(shelf, storage, now, edited(data, change))
    (problem,) = problems(looked)
    assert problem[1] == "Phiên bản"
    assert looked.plan.counts == {"new": 0, "changed": 1, "unchanged": 0, "refused": 1}
    assert looked.upload_id is None
    assert listing(shelf, other).summary == {"vi": "Giòn, ngọt."}


def test_what_changed_between_preview_and_confirmation_saves_nothing(shelf, storage, now):
    code = create(shelf, now)

    def change(opened):
        cell(opened.worksheets[0], code, "Tóm tắt (vi)").value = "Khác."

    looked = look(shelf, storage, now, edited(as_workbook(book(shelf)), change))
    edit(shelf, now, code, summary={"vi": "Ai đó sửa."})
    with pytest.raises(SheetMoved):
        take(shelf, storage, now, looked)
    assert listing(shelf, code).summary == {"vi": "Ai đó sửa."}


def test_a_file_is_taken_in_once_by_its_vendor_within_a_day(shelf, storage, now):
    code = create(shelf, now)

    def change(opened):
        cell(opened.worksheets[0], code, "Tóm tắt (vi)").value = "Khác."

    data = edited(as_workbook(book(shelf)), change)
    looked = look(shelf, storage, now, data)
    with pytest.raises((NotFound, Conflict)):
        take(shelf, storage, now, looked, vendor_id(shelf, "V2"))
    with pytest.raises(Conflict):
        take(shelf, storage, now + timedelta(days=1), looked)
    take(shelf, storage, now, looked)
    with pytest.raises(Conflict):
        take(shelf, storage, now, looked)
    look(shelf, storage, now, edited(as_workbook(book(shelf)), lambda o: setattr(
        cell(o.worksheets[0], code, "Tóm tắt (vi)"), "value", "Lại khác.")))  # fmt: skip
    with transaction(shelf):
        assert purge_uploads(shelf, now + timedelta(hours=23)) == 0
        assert purge_uploads(shelf, now + timedelta(days=1)) == 1
    assert shelf.scalars(sa.select(SheetUpload)).all() == []


def rows_of(*rows):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows(rows)
    return out.getvalue().encode("utf-8-sig")


NEW = ["Mã hàng", "Loại", "Đơn vị", "Danh mục", "Tên (vi)"]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (["N1", "", "gam", "trai-cay", "Ổi"], "Loại"),
        (["N1", "Nông sản", "", "trai-cay", "Ổi"], "Đơn vị"),
        (["N1", "Nông sản", "gam", "khong-co", "Ổi"], "Danh mục"),
        (["N1", "Nông sản", "gam", "trai-cay", ""], "Tên (vi)"),
        (["N1", "Nông sản", "gam", "trai-cay", "Bán pháo nổ"], "Tên (vi)"),
        (["N 1", "Nông sản", "gam", "trai-cay", "Ổi"], "Mã hàng"),
        (["N1", "Đồ chơi", "gam", "trai-cay", "Ổi"], "Loại"),
        (["MAT", "Nông sản", "gam", "trai-cay", "Ổi"], "Mã hàng"),
        (["VAI", "Thủ công", "gam", "trai-cay", "Ổi"], "Loại"),
    ],
)
def test_a_refused_row_names_its_row_and_column_and_nothing_is_saved(
    shelf, storage, now, row, column
):
    add(shelf, now, "MAT", vendor_code="V2", category="mat-ong-do-uong")
    add(shelf, now, "VAI")
    before = stands(shelf)
    good = ["N2", "Nông sản", "gam", "trai-cay", "Táo"]
    looked = look(shelf, storage, now, rows_of(NEW, good, row), "listings.csv")
    assert [(one[0], one[1]) for one in problems(looked)] == [(3, column)]
    assert looked.upload_id is None
    assert stands(shelf) == before


def test_a_table_of_some_columns_changes_those_alone_and_new_rows_are_drafts(shelf, storage, now):
    code = create(shelf, now, title={"vi": "Ổi", "en": "Guava"})
    data = rows_of(["Mã hàng", "Tên (vi)", "Loại", "Đơn vị", "Danh mục"],
                   [code, "Ổi lê", "Nông sản", "gam", "trai-cay"],
                   ["TAO-1", "Táo", "Nông sản", "kg", "trai-cay"])  # fmt: skip
    looked = look(shelf, storage, now, data, "listings.csv")
    assert looked.plan.counts == {"new": 1, "changed": 1, "unchanged": 0, "refused": 0}
    take(shelf, storage, now, looked)
    assert listing(shelf, code).title == {"vi": "Ổi lê", "en": "Guava"}
    assert listing(shelf, code).summary == {"vi": "Giòn, ngọt."}
    made = listing(shelf, "TAO-1")
    assert (made.state, made.unit) == (ListingState.DRAFT, Unit.GRAM)
    only = rows_of(["Mã hàng", "Cỡ gói", "Giá"], [code, "1 kg", "31k"], ["TAO-1", "2kg", "50000"])
    take(shelf, storage, now, look(shelf, storage, now, only, "Gói hàng.csv"))
    assert (prices(shelf, code), prices(shelf, "TAO-1")) == ([31_000], [50_000])


def test_a_picture_that_was_never_stored_is_refused(shelf, storage, now):
    code = create(shelf, now)
    data = rows_of(["Mã hàng", "Mã ảnh", "Mô tả ảnh (vi)"], [code, "a" * 64, "Ổi"])
    looked = look(shelf, storage, now, data, "photos.csv")
    assert [(one[0], one[1]) for one in problems(looked)] == [(2, "Mã ảnh")]


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("listings.csv", b"0" * (61 * 2**20))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.zip", bomb()), ("x.xlsx", bomb()), ("x.xlsx", b"PK\x03\x04"), ("x.zip", b""),
        ("listings.csv", b""), ("x.csv", b"a;b\n1;2"), ("listings.csv", b"\x00\x01\x02"),
        ("listings.csv", b"x" * (8 * 2**20 + 1)), ("listings.csv", b"M\xc3\xa3 h\xc3\xa0ng\n"),
    ],
    ids=range(9),
)  # fmt: skip
def test_what_is_no_catalogue_is_refused_with_words(shelf, storage, now, name, data):
    looked = look(shelf, storage, now, data, name)
    assert looked.upload_id is None
    assert looked.findings or looked.plan.counts["new"] == 0


def test_more_listings_than_can_be_looked_at_are_refused(shelf, storage, now, monkeypatch):
    monkeypatch.setattr(taking, "MOST_LISTINGS", 3)
    rows = [[f"N{n}", "Nông sản", "gam", "trai-cay", "Ổi"] for n in range(4)]
    looked = look(shelf, storage, now, rows_of(NEW, *rows), "listings.csv")
    assert looked.findings.total == 1


CELL = st.one_of(
    st.text(max_size=20), st.sampled_from(["VAI", "1 kg", "45.000", "6; 7", "=1+1", ""])
)


@settings(max_examples=60, deadline=None)
@given(
    heads=st.lists(st.sampled_from([*NEW, "Giá", "Tồn kho", "Phiên bản", "Tháng vụ", "?"]), max_size=7),
    rows=st.lists(st.lists(CELL, max_size=7), max_size=4),
)  # fmt: skip
def test_whatever_a_file_holds_it_is_planned_or_refused(app_market, storage, now, heads, rows):
    looked = look(app_market, storage, now, rows_of(heads, *rows), "listings.csv")
    counts = looked.plan.counts
    assert sum(counts.values()) >= len(looked.plan.rows)
    assert looked.findings or counts["refused"] == 0


@settings(max_examples=80, deadline=None)
@given(data=st.binary(max_size=400), name=st.sampled_from(["a.xlsx", "a.zip", "listings.csv"]))
def test_any_bytes_are_a_catalogue_or_refused(app_market, storage, now, data, name):
    assert look(app_market, storage, now, data, name).upload_id is None


@settings(max_examples=60, deadline=None)
@given(title=st.text(min_size=1, max_size=60), more=st.text(max_size=200))
def test_any_words_survive_the_journey(app_market, storage, now, title, more):
    """Whatever stands in a listing, its export changes nothing of it."""
    with transaction(app_market):
        row = app_market.scalars(sa.select(Listing).where(Listing.code == "VAI")).one()
        row.title, row.description = {"vi": "x" + title, "en": title}, {"vi": more}
    for make, name in ((as_workbook, "a.xlsx"), (as_csv_files, "a.zip")):
        looked = look(app_market, storage, now, make(book(app_market)), name)
        assert (problems(looked), looked.plan.counts["unchanged"]) == ([], 1)


@pytest.fixture
def app_market(app_session, now):
    open_shelves(app_session, now)
    add(app_session, now, "VAI")
    return app_session


def test_the_pages_hand_out_show_and_take_in(client, sign_in, app_market, now):
    vendor = vendor_id(app_market)
    base = f"/work/{vendor}/sheet"
    sign_in(vendor=vendor, vendor_roles=["seller"])
    assert client.get(base).status_code == 200
    got = client.get(f"{base}/catalogue.xlsx")
    assert got.headers["Cache-Control"] == "private, no-store"
    assert client.get(f"{base}/catalogue.zip").status_code == 200

    def change(opened):
        cell(opened.worksheets[1], "VAI", "Giá").value = "<b>48k"

    def send(data):
        return post(client, base, {"file": (io.BytesIO(data), "bảng.xlsx")})

    bad = send(edited(got.data, change))
    assert bad.status_code == 422
    assert "&lt;b&gt;48k" in bad.get_data(as_text=True)
    same = send(got.data)
    assert same.status_code == 200
    good = send(edited(got.data, lambda o: setattr(
        cell(o.worksheets[1], "VAI", "Giá"), "value", "48k")))  # fmt: skip
    app_market.rollback()
    upload = app_market.scalars(sa.select(SheetUpload.id)).one()
    app_market.rollback()
    assert upload in good.get_data(as_text=True)
    done = post(client, f"{base}/confirm", {"upload": upload}, form=base)
    assert done.status_code == 303
    app_market.rollback()
    assert prices(app_market, "VAI") == [48_000]
    app_market.rollback()
    assert post(client, base, {}).status_code == 422
    sign_in(vendor=vendor_id(app_market, "V2"), vendor_roles=["seller"])
    for path in ("", "/catalogue.xlsx"):
        assert client.get(base + path).status_code == 404
