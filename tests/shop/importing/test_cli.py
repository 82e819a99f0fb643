"""``market import``: what an office sees on its screen, and what is in the database then."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from catalog.services.attributes import seed_attributes
from catalog.services.categories import seed_categories
from kernel.actor import HOUSE
from kernel.db import transaction
from kernel.rules_table import seed_rules
from kernel.settings import Settings
from kernel.web.session import provide
from shop.importing.cli import import_command, summary
from shop.importing.problems import MOST_SHOWN, Place, Problem
from shop.importing.run import Report
from tests.shop.importing.office import VENDOR, as_csv, as_xlsx, folder, market, sheet
from vendors.models import Vendor


@pytest.fixture
def run(app, app_session, now):
    """Run the command; return exit code, output and errors as lines."""
    with transaction(app_session):
        seed_rules(app_session, now=now)
        seed_categories(app_session, actor=HOUSE, now=now)
        seed_attributes(app_session, actor=HOUSE, now=now)

    def _run(*words):
        result = app.test_cli_runner().invoke(import_command, [*map(str, words)])
        return result.exit_code, result.stdout.splitlines(), result.stderr.splitlines()

    return _run


def vendors(session):
    return session.scalar(sa.select(sa.func.count()).select_from(Vendor))


def test_by_default_everything_is_checked_and_nothing_saved(run, app_session, tmp_path):
    code, out, _err = run(folder(tmp_path, **market()), "--lang", "en")
    assert code == 0
    assert out[-9:-1] == [
        "  Vendors: 1",
        "  Farms: 1",
        "  Plots: 1",
        "  Seasons: 1",
        "  Diary entries: 1",
        "  Lots: 1",
        "  Listings: 1",
        "  Pack sizes: 1",
    ]
    assert out[-1] == "Everything can be saved. Nothing was: repeat it with --save."
    assert vendors(app_session) == 0


def test_with_save_it_is_saved(run, app_session, tmp_path):
    code, out, _err = run(folder(tmp_path, **market()), "--save", "--lang", "en")
    assert (code, out[-1]) == (0, "8 rows saved.")
    assert vendors(app_session) == 1


def test_problems_are_told_with_file_sheet_row_column_value_and_advice(run, app_session, tmp_path):
    path = tmp_path / "so.xlsx"
    bad = {**VENDOR, "Xã phường": "Xã Thanh Hàa", "Mã gian hàng": "HTX02"}
    path.write_bytes(as_xlsx({"Gian hàng": sheet(VENDOR, bad), "Ghi chú": [["x"]]}))
    code, _out, err = run(path, "--save", "--lang", "en")
    assert code == 1
    assert err == [
        "Skipped: so.xlsx: Ghi chú",
        "so.xlsx, sheet Gian hàng, row 3, column Xã phường: “Xã Thanh Hàa” "
        "There is no such commune. Close to it: Xã Thanh Hà, Xã Tân An, Xã Thanh Miện.",
        "1 problem. Nothing was saved.",
    ]
    assert vendors(app_session) == 0


def test_problems_are_told_in_vietnamese_unless_asked_otherwise(run, tmp_path):
    code, _out, err = run(folder(tmp_path, vendors=sheet({**VENDOR, "Địa chỉ": ""})), "--save")
    assert code == 1
    assert err == [
        "vendors.csv, dòng 2, cột Địa chỉ: Ô này phải điền.",
        "1 lỗi. Chưa có gì được lưu.",
    ]


def test_a_path_that_is_not_there_is_refused(run, tmp_path):
    assert run(tmp_path / "không có")[0] == 2


def test_many_problems_are_counted_and_some_shown(app, tmp_path):
    report = Report()
    for number in range(MOST_SHOWN + 5):
        report.findings.add(Problem(Place("a.csv", row=number), "x", value="dài " * 30))
    with app.app_context():
        lines = summary(report)
    assert len(lines) == MOST_SHOWN + 2
    assert all(len(line) < 90 for line in lines[:MOST_SHOWN])
    assert "205" in lines[-1]


def test_relative_days_and_passwords_are_refused_in_production(app, settings, tmp_path):
    provide(app, Settings, replace(settings, market_env="production"))
    path = folder(tmp_path, vendors=as_csv(sheet({**VENDOR, "Ngày tham gia": "-3d"})))
    result = app.test_cli_runner().invoke(import_command, [str(path), "--lang", "en"])
    assert result.exit_code == 1
    assert "Days counted from today are for the demo only. Write the date." in result.stderr
