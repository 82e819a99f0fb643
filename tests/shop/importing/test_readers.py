"""Files of every make become the same table; whatever else they hold is refused, never a crash."""

import contextlib
import io
import zipfile
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kernel.text import nfc
from shop.importing import readers
from shop.importing.problems import BadFile
from shop.importing.readers import Row, column_letters, decode, read_tables
from tests.shop.importing.office import as_csv, as_xlsx, at

WORDS = [["Mã", "Tên"], ["A1", "Ổi bãi giữa; giòn"], ["A2", 'Cà rốt "non"']]


def rows(name, data):
    (table,) = read_tables(name, data)
    return [[*row.cells] for row in table.rows]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_csv_file_reads_the_same_however_it_was_saved(separator, encoding):
    assert rows("x.csv", as_csv(WORDS, separator, encoding)) == WORDS


def test_old_vietnamese_windows_files_are_read_and_composed():
    spread = "Mã;Tên\r\nA1;Ca\u0300 rô\u0301t\r\n".replace("ã", "a\u0303")
    assert rows("x.csv", spread.encode("windows-1258")) == [["Mã", "Tên"], ["A1", "Cà rốt"]]


def test_excels_own_line_about_the_separator_is_heeded_and_counted():
    (table,) = read_tables("x.csv", "sep=;\r\nMã;Giá\r\nA1;1,5\r\n".encode())
    assert table.rows == (Row(2, ("Mã", "Giá")), Row(3, ("A1", "1,5")))


def test_separators_inside_quotes_do_not_decide():
    assert rows("x.csv", b'"a;b;c",d\r\n1,2\r\n') == [["a;b;c", "d"], ["1", "2"]]


def test_empty_rows_and_cells_are_left_out_but_rows_keep_their_numbers():
    (table,) = read_tables("x.csv", "a,b\r\n,\r\n\r\n 1\u00a0,\r\n".encode())
    assert table.rows == (Row(1, ("a", "b")), Row(4, ("1", None)))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a,b\n\x00\x01\x02", "The letters cannot be read"),
        (b"\xd2\x8a\x9d,\xff", "The letters cannot be read"),
        (b'a,b\n1,"open', "Row 2 cannot be taken apart"),
        (b'a,b\n1,2\n3,"x"y\n', "Row 3 cannot be taken apart"),
        (b"PK\x03\x04rest", "give it the ending .xlsx"),
        (b",".join([b"x"] * 300), "at most 200000 rows and 200 columns"),
        (b"a\n" + b"x" * 100_001, "Row 2 holds a text that is far too long"),
    ],
)
def test_what_is_no_csv_is_refused_with_advice(data, message):
    with pytest.raises(BadFile) as refusal:
        read_tables("x.csv", data)
    assert message in str(refusal.value)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(readers, "MOST_BYTES", 10)
    with pytest.raises(BadFile, match="larger than"):
        read_tables("x.csv", b"12345678901")


def test_a_workbook_gives_its_sheets_with_dates_numbers_and_merged_ranges():
    data = as_xlsx(
        {
            "Gian hàng": [
                ["Mã", "Ngày", "Giá", "Có"],
                ["A1", at(2026, 11, 23, 8, 30), 45000, True],
                ["A2", date(2026, 11, 24), 0.5, None],
            ],
            "Ghi chú": [["tự do"]],
        },
        merge=["B2:B3"],
    )
    first, second = read_tables("x.xlsx", data)
    assert (first.sheet, second.sheet) == ("Gian hàng", "Ghi chú")
    assert first.rows[1] == Row(2, ("A1", at(2026, 11, 23, 8, 30), 45000, True))
    assert first.rows[2].cells[2:] == (0.5, None)
    assert first.merged == ("B2:B3",)


def _zipped(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a whole Excel file"),
        (b"PK\x03\x04 but no more", "not a whole Excel file"),
        (_zipped(hello="world"), "not a whole Excel file"),
        (as_xlsx({"a": [["x"]]})[:-200], "not a whole Excel file"),
    ],
)
def test_what_is_no_workbook_is_refused(data, message):
    with pytest.raises(BadFile, match=message):
        read_tables("x.xlsx", data)


@pytest.mark.parametrize("reference", [b"XFD1", b"A1048576"])
def test_one_cell_far_out_does_not_unpack_into_a_giant_table(reference):
    part = b'<sheetData><row><c r="%s" t="n"><v>1</v></c></row></sheetData>' % reference
    with pytest.raises(BadFile, match="at most 200000 rows"):
        read_tables("x.xlsx", _zipped(**{"xl__worksheets__sheet1.xml": part}))


def test_a_workbook_that_would_unpack_into_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(readers, "MOST_UNPACKED", 100)
    with pytest.raises(BadFile, match="larger than"):
        read_tables("x.xlsx", as_xlsx({"a": [["x"]]}))


WORKBOOK = as_xlsx({"Gian hàng": WORDS})


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
@example(b"\xff\xfe\x00")
@example(b"\xef\xbb\xbf")
@example(b'"')
def test_any_bytes_are_a_table_or_a_refusal(data):
    for name in ("x.csv", "x.xlsx"):
        try:
            tables = read_tables(name, data)
        except BadFile:
            continue
        assert all(row.cells for table in tables for row in table.rows)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(WORKBOOK) - 1), st.binary(min_size=1, max_size=30))
def test_a_damaged_workbook_is_a_table_or_a_refusal(start, junk):
    with contextlib.suppress(BadFile):
        read_tables("x.xlsx", WORKBOOK[:start] + junk + WORKBOOK[start + len(junk) :])


@given(st.text(max_size=60).filter(lambda text: "\0" not in text and "\x1a" not in text))
def test_any_text_survives_utf_8_composed(text):
    assert decode(b"\xef\xbb\xbf" + text.encode()) == nfc(text)


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_called_as_in_a_spreadsheet(index, letters):
    assert column_letters(index) == letters
