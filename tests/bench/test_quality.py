"""The yardstick itself: figures worked out by hand, and keys as people press them."""

import random

import pytest

from bench.quality.keys import bare, other_tone_place, slip, telex, vni
from bench.quality.scoring import Score, score, table
from catalog.search.likeness import distance
from catalog.search.typing import decode
from kernel.text import tone_code


def test_figures_are_those_of_the_definition():
    assert score(["A", "B"], {"A": 3, "B": 1}) == Score(1.0, 1.0, 1.0)
    swapped = score(["B", "A"], {"A": 3, "B": 1})
    assert round(swapped.ndcg, 4) == round((1 + 7 / 1.5849625) / (7 + 1 / 1.5849625), 4)
    assert (swapped.mrr, swapped.first) == (1.0, 0.0)
    assert score(["X", "A"], {"A": 2}).mrr == 0.5
    assert score([], {"A": 2}) == Score(0.0, 0.0, 0.0)
    assert score([], {}) == Score(1.0, 1.0, 1.0)
    assert score(["X"], {}) == Score(0.0, 0.0, 0.0)


def test_a_table_has_a_line_for_each_category_and_one_for_all():
    lines = table([("b", Score(1, 1, 1)), ("a", Score(0, 0, 0)), ("b", Score(0, 0, 0))])
    assert [(line.category, line.count, line.mean.ndcg) for line in lines] == [
        ("a", 1, 0.0),
        ("b", 2, 0.5),
        ("ALL", 3, 1 / 3),
    ]


SYLLABLES = [
    "vải", "thiều", "gốm", "đậu", "nước", "mắm", "rươi", "quýt", "hoà", "thuỷ", "nghệ", "được",
    "mưa", "quăng", "dứa", "xưởng", "ăn", "ướt", "giò", "đường", "quẩy", "nguyễn", "gừng", "già",
]  # fmt: skip


@pytest.mark.parametrize("word", SYLLABLES)
def test_keys_are_read_back_as_the_syllable(word):
    code = tone_code(word)
    assert decode(telex(word, at_end=True)) == code
    assert decode(telex(word, at_end=False)) == code
    assert decode(telex(word, at_end=True, lone_w=True)) == code
    assert decode(vni(word, at_end=True)) == code
    assert decode(vni(word, at_end=False)) == code


def test_queries_are_bent_as_people_bend_them():
    assert telex("thiều", at_end=False) == "thieefu"
    assert vni("thiều", at_end=True) == "thie6u2"
    assert bare("Đường phèn") == "Duong phen"
    assert other_tone_place("hòa thủy") == "hoà thuỷ"
    chance = random.Random(1)
    assert all(distance("khoai lang", slip("khoai lang", chance)) <= 1 for _ in range(50))
