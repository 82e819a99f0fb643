"""Keystrokes that never became letters are shown as the words they were understood as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.text import tone_code
from shop.find.meaning import understood, written


@pytest.mark.parametrize(
    ("typed", "meant", "said"),
    [
        ("vair thieeuf", ["vai", "thieu"], "vải thiều"),
        ("va3i thie6u2", ["vai", "thieu"], "vải thiều"),
        ("VAIR THIEEUF thanh ha", ["vai", "thieu", "thanh", "ha"], "vải thiều thanh ha"),
        ("ddaauj xanh", ["dau", "xanh"], "đậu xanh"),
        ("uowngs", ["uong"], "ướng"),
        ("vải thiều", ["vai", "thieu"], ""),
        ("vai thieu", ["vai", "thieu"], ""),
        # Known words are no keystrokes, whatever they would decode to.
        ("box", ["box"], ""),
        ("tour", ["tour", "trai nghiem"], ""),
        ("zzzz", [], ""),
        ("", [], ""),
    ],
)
def test_what_was_understood_is_said(typed, meant, said):
    assert understood(typed, meant) == said


@pytest.mark.parametrize(
    "syllable",
    [
        "bơ",
        "bò",
        "ổi",
        "vải",
        "thiều",
        "đậu",
        "hòa",
        "thủy",
        "quả",
        "giò",
        "nước",
        "rượu",
        "mía",
        "của",
        "ngoại",
        "chuối",
        "khoai",
        "bưởi",
        "nghệ",
        "quýt",
        "giếng",
        "cuốn",
        "ruốc",
        "tươi",
        "đường",
        "rươi",
        "hoẵng",
        "mướp",
        "cà",
        "phê",
        "xoài",
        "yến",
        "trứng",
        "lựu",
        "huệ",
    ],
)
def test_a_syllable_is_written_from_its_code(syllable):
    assert written(tone_code(syllable)) == syllable


@given(st.text(max_size=40), st.lists(st.text(max_size=6), max_size=4))
def test_anything_may_be_typed(typed, meant):
    assert isinstance(understood(typed, meant), str)
