"""Faults of tables, each told with its row, its column, what is there and what to do."""

from datetime import date

import pytest

from catalog.rules import ListingKind
from kernel.quantity import Unit
from shop.importing.checking import check
from shop.importing.problems import MOST_SHOWN, Findings
from shop.importing.readers import read_tables
from tests.shop.importing.office import (
    DEMO,
    ENTRY,
    LISTING,
    PACK,
    PLOT,
    VENDOR,
    as_csv,
    as_xlsx,
    at,
    judge,
    sheet,
)


def faults(*rows, name="vendors.csv", **how):
    return judge(name, as_csv(sheet(*rows, **how)))[1]


def row_of(name, table):
    checked, problems = judge(f"{name}.csv", as_csv(table), DEMO)
    assert problems == []
    return checked.ready[name][0].row


def test_english_and_vietnamese_headers_mean_the_same_in_any_order():
    table = sheet(VENDOR)
    english = {
        "Mã gian hàng": "code",
        "Tên gian hàng": "NAME",
        "Loại hình": "legal_form",
        "Người đại diện": "Representative",
        "Điện thoại": "sđt",
        "Xã phường": "ward",
        "Địa chỉ": "dia chi",
    }
    other = [[english[name] for name in reversed(table[0])], list(reversed(table[1]))]
    assert row_of("vendors", table) == row_of("vendors", other)


def test_a_column_that_is_missing_is_named():
    assert faults(VENDOR, drop=["Xã phường", "Điện thoại"]) == [
        (1, "Điện thoại", "", "This column is missing."),
        (1, "Xã phường", "", "This column is missing."),
    ]


def test_a_column_nobody_knows_is_named_with_what_is_close():
    rows = {**VENDOR, "Địa chỉi": "a", "Màu xe": "b"}
    assert faults(rows) == [
        (1, "H", "Địa chỉi", "Unknown column. Close to it: Địa chỉ."),
        (1, "I", "Màu xe", "Unknown column. Remove it or name it as in the template."),
    ]


def test_a_column_that_is_there_twice_is_named():
    rows = {**VENDOR, "address": "Thôn khác"}
    assert faults(rows) == [(1, "H", "address", "This column is there twice.")]


def test_values_without_a_header_are_named_and_empty_columns_are_not():
    table = sheet(VENDOR)
    table[0] += ["", ""]
    table[1] += ["", "lạc lõng"]
    assert judge("vendors.csv", as_csv(table))[1] == [
        (1, "I", "", "This column has values but no name.")
    ]


def test_every_bad_cell_is_told_at_once():
    bad = {
        **VENDOR,
        "Mã gian hàng": "HTX 01",
        "Loại hình": "Tập đoàn",
        "Điện thoại": "không có",
        "Xã phường": "Xã Thanh Hàaa",
        "Địa chỉ": "",
        "Tên gian hàng": "x" * 121,
    }
    found = faults(VENDOR, bad)
    assert [(row, column) for row, column, _, _ in found] == [
        (3, "Mã gian hàng"),
        (3, "Tên gian hàng"),
        (3, "Loại hình"),
        (3, "Điện thoại"),
        (3, "Xã phường"),
        (3, "Địa chỉ"),
    ]
    assert found[1][3] == "121 characters are too many: at most 120."
    assert found[4][2] == "Xã Thanh Hàaa"
    assert found[5][3] == "This must be filled in."


def test_a_code_that_is_there_twice_points_to_the_first():
    other = {**VENDOR, "Tên gian hàng": "HTX khác", "Mã gian hàng": "htx01"}
    assert faults(VENDOR, {**VENDOR, "Mã gian hàng": "HTX02"}, other) == [
        (4, "Mã gian hàng", "htx01", "This is there twice: the first is in row 2 of vendors.csv.")
    ]


def test_negative_prices_are_refused():
    assert faults({**PACK, "Giá": "-45.000"}, name="variants.csv") == [
        (2, "Giá", "-45.000", "A price is never negative.")
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("14-6", "This is no day. Write it as 23/11/2026."),
        ("30/02/2026", "This is no day. Write it as 23/11/2026."),
        ("+3d", "Days counted from today are for the demo only. Write the date."),
    ],
)
def test_dates_that_are_no_dates_are_refused(text, message):
    assert faults({**ENTRY, "Ngày": text}, name="diary.csv") == [(2, "Ngày", text, message)]


def test_dates_as_text_and_as_dates_are_the_same_in_a_workbook():
    for cell in ("05/09/2025", "2025-09-05", date(2025, 9, 5), at(2025, 9, 5)):
        data = as_xlsx({"Nhật ký": sheet({**ENTRY, "Ngày": cell})})
        checked, problems = judge("so.xlsx", data)
        assert problems == []
        assert checked.ready["diary"][0].row.done_on == date(2025, 9, 5)


def test_merged_cells_are_named_by_their_range():
    data = as_xlsx({"Gian hàng": sheet(VENDOR, VENDOR)}, merge=["B2:B3"])
    _checked, problems = judge("x.xlsx", data)
    assert problems[0] == (0, "B2:B3", "", "Merged cells. Unmerge them and fill every cell.")
    assert (3, "Tên gian hàng", "", "This must be filled in.") in problems


def test_a_table_is_known_by_its_sheet_or_its_file():
    for name in ("vendors.csv", "Gian hàng.csv", "gian-hang-2026.csv", "VENDORS north.csv"):
        checked, problems = judge(name, as_csv(sheet(VENDOR)))
        assert (problems, len(checked.ready["vendors"])) == ([], 1)
    checked, problems = judge("vendors.xlsx", as_xlsx({"Sheet1": sheet(VENDOR)}))
    assert (problems, len(checked.ready["vendors"])) == ([], 1)


