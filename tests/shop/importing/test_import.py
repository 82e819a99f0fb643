"""Tables are saved whole or not at all; what was announced is what is there afterwards."""

import pytest
import sqlalchemy as sa

from catalog.models import Listing, Variant
from catalog.services.attributes import seed_attributes
from catalog.services.categories import seed_categories
from kernel.actor import HOUSE
from kernel.audit import verify
from kernel.claims import Bucket
from kernel.db import Base, transaction
from kernel.rules_table import seed_rules
from shop.importing.run import carry_out, plan
from tests.shop.importing.office import (
    DEMO,
    FARM,
    LISTING,
    PACK,
    PLOT,
    VENDOR,
    as_csv,
    as_xlsx,
    folder,
    market,
    say,
    sheet,
)
from traceability.models import DiaryEntry, Farm, Lot, Plot
from traceability.rules import LotState
from vendors.models import Vendor


@pytest.fixture
def shelves(maker, now):
    """Put up the shelves of the market."""
    with maker() as session, transaction(session):
        seed_rules(session, now=now)
        seed_categories(session, actor=HOUSE, now=now)
        seed_attributes(session, actor=HOUSE, now=now)


def bring(maker, path, *, save=True, steps=None):
    step = steps.append if steps is not None else int
    with maker() as session:
        return carry_out(
            session, plan(path, DEMO), dry_run=not save, step=step, actor=HOUSE, now=DEMO.now
        )


