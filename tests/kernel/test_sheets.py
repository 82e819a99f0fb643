"""Tables that spreadsheet programs open without running anything."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from kernel.sheets import as_csv, as_xlsx


def test_vietnamese_opens_right_and_numbers_stay_numbers():
    data = as_csv(["Tên"], [["Vải thiều"], [7], [None]])
    assert data.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(data.decode("utf-8-sig")))) == [
        ["Tên"], ["Vải thiều"], ["7"], [""],
    ]  # fmt: skip
    sheet = load_workbook(io.BytesIO(as_xlsx("Tên", ["Tên"], [["Vải thiều"], [7]]))).active
    assert [row[0].value for row in sheet] == ["Tên", "Vải thiều", 7]


@given(st.sampled_from("=+-@\t\r"), st.text(alphabet="ab1()!'", max_size=8))
def test_nothing_that_was_typed_becomes_a_formula(first, rest):
    rows = list(csv.reader(io.StringIO(as_csv(["x"], [[first + rest]]).decode("utf-8-sig"))))
    assert rows[1][0].startswith("'")
