"""Amounts are whole, shares sum up, and people's spellings are read."""

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Invalid
from kernel.i18n import format_quantity, pick
from kernel.money import format_vnd, parse_vnd, percent, price_for, round_vnd, split
from kernel.quantity import Unit, parse_quantity

amounts = st.integers(min_value=-(10**12), max_value=10**12)
weights = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=30).filter(any)


@given(amounts, weights)
def test_the_parts_of_a_split_sum_to_the_whole_and_are_fair(total, parts):
    shares = split(total, parts)
    assert sum(shares) == total
    for share, weight in zip(shares, parts, strict=True):
        assert abs(share - Fraction(total * weight, sum(parts))) < 1


def test_one_dong_among_three_goes_to_the_first():
    assert split(1, [1, 1, 1]) == [1, 0, 0]
    assert split(-100, [1, 1, 1]) == [-34, -33, -33]


@pytest.mark.parametrize("parts", [[0, 0], [1, -1], [-1, 3]])
def test_a_split_needs_weights(parts):
    with pytest.raises(ValueError, match="weights"):
        split(10, parts)


def test_rounding_is_half_away_from_zero():
    assert [round_vnd(Fraction(n, 2)) for n in (1, 3, -1, -3, 4)] == [1, 2, -1, -2, 2]
    assert price_for(45_000, 1000, 1250) == 56_250
    assert percent(99_999, 150) == 1_500


@given(st.integers(min_value=0, max_value=10**12))
def test_what_is_written_is_read_again(amount):
    assert parse_vnd(format_vnd(amount)) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("45000", 45_000),
        ("45.000", 45_000),
        ("45,000", 45_000),
        ("45k", 45_000),
        ("45 nghìn", 45_000),
        ("1,2 tr", 1_200_000),
        ("1.25tr", 1_250_000),
        ("2 triệu", 2_000_000),
        ("45.000 ₫", 45_000),
        ("45.000đ", 45_000),
        ("1.234.567 VND", 1_234_567),
        ("0", 0),
    ],
)
def test_amounts_are_read_as_people_write_them(text, amount):
    assert parse_vnd(text) == amount


@pytest.mark.parametrize("text", ["", "-5", "45.00", "4,5", "1.2.3", "abc", "1e6", "٤٥", "9" * 20])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(Invalid):
        parse_vnd(text)


@given(st.text(max_size=40))
def test_no_text_breaks_the_readers(text):
    for read in (parse_vnd, lambda t: parse_quantity(t, Unit.GRAM, bare="kg")):
        with contextlib.suppress(Invalid):
            assert read(text) >= 0


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        ("2 kg", 2000),
        ("0,5kg", 500),
        ("0.5 kg", 500),
        ("500 g", 500),
        ("1.250 g", 1250),
        ("1,25", 1250),
        ("2 tạ", 200_000),
        ("1,5 tấn", 1_500_000),
    ],
)
def test_weights_are_read_as_people_write_them(text, grams):
    assert parse_quantity(text, Unit.GRAM, bare="kg") == grams


@pytest.mark.parametrize("text", ["0", "2 lít", "0,0001 kg", "hai kg", "-1 kg", ""])
def test_what_is_no_weight_is_refused(text):
    with pytest.raises(Invalid):
        parse_quantity(text, Unit.GRAM, bare="kg")


def test_pieces_are_whole():
    assert parse_quantity("12", Unit.PIECE) == 12
    with pytest.raises(Invalid):
        parse_quantity("1,5", Unit.PIECE)


@given(st.integers(min_value=1, max_value=10**9))
def test_a_written_weight_is_read_again(grams):
    assert parse_quantity(format_quantity(grams, Unit.GRAM), Unit.GRAM) == grams


def test_amounts_are_written_the_vietnamese_way():
    assert format_vnd(45_000) == "45.000\u00a0₫"
    assert format_quantity(1250, Unit.GRAM) == "1,25 kg"
    assert format_quantity(2_000_000, Unit.GRAM) == "2.000 kg"
    assert format_quantity(750, Unit.MILLILITRE) == "750 ml"
    assert format_quantity(1200, Unit.PIECE, "hộp") == "1.200 hộp"


def test_content_falls_back_to_vietnamese_then_to_anything():
    assert pick({"vi": "Vải", "en": "Lychee"}, "en") == "Lychee"
    assert pick({"vi": "Vải"}, "en") == "Vải"
    assert pick({"en": "Lychee"}, "vi") == "Lychee"
    assert pick({}, "vi") == pick(None, "en") == ""
