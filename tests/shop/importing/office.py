"""Files as an office makes them, built here so that every fault in them is in sight."""

import csv
import io
from datetime import UTC, datetime

import openpyxl

from shop.importing.checking import check
from shop.importing.columns import Reading
from shop.importing.problems import Findings
from shop.importing.readers import read_tables

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
OFFICE = Reading(NOW)
DEMO = Reading(NOW, demo=True)

VENDOR = {
    "Mã gian hàng": "HTX01",
    "Tên gian hàng": "HTX Bến Gốc Đa",
    "Loại hình": "Hợp tác xã",
    "Người đại diện": "Phạm Văn Doanh",
    "Điện thoại": "0900 000 101",
    "Xã phường": "10813 Xã Thanh Hà",
    "Địa chỉ": "Thôn Thúy Lâm",
}
FARM = {
    "Mã gian hàng": "HTX01",
    "Mã trang trại": "F1",
    "Tên trang trại": "Vườn Bến Gốc Đa",
    "Xã phường": "Xã Thanh Hà",
}
PLOT = {
    "Mã gian hàng": "HTX01",
    "Mã trang trại": "F1",
    "Mã thửa": "A1",
    "Tên thửa": "Vườn già",
    "Diện tích (m2)": "3.600",
}
SEASON = {
    "Mã gian hàng": "HTX01",
    "Mã trang trại": "F1",
    "Mã thửa": "A1",
    "Mã vụ": "VAI26",
    "Cây trồng (vi)": "Vải thiều",
    "Ngày bắt đầu": "01/09/2025",
}
ENTRY = {
    "Mã gian hàng": "HTX01",
    "Mã trang trại": "F1",
    "Mã thửa": "A1",
    "Mã vụ": "VAI26",
    "STT": "1",
    "Ngày": "05/09/2025",
    "Công việc": "Bón phân",
}
LOT = {
    "Mã gian hàng": "HTX01",
    "Mã lô": "L2606-001",
    "Sản phẩm (vi)": "Vải thiều",
    "Đơn vị": "gam",
    "Số lượng": "1,2 tấn",
    "Ngày thu hoạch": "14/06/2026",
    "Mã trang trại": "F1",
    "Mã thửa": "A1",
    "Mã vụ": "VAI26",
}
LISTING = {
    "Mã hàng": "VAI01",
    "Mã gian hàng": "HTX01",
    "Danh mục": "trai-cay",
    "Loại": "Nông sản",
    "Tên (vi)": "Vải thiều",
    "Xã phường": "Xã Thanh Hà",
    "Đơn vị": "gam",
    "Tồn kho": "100 kg",
    "Mã lô": "L2606-001",
}
PACK = {"Mã hàng": "VAI01", "Cỡ gói": "0,5 kg", "Giá": "45k"}


def at(*parts):
    """Return a moment as a spreadsheet keeps it: without a zone."""
    return datetime(*parts)  # noqa: DTZ001


def sheet(*rows, drop=(), **changed):
    """Make a table of rows, the header first; keywords change every row by header."""
    full = [{**row, **changed} for row in rows]
    headers = list(dict.fromkeys(name for row in full for name in row))
    headers = [name for name in headers if name not in drop]
    return [headers, *[[row.get(name, "") for name in headers] for row in full]]


def as_csv(table, separator=",", encoding="utf-8-sig"):
    """Write a table as CSV bytes."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(table)
    return out.getvalue().encode(encoding)


def as_xlsx(sheets, merge=()):
    """Write tables by sheet name as the bytes of a workbook; ``merge`` is done in each."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, table in sheets.items():
        made = book.create_sheet(name)
        for row in table:
            made.append(row)
        for cells in merge:
            made.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def folder(tmp_path, **tables):
    """Write tables as CSV files of a folder, named by keyword."""
    for name, table in tables.items():
        data = table if isinstance(table, bytes) else as_csv(table)
        (tmp_path / f"{name}.csv").write_bytes(data)
    return tmp_path


def market():
    """Return tables that make a whole small market."""
    return {
        "vendors": sheet(VENDOR),
        "farms": sheet(FARM),
        "plots": sheet(PLOT),
        "seasons": sheet(SEASON),
        "diary": sheet(ENTRY),
        "lots": sheet(LOT),
        "listings": sheet(LISTING),
        "variants": sheet(PACK),
    }


def judge(name, data, reading=OFFICE):
    """Read and check one file; return what is ready and the problems as (row, column, message)."""
    findings = Findings()
    checked = check(read_tables(name, data), reading, findings)
    return checked, [say(problem) for problem in findings.shown]


def say(problem):
    """Return a problem as row, column, value and its English words."""
    return (
        problem.place.row,
        problem.place.column,
        problem.value,
        problem.message % dict(problem.values),
    )
