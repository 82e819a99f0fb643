"""Words with and without accents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.text import fold, slug


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("HTX Đức Chính", "htx duc chinh"),
        ("Bơ Sáp-034", "bo sap 034"),
        ("  Hoà\tBình ", "hoa binh"),
        ("Hòa Bình", "hoa binh"),
        ("Nguye\u0302\u0303n", "nguyen"),
        ("", ""),
        ("…!?", ""),
    ],
)
def test_words_are_folded(text, folded):
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("HTX Đức Chính", 80, "htx-duc-chinh"),
        ("Vải thiều 🍒 & mật ong", 80, "vai-thieu-mat-ong"),
        ("một hai ba bốn", 11, "mot-hai-ba"),
        ("một hai ba bốn", 10, "mot-hai-ba"),
        ("abcdefgh", 4, "abcd"),
        ("農場", 80, ""),
    ],
)
def test_an_address_has_plain_letters_and_whole_words(text, most, expected):
    assert slug(text, most) == expected