def counts(maker):
    with maker() as session:
        return {
            table.name: session.scalar(sa.select(sa.func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        }


def test_a_whole_market_is_saved_and_what_is_announced_is_there(maker, shelves, now, tmp_path):
    steps = []
    report = bring(maker, folder(tmp_path, **market()), steps=steps)
    assert [say(problem) for problem in report.findings.shown] == []
    assert report.saved
    assert report.counts == dict.fromkeys(market(), 1)
    assert sum(steps) == report.total == 8
    with maker() as session:
        for table in (Vendor, Farm, Plot, DiaryEntry, Lot, Listing, Variant):
            assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 1
        listing = session.scalars(sa.select(Listing)).one()
        assert (listing.price_vnd, listing.price_per) == (45_000, 500)
        assert session.get_one(Bucket, listing.bucket_id).on_hand == 100_000
        assert listing.lot_id == session.scalar(sa.select(Lot.id))
        assert verify(session) is None


def test_a_dry_run_does_all_of_it_and_leaves_nothing(maker, shelves, now, tmp_path):
    before = counts(maker)
    path = folder(tmp_path, **market())
    dry = bring(maker, path, save=False)
    assert counts(maker) == before
    real = bring(maker, path)
    assert (dry.saved, real.saved) == (False, True)
    assert (dry.counts, dry.findings.total) == (real.counts, real.findings.total)


def test_doing_it_again_changes_nothing_but_the_log(maker, shelves, now, tmp_path):
    path = folder(tmp_path, **market())
    bring(maker, path)
    before = counts(maker)
    assert bring(maker, path).saved
    after = counts(maker)
    grown = {name for name in after if after[name] != before[name]}
    # What stood before the second time is kept as the first version of each listing.
    assert grown == {"audit_entry", "outbox_message", "listing_revision"}


def test_a_later_table_brings_rows_up_to_date_by_their_codes(maker, shelves, now, tmp_path):
    bring(maker, folder(tmp_path, **market()))
    (tmp_path / "farms.csv").write_bytes(as_csv(sheet({**FARM, "Tên trang trại": "Vườn mới"})))
    report = bring(maker, tmp_path / "farms.csv")
    assert report.counts == {"farms": 1}
    with maker() as session:
        assert session.scalars(sa.select(Farm.name)).all() == ["Vườn mới"]


def test_one_bad_row_in_the_middle_and_nothing_is_saved(maker, shelves, now, tmp_path):
    vendors = [{**VENDOR, "Mã gian hàng": f"HTX{n:02d}"} for n in range(1, 22)]
    vendors[10] = {**vendors[10], "Mã số thuế": "0809900001"}
    before = counts(maker)
    report = bring(maker, folder(tmp_path, vendors=sheet(*vendors), farms=sheet(FARM)))
    assert [say(problem) for problem in report.findings.shown] == [
        (
            12,
            "Mã số thuế",
            "0809900001",
            "This is not a valid tax code: it has 10 or 13 digits.",
        )
    ]
    assert (report.saved, counts(maker)) == (False, before)


@pytest.mark.parametrize(
    ("table", "change", "expected"),
    [
        (
            "farms",
            {"Mã gian hàng": "HTX11"},
            (2, "Mã gian hàng", "HTX11 (~ HTX01)", "There is no vendor HTX11."),
        ),
        ("plots", {"Mã trang trại": "NHA"}, (2, "Mã trang trại", "NHA", "There is no farm NHA.")),
        (
            "lots",
            {"Mã vụ": "VAI27"},
            (2, "Mã vụ", "VAI27 (~ VAI26)", "There is no season VAI27."),
        ),
        (
            "listings",
            {"Mã lô": "L2606-002"},
            (2, "Mã lô", "L2606-002 (~ L2606-001)", "There is no lot L2606-002."),
        ),
        (
            "listings",
            {"Danh mục": "trai-cay-kho"},
            (2, "Danh mục", "trai-cay-kho", "There is no category trai-cay-kho."),
        ),
        (
            "variants",
            {"Mã hàng": "VAI02"},
            (2, "Mã hàng", "VAI02 (~ VAI01)", "There is no listing VAI02."),
        ),
    ],
)
def test_a_reference_to_nothing_is_told_with_what_is_close(
    maker, shelves, now, tmp_path, table, change, expected
):
    tables = market()
    header, row = tables[table]
    tables[table] = [
        header,
        [change.get(name, cell) for name, cell in zip(header, row, strict=True)],
    ]
    before = counts(maker)
    report = bring(maker, folder(tmp_path, **tables))
    assert [say(problem) for problem in report.findings.shown] == [expected]
    assert counts(maker) == before


def test_a_clash_inside_the_database_is_a_problem_of_its_row(maker, shelves, now, tmp_path):
    tables = market()
    tables["lots"] = sheet(
        {**dict(zip(*tables["lots"], strict=True)), "Mã truy xuất": "ABCDEF123"},
        {**dict(zip(*tables["lots"], strict=True)), "Mã truy xuất": "ABCDEF123", "Mã lô": "L2"},
    )
    report = bring(maker, folder(tmp_path, **tables))
    assert [say(problem) for problem in report.findings.shown] == [
        (3, "", "", "This clashes with something that is there already.")
    ]


def test_a_harvest_inside_the_waiting_time_is_held(maker, shelves, now, tmp_path):
    tables = market()
    spray = {
        "Công việc": "Phun thuốc",
        "Ngày": "10/06/2026",
        "Vật tư": "Confidor 100SL",
        "Cách ly (ngày)": "7",
    }
    tables["diary"] = sheet({**dict(zip(*tables["diary"], strict=True)), **spray})
    bring(maker, folder(tmp_path, **tables))
    with maker() as session:
        assert session.scalars(sa.select(Lot.state)).all() == [LotState.HELD]


def test_a_workbook_of_several_sheets_is_one_set(maker, shelves, now, tmp_path):
    names = {
        "Hàng bán": [LISTING],
        "Gói hàng": [PACK, {**PACK, "Cỡ gói": "2 kg", "Giá": 170000}],
        "Gian hàng": [VENDOR],
        "Trang trại": [FARM],
        "Thửa": [PLOT],
    }
    drop = ["Mã lô"]
    path = tmp_path / "tất cả.xlsx"
    path.write_bytes(as_xlsx({name: sheet(*rows, drop=drop) for name, rows in names.items()}))
    report = bring(maker, path)
    assert report.counts == {"vendors": 1, "farms": 1, "plots": 1, "listings": 1, "variants": 2}
    with maker() as session:
        sizes = session.scalars(sa.select(Variant.size).order_by(Variant.position)).all()
        assert sizes == [500, 2000]


def test_a_file_that_cannot_be_read_spoils_the_whole_set(maker, now, tmp_path):
    path = folder(tmp_path, vendors=sheet(VENDOR), farms=b"a,b\n\x00")
    (tmp_path / "~$vendors.xlsx").write_bytes(b"Excel's own lock file")
    before = counts(maker)
    report = bring(maker, path)
    assert [problem.place.file for problem in report.findings.shown] == ["farms.csv"]
    assert (report.saved, counts(maker)) == (False, before)


def test_a_folder_without_tables_is_a_problem(maker, now, tmp_path):
    report = bring(maker, tmp_path)
    assert [say(problem)[3] for problem in report.findings.shown] == ["There is no table here."]


def test_two_rows_that_end_in_one_stop_the_import(maker, shelves, now, tmp_path, monkeypatch):
    planned = plan(folder(tmp_path, vendors=sheet(VENDOR)), DEMO)
    planned.checked.ready["vendors"] *= 2
    before = counts(maker)
    with maker() as session, pytest.raises(AssertionError, match="2 announced, 1 saved"):
        carry_out(session, planned, dry_run=False, step=int, actor=HOUSE, now=now)
    assert counts(maker) == before


def test_an_account_at_a_vendor_that_is_not_there_is_told(maker, shelves, now, tmp_path):
    person = {
        "Liên hệ": "lan@chophien.example",
        "Họ và tên": "Phạm Thị Lan",
        "Mật khẩu": "ba con trâu vàng",
        "Gian hàng": "HTX09: chủ",
    }
    report = bring(maker, folder(tmp_path, vendors=sheet(VENDOR), users=sheet(person)))
    assert [say(problem) for problem in report.findings.shown] == [
        (2, "Gian hàng", "HTX09: chủ", "There is no vendor HTX09.")
    ]
