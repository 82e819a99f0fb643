"""In which order hits stand, by signals alone: no engine is asked."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.search.documents import document
from catalog.search.likeness import distance, edits
from catalog.search.ranking import (
    SIGNALS,
    candidate,
    explain,
    is_convincing,
    rank,
    words_meant,
)
from catalog.search.words import DEFAULT_WAYS, readings
from tests.search.goods import BASE


def hit(code, vi, en="", **wishes):
    title = {"vi": vi, "en": en} if en else {"vi": vi}
    return candidate(document(replace(BASE, code=code, title=title, **wishes)))


def order(query, *hits, **wishes):
    meant = readings(query, lambda _word: True, DEFAULT_WAYS)
    return [ranked.code for ranked in rank(meant, hits, **wishes)]


PAIRS = [
    ("bơ", "Bơ sáp", "Bò khô"),
    ("cam", "Cam Vinh", "Cám gạo"),
    ("dứa", "Dứa mật", "Dừa xiêm"),
    ("vải", "Vải thiều", "Mật ong hoa vải"),
    ("thanh long", "Thanh long ruột đỏ", "Long nhãn Thanh Hà"),
    ("bánh đa", "Bánh đa gấc", "Bánh gai đa vị"),
    ("gà đồi", "Gà đồi Chí Linh", "Trứng gà đồi"),
    ("dua", "Dừa", "Dưa hấu Gia Lộc"),
    ("vải th", "Vải thiều", "Vải khô Thanh Hà"),
    ("mật ong", "Mật ong rừng", "Mật mía và sáp ong"),
]


@pytest.mark.parametrize(("query", "first", "second"), PAIRS)
def test_of_two_the_one_that_says_it_better_comes_first(query, first, second):
    assert order(query, hit("B", second), hit("A", first)) == ["A", "B"]


def test_english_names_are_about_their_last_word():
    honey, popcorn = hit("A", "Mật ong", "Longan flower honey"), hit("B", "Bỏng", "Honey popcorn")
    assert order("honey", popcorn, honey, lang="en") == ["A", "B"]


def test_a_name_says_more_than_category_vendor_place_and_text():
    elsewhere = [
        hit("SHELF", "Đặc sản", category_words=("Gốm",)),
        hit("SELLER", "Đặc sản", vendor_name="Gốm"),
        hit("PLACE", "Đặc sản", place_words=("Gốm",)),
        hit("TEXT", "Đặc sản", description={"vi": "Gốm"}),
    ]
    assert order("gốm", *reversed(elsewhere), hit("NAME", "Gốm")) == [
        "NAME", "SHELF", "SELLER", "PLACE", "TEXT",
    ]  # fmt: skip


def test_season_rating_and_freshness_part_only_what_is_alike():
    plain = hit("PLAIN", "Ổi lê", season_months=(1,))
    season = hit("SEASON", "Ổi lê", season_months=(7,))
    rated = hit("RATED", "Ổi lê", season_months=(1,), rating_tenths=50, rating_count=40)
    assert order("ổi lê", plain, season, month=7)[0] == "SEASON"
    assert order("ổi lê", plain, rated, month=7)[0] == "RATED"
    assert order("ổi", hit("OTHER", "Cây ổi", season_months=(7,)), plain, month=7)[0] == "PLAIN"


def test_hits_alike_stay_in_the_order_given():
    assert order("ổi", hit("B", "Ổi"), hit("A", "Ổi")) == ["B", "A"]


def test_every_point_of_a_hit_is_explained():
    meant = readings("vải thiều", lambda _word: True, DEFAULT_WAYS)
    ranked = rank(meant, [hit("A", "Vải thiều sấy", rating_tenths=40, rating_count=3)])[0]
    said = explain(ranked)
    assert {each.key for each in said} <= {signal.key for signal in SIGNALS}
    assert sum(each.points for each in said) == pytest.approx(ranked.points, abs=0.1)
    assert next(each.points for each in said if each.key == "name") == 100


def test_what_was_looked_for_can_be_marked():
    meant = readings("vai thieuu th", lambda word: word == "vai", DEFAULT_WAYS)
    assert words_meant(meant, [hit("A", "Vải thiều Thanh Hà")]) == [
        "vai", "thieuu", "thieu", "th", "thanh",
    ]  # fmt: skip


def test_nothing_to_order_is_no_error():
    assert rank([], []) == []
    assert [each.points for each in rank([], [hit("A", "Ổi")])] == [0.5]


@pytest.mark.parametrize(
    ("typed", "word", "slips"),
    [
        ("bahn", "banh", 1),
        ("banhh", "banh", 1),
        ("strawbery", "strawberry", 1),
        ("pinaeplpe", "pineapple", 2),
        ("hnao", "nhao", 1),
        ("ca", "co", 0),
        ("banh", "bunk", 0),
        ("gaming", "farming", 0),
        ("same", "same", 0),
    ],
)
def test_slips_are_forgiven_by_length(typed, word, slips):
    assert edits(typed, word) == slips


@given(st.text("abc", max_size=8), st.text("abc", max_size=8))
def test_distance_is_the_same_both_ways(one, other):
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)
    assert abs(len(one) - len(other)) <= distance(one, other) <= max(len(one), len(other))


@pytest.mark.parametrize(
    ("query", "name", "text", "is_meant"),
    [
        ("gốm chu đâu", "Bình gốm Chu Đậu", "", True),
        ("bánh đạu xanh", "Bánh đậu xanh", "", True),
        ("cà rốt trái cây", "Cà rốt", "", True),
        ("hạt bé", "Vải thiều", "quả nhỏ, hạt bé", True),
        ("váy cưới", "Phòng đêm cuối tuần", "làm được vậy", False),
        ("bảo hiểm nhân thọ", "Bánh gai", "nhân đỗ bảo đảm, thọ lâu, hiểm trở", False),
        ("tu lanh", "Dầu lạc ép lạnh Tứ Kỳ", "", False),
        ("oi lanh", "Ổi sấy lạnh", "", True),
    ],
)
def test_letters_here_and_there_convince_nobody(query, name, text, is_meant):
    meant = readings(query, lambda _word: True, DEFAULT_WAYS)
    found = hit("A", name, description={"vi": text} if text else {})
    assert is_convincing(meant, [hit("B", "Ngô"), found]) is is_meant
