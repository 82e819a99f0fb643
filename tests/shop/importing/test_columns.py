"""What people write in a cell is understood, or refused with words that say what to write."""

import contextlib
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Invalid
from kernel.money import format_vnd
from kernel.quantity import Unit
from shop.importing import columns as c
from shop.importing.sheets import SHEETS
from shop.importing.sheets.base import measured, quantity
from tests.shop.importing.office import DEMO, OFFICE, at


def refusal(read, cell, reading=OFFICE):
    with pytest.raises(Invalid) as caught:
        read(cell, reading)
    return str(caught.value)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("45.000", 45_000),
        ("45k", 45_000),
        ("1,2 tr", 1_200_000),
        ("45.000 ₫", 45_000),
        (45000, 45_000),
        ("0", 0),
    ],
)
def test_prices_as_people_write_them(cell, value):
    assert c.money(cell, OFFICE) == value


@pytest.mark.parametrize("cell", ["-45000", -45000, "\u22125", "(45.000)"])
def test_a_negative_price_is_called_so(cell):
    assert refusal(c.money, cell) == "A price is never negative."


@given(st.integers(0, 10**11))
def test_every_price_we_print_is_read_back(amount):
    assert c.money(format_vnd(amount).replace("\u00a0", " "), OFFICE) == amount


@pytest.mark.parametrize(
    "cell",
    [
        "23/11/2026",
        "23-11-2026",
        "23.11.2026",
        "2026-11-23",
        date(2026, 11, 23),
        at(2026, 11, 23, 9, 0),
    ],
)
def test_days_as_people_and_spreadsheets_write_them(cell):
    assert c.day(cell, OFFICE) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("31/02/2026", "This is no day. Write it as 23/11/2026."),
        ("11/23/2026", "This is no day. Write it as 23/11/2026."),
        ("ngày 5 tháng 3", "This is no day. Write it as 23/11/2026."),
        ("23/11/26", "This is no day. Write it as 23/11/2026."),
        (46349, "This is Excel's number of a day. Format the column as a date, or as text."),
        ("+3d", "Days counted from today are for the demo only. Write the date."),
        ("-5h", "Days counted from today are for the demo only. Write the date."),
    ],
)
def test_what_is_no_day_is_refused(cell, message):
    assert refusal(c.day, cell) == message


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("23/11/2026 08:30", datetime(2026, 11, 23, 1, 30, tzinfo=UTC)),
        ("2026-11-23 8h30", datetime(2026, 11, 23, 1, 30, tzinfo=UTC)),
        ("23/11/2026", datetime(2026, 11, 22, 17, 0, tzinfo=UTC)),
        (at(2026, 11, 23, 8, 30), datetime(2026, 11, 23, 1, 30, tzinfo=UTC)),
        (date(2026, 11, 23), datetime(2026, 11, 22, 17, 0, tzinfo=UTC)),
        ("+3d 08:30", datetime(2026, 11, 26, 1, 30, tzinfo=UTC)),
        ("-26h", datetime(2026, 11, 22, 1, 0, tzinfo=UTC)),
        ("-5m", datetime(2026, 11, 23, 2, 55, tzinfo=UTC)),
    ],
)
def test_moments_are_in_viet_nam_time(cell, utc):
    assert c.moment(cell, DEMO) == utc


@pytest.mark.parametrize("cell", ["23/11/2026 25:00", "23/11/2026 sáng", "23/11/2026 08:61"])
def test_what_is_no_time_is_refused(cell):
    assert refusal(c.moment, cell) == "This is no time. Write it as 08:30."


@pytest.mark.parametrize(
    ("cell", "value"),
    [("x", True), ("Có", True), ("YES", True), (1, True), ("không", False), ("No", False)],
)
def test_yes_and_no(cell, value):
    assert c.flag(cell, OFFICE) is value


def test_what_is_neither_yes_nor_no_is_refused():
    assert refusal(c.flag, "có lẽ") == "Write có or không (yes or no)."


@pytest.mark.parametrize(
    "cell", ["0912 345 678", "+84 912 345 678", 912345678, "0912.345.678", "84912345678"]
)
def test_telephone_numbers_become_one_form(cell):
    assert c.phone(cell, OFFICE) == "+84912345678"


@pytest.mark.parametrize("cell", ["12345", "gọi chị Lan", ""])
def test_what_is_no_telephone_number_is_refused(cell):
    assert refusal(c.phone, cell) == "Write a phone number such as 0912 345 678."


@pytest.mark.parametrize(
    ("cell", "value"), [("1.400", 1400), ("12", 12), (12, 12), ("1 400", 1400), (12.0, 12)]
)
def test_whole_numbers(cell, value):
    assert c.number(0, 5000)(cell, OFFICE) == value


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("1,5", "Write a whole number."),
        ("mười", "Write a whole number."),
        ("6000", "The number must be between 0 and 5000."),
        ("-1", "The number must be between 0 and 5000."),
    ],
)
def test_what_is_no_whole_number_within_bounds_is_refused(cell, message):
    assert refusal(c.number(0, 5000), cell) == message