def test_a_file_with_another_name_is_refused_and_a_further_sheet_is_skipped():
    (problem,) = faults(VENDOR, name="bảng 1.csv")
    assert problem[3].startswith("The name of the file does not say what it holds. Use one of: cr")
    data = as_xlsx({"Hướng dẫn": [["Điền từ dòng 2"]], "Gian hàng": sheet(VENDOR)})
    checked, problems = judge("x.xlsx", data)
    assert (problems, checked.skipped) == ([], ["x.xlsx: Hướng dẫn"])
    assert len(checked.ready["vendors"]) == 1


def test_an_empty_table_is_told():
    assert judge("vendors.csv", b"")[1] == [(0, "", "", "The table is empty.")]


def test_ten_thousand_bad_rows_are_all_counted_and_two_hundred_shown():
    rows = [{**PLOT, "Mã thửa": f"A{n}", "Diện tích (m2)": "-1"} for n in range(10_000)]
    findings = Findings()
    check(read_tables("plots.csv", as_csv(sheet(*rows))), DEMO, findings)
    assert findings.total == 10_000
    assert len(findings.shown) == MOST_SHOWN
    assert findings.shown[-1].place.row == MOST_SHOWN + 1


def test_ten_thousand_good_rows_are_ready():
    rows = [{**PLOT, "Mã thửa": f"A{n}"} for n in range(10_000)]
    checked, problems = judge("plots.csv", as_csv(sheet(*rows), ";"))
    assert (problems, len(checked.ready["plots"])) == ([], 10_000)


def test_a_listing_becomes_what_its_trade_asks_for():
    full = {
        **LISTING,
        "Tên (en)": "Lychee",
        "Tháng vụ": "6, 7",
        "Chứng nhận": "VietGAP; Chỉ dẫn địa lý",
        "Đặt trước từ": "01/11/2026",
        "Đặt trước đến": "07/06/2027",
        "Tồn kho": "1,5 tấn",
    }
    row = row_of("listings", sheet(full))
    assert row.title == {"vi": "Vải thiều", "en": "Lychee"}
    assert (row.kind, row.unit, row.stock) == (ListingKind.PRODUCE, Unit.GRAM, 1_500_000)
    assert (row.season_months, len(row.schemes)) == ((6, 7), 2)
    assert row.preorder_until == date(2027, 6, 7)


def test_packs_measured_otherwise_than_their_listing_are_found():
    data = as_xlsx(
        {
            "Hàng bán": sheet(LISTING),
            "Gói hàng": sheet(PACK, {**PACK, "Cỡ gói": "3"}, {**PACK, "Cỡ gói": "vài cân"}),
        }
    )
    _checked, problems = judge("x.xlsx", data)
    assert problems == [
        (4, "Cỡ gói", "vài cân", "Write an amount such as 2 kg or 0,5 kg."),
        (3, "Cỡ gói", "3", "The listing is counted otherwise: write the size as 500 g, 2 kg."),
    ]


ORDER = {
    "Mã đơn": "K7M2Q9XW",
    "Họ và tên": "Trần Minh Đức",
    "Điện thoại": "0900 000 300",
    "Cách giao": "Giao tận nơi",
    "Thanh toán": "Tiền mặt",
    "Trạng thái": "Chờ xác nhận",
    "Đặt lúc": "20/11/2026 09:00",
}
ORDER_LINE = {"Mã đơn": "K7M2Q9XW", "Mã hàng": "VAI01", "Cỡ gói": "0,5 kg", "Số lượng": "2"}


def test_orders_get_their_lines_and_lines_without_order_are_told():
    strange = {**ORDER_LINE, "Mã đơn": "K7M2Q9XV"}
    data = as_xlsx({"Đơn hàng": sheet(ORDER), "Dòng đơn hàng": sheet(ORDER_LINE, strange)})
    checked, problems = judge("x.xlsx", data)
    assert problems == [(3, "Mã đơn", "K7M2Q9XV", "There is no such order in these tables.")]
    (line,) = checked.ready["orders"][0].row.lines
    assert (line.size, line.quantity, line.starts_at) == (500, 2, None)


def test_a_line_is_for_goods_or_for_a_visit():
    both = {**ORDER_LINE, "Khởi hành": "25/11/2026 08:00"}
    for wrong in (both, {**ORDER_LINE, "Cỡ gói": ""}):
        problems = faults(wrong, name="order_lines.csv")
        assert problems[0][1] == "Cỡ gói"
        assert problems[0][3].startswith("Goods have a pack size, visits a departure")


PERSON = {
    "Liên hệ": "lan@chophien.example",
    "Họ và tên": "Phạm Thị Lan",
    "Mật khẩu": "ba con trâu vàng",
    "Vai trò": "thẩm định; finance",
    "Gian hàng": "HTX01: chủ; HTX02: kế toán",
}


def test_accounts_are_for_the_demo():
    assert faults(PERSON, name="users.csv") == [
        (
            2,
            "Mật khẩu",
            "ba con trâu vàng",
            "Accounts with passwords are for the demo only. People sign up by themselves.",
        )
    ]
    row = row_of("users", sheet(PERSON))
    assert row.roles == ("reviewer", "finance")
    assert row.memberships == (("HTX01", "owner"), ("HTX02", "finance"))
    wrong = {**PERSON, "Gian hàng": "HTX01", "Vai trò": "vua"}
    _checked, problems = judge("users.csv", as_csv(sheet(wrong)), DEMO)
    assert [problem[3][:30] for problem in problems] == [
        "This is not on the list. Write",
        "Write the vendor and the role:",
    ]


def test_a_table_without_rows_below_its_header_is_no_fault():
    checked, problems = judge("vendors.csv", as_csv([list(VENDOR)]))
    assert (problems, checked.ready["vendors"]) == ([], [])
