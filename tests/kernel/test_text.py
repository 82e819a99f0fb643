"""Words as people type them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.text import fold, is_marked, nfc, slug, tone_code, tone_codes

vietnamese = st.text(
    "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợ"
    "pqrstuùúủũụưừứửữựvxyỳýỷỹỵ -,.0123ĐÂƠ",
    max_size=40,
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Vải thiều Thanh Hà", "vai thieu thanh ha"),
        ("Bơ Sáp-034", "bo sap 034"),
        ("ĐẬU ĐỎ", "dau do"),
        ("HTX_Đức  Chính!", "htx duc chinh"),
        ("  ", ""),
        ("ﬁ ² 𝐀", "fi 2 a"),
    ],
)
def test_folding_drops_case_marks_and_punctuation(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("syllable", "code"),
    [
        ("bơ", "bo_7"),
        ("bò", "bo_f"),
        ("bó", "bo_s"),
        ("bỏ", "bo_r"),
        ("bo", "bo"),
        ("Vải", "vai_r"),
        ("thiều", "thieu_6f"),
        ("đường", "duong_79f"),
        ("rượu", "ruou_7j"),
        ("chín", "chin_s"),
        ("ngã", "nga_x"),
        ("ă", "a_8"),
        ("", ""),
    ],
)
def test_a_tone_code_keeps_letters_and_marks_apart(syllable, code):
    assert tone_code(syllable) == code


@pytest.mark.parametrize(("old", "new"), [("hoà", "hòa"), ("thuỷ", "thủy"), ("khoẻ", "khỏe")])
def test_where_the_tone_stands_does_not_matter(old, new):
    assert tone_code(old) == tone_code(new)


@pytest.mark.parametrize(
    ("one", "other"), [("cam", "cám"), ("dứa", "dừa"), ("táo", "tạo"), ("mận", "mặn"), ("đa", "da")]
)
def test_words_that_differ_in_marks_only_have_one_fold_and_two_codes(one, other):
    assert fold(one) == fold(other)
    assert tone_code(one) != tone_code(other)


def test_marks_are_noticed():
    assert is_marked("vải thieu")
    assert is_marked("dau do đ")
    assert not is_marked("vai thieu, 5 kg")


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(vietnamese)
def test_decomposed_and_composed_text_are_the_same_words(text):
    apart = unicodedata.normalize("NFD", text)
    assert nfc(apart) == nfc(text)
    assert fold(apart) == fold(text)
    assert slug(apart) == slug(text)
    assert tone_codes(apart) == tone_codes(text)


@given(st.text(max_size=60))
def test_both_channels_have_the_same_words(text):
    assert [code.partition("_")[0] for code in tone_codes(text)] == fold(text).split()


@given(vietnamese)
def test_case_does_not_matter(text):
    assert fold(text.upper()) == fold(text.lower())
    assert tone_codes(text.upper()) == tone_codes(text.lower())


@given(st.text(max_size=200), st.integers(1, 90))
def test_a_slug_is_short_and_safe_in_an_address(text, most):
    made = slug(text, most)
    assert len(made) <= most
    assert made == "" or set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not made.startswith("-")
    assert not made.endswith("-")


def test_a_long_slug_ends_with_a_whole_word():
    assert slug("Bánh đậu xanh Rồng Vàng", 14) == "banh-dau-xanh"
    assert slug("Bánh đậu xanh Rồng Vàng", 12) == "banh-dau"
    assert slug("nghiêngngả", 6) == "nghien"