def test_degrees_with_comma_or_point():
    assert c.degrees(90)("20,8721", OFFICE) == c.degrees(90)(20.8721, OFFICE) == 20.8721
    assert refusal(c.degrees(90), "20°52'") == "Write degrees such as 20,8721."
    assert refusal(c.degrees(90), "106,3") == "The number must be between -90 and 90."


THANH_HA, HA_DONG = "vn-2025:10813", "vn-2025:10882"


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("Xã Thanh Hà", THANH_HA),
        ("xa thanh ha", THANH_HA),
        ("10813 Xã Thanh Hà", THANH_HA),
        ("vn-2025:10813", THANH_HA),
        ("xã Thanh Sơn, huyện Thanh Hà", THANH_HA),
        ("xã Vĩnh Lập, huyện Thanh Hà, Hải Dương", HA_DONG),
        ("Phường Trần Hưng Đạo", "vn-2025:10570"),
        ("P. Trần Hưng Đạo, TP Hải Dương", "vn-2025:10525"),
    ],
)
def test_communes_of_today_and_of_old(cell, key):
    assert c.commune(cell, OFFICE) == key


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (
            10813,
            "A bare code may be an old or a new one. Write the name, or both: 10813 Xã Thanh Hà.",
        ),
        (
            "10813 Xã Hà Đông",
            "Code and name do not belong together. 10813 is Xã Thanh Hà.",
        ),
        ("99999 Xã Thanh Hà", "Code and name do not belong together. 99999 is ?."),
        ("Xã Thanh Hàa", "There is no such commune. Close to it: Xã Thanh Hà, Xã Tân An"),
        ("Quận 1", "There is no such commune in the city of today."),
        (
            "phường Cộng Hòa, Chí Linh",
            "This may be several communes of today. Write one of: "
            "10549 Phường Chu Văn An, 10570 Phường Trần Hưng Đạo.",
        ),
    ],
)
def test_a_commune_that_is_not_clear_is_asked_about(cell, message):
    assert refusal(c.commune, cell).startswith(message)


def test_texts_are_bounded_and_cleaned():
    assert c.text(5)(" ab\u200bc ", OFFICE) == "abc"
    assert refusal(c.text(5), "sáu chữ") == "7 characters are too many: at most 5."


def test_codes_are_plain_capitals():
    assert c.code(20)("htx-01", OFFICE) == "HTX-01"
    expected = "A code has letters, digits and hyphens, no spaces, at most 20."
    assert {refusal(c.code(20), cell) for cell in ("HTX 01", "Ổi", "x" * 21)} == {expected}


def test_words_of_a_list_in_both_languages():
    read = c.one_of({"Gam": Unit.GRAM, "Cái": Unit.PIECE, "gram": Unit.GRAM})
    assert [read(word, OFFICE) for word in ("gam", "GRAM", "cai")] == [
        Unit.GRAM,
        Unit.GRAM,
        Unit.PIECE,
    ]
    assert refusal(read, "thúng") == "This is not on the list. Write one of: Gam, Cái."


def test_several_between_commas_or_semicolons():
    assert c.several(c.number(1, 12))("12, 1;2,", OFFICE) == (12, 1, 2)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("500 g", (500, Unit.GRAM)),
        ("0,5 kg", (500, Unit.GRAM)),
        ("1,2 tấn", (1_200_000, Unit.GRAM)),
        ("1,5 l", (1500, Unit.MILLILITRE)),
        ("12", (12, Unit.PIECE)),
        ("1.400 hộp", (1400, Unit.PIECE)),
    ],
)
def test_amounts_tell_their_unit(words, value):
    assert measured(words, "size") == value


def test_an_amount_without_its_unit_is_asked_about():
    for words, unit in (("500", Unit.GRAM), ("một ít", Unit.GRAM), ("ba", Unit.PIECE)):
        with pytest.raises(Invalid) as caught:
            quantity(words, unit, "stock")
        assert caught.value.field == "stock"
    with pytest.raises(Invalid):
        c.amount("-5 kg", OFFICE)


@pytest.mark.parametrize(("words", "value"), [("", 0), ("0", 0), ("0 kg", 0), ("900 g", 900)])
def test_an_empty_store_is_nought_and_nothing_else_is(words, value):
    assert quantity(words, Unit.GRAM, "stock", none_is_zero=True) == value


def test_cells_are_shown_as_they_look():
    shown = [c.written(cell) for cell in (at(2026, 1, 2), date(2026, 1, 2), 1.5, None, "a")]
    assert shown == ["02/01/2026", "02/01/2026", "1,5", "", "a"]


CELLS = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.integers(),
    st.floats(allow_nan=True),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.just(time(8, 30)),
)


@given(st.sampled_from([column for sheet in SHEETS for column in sheet.columns]), CELLS)
def test_any_cell_in_any_column_is_a_value_or_a_refusal(column, cell):
    with contextlib.suppress(Invalid):
        column.read(cell, DEMO)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_header_means_two_columns_of_a_sheet(sheet):
    keys = [key for column in sheet.columns for key in column.keys]
    assert len(keys) == len(set(keys))
    assert set(sheet.key) <= {column.name for column in sheet.columns}


def test_no_name_means_two_sheets():
    names = [name for sheet in SHEETS for name in sheet.names]
    assert len(names) == len(set(names))
