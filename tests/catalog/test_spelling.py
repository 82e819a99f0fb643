"""What was meant when keys were missed, told by the names there are."""

import pytest

from catalog.search.spelling import better_spelling, respelled
from catalog.search.typing import decode, is_syllable
from catalog.search.words import DEFAULT_WAYS, readings, singular, split, words_of

TITLES = [
    "Cà rốt Đức Chính",
    "Bưởi Diễn trái 1kg",
    "Ổi lê Thanh Hà",
    "Bánh đậu xanh",
    "Carrot cake",
]
WORDS = {
    "mat",
    "ong",
    "ma",
    "tong",
    "vai",
    "thieu",
    "green",
    "bean",
    "thanh",
    "ha",
    "khoai",
    "tho",
    "ai",
}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ca ot", "cà rốt"),
        ("carot", "cà rốt"),
        ("ca rto duc chinh", "cà rốt đức chính"),
        ("oi el", "ổi lê"),
        ("bnah dau xanh", "bánh đậu xanh"),
        ("carot cake", "carrot cake"),
        ("điện thoại", ""),
        ("dien thoai", ""),
        ("zzzz", ""),
        ("oi", "ổi"),
        ("4 sao", ""),
        ("", ""),
    ],
)
def test_names_tell_what_was_meant(typed, meant):
    found = respelled(words_of(typed), TITLES)
    assert (found[0].written if found else "") == meant


def test_only_words_that_nobody_wrote_are_spelled_anew():
    known = {"ca", "chinh"}.__contains__
    assert better_spelling(words_of("ca rrot"), known, TITLES) == "cà rốt"
    assert better_spelling(words_of("cà rố"), known, TITLES) == ""
    assert better_spelling(words_of("ca zzzzzz"), known, TITLES) == ""


def test_words_written_as_one_are_told_apart_in_every_way():
    assert split("matong", WORDS.__contains__) == [("ma", "tong"), ("mat", "ong")]
    assert split("greenbean", WORDS.__contains__) == [("green", "bean")]
    assert split("thoai", WORDS.__contains__) == []
    assert split("x" * 31, WORDS.__contains__) == []


@pytest.mark.parametrize(
    ("word", "one"),
    [
        ("puppets", "puppet"),
        ("dishes", "dish"),
        ("cherries", "cherry"),
        ("glass", "glass"),
        ("bus", "bus"),
        ("sat_s", "sat_s"),
        ("tea", "tea"),
    ],
)
def test_plurals_are_read_as_one(word, one):
    assert singular(word) == one


def meanings(text, known=WORDS):
    return [
        (" ".join(word.toned for word in reading.words), reading.is_joined, reading.is_other)
        for reading in readings(text, known.__contains__, DEFAULT_WAYS)
    ]


def test_a_query_has_all_the_meanings_it_may_have():
    assert meanings("vaithieu") == [("vai thieu", True, False)]
    assert meanings("greens") == [("green", False, False)]
    assert meanings("sp khoai") == [("sp khoai", False, False), ("khoai", False, False)]
    assert meanings("bđx")[1] == ("banh_s dau_69j xanh", False, True)
    assert meanings("va\u200bi") == [("vai", False, False)]


def test_syllables_are_a_closed_list():
    assert is_syllable("nghieng")
    assert is_syllable("quyt")
    assert not is_syllable("strawberry")
    assert decode("straws") == ""
