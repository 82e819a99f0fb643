"""Words of queries; damage of the embedded index. What all engines do: ``tests/search``."""

import shutil
import time

import pytest

from catalog.search import embedded
from catalog.search.documents import channel
from catalog.search.embedded import TantivyEngine
from catalog.search.engine import EngineDown
from catalog.search.typing import decode
from catalog.search.words import DEFAULT_WAYS, readings, words_of
from tests.search.goods import DOCUMENTS, doc


@pytest.fixture
def engine(tmp_path):
    made = TantivyEngine(tmp_path / "search")
    assert made.rebuild(DOCUMENTS) == len(DOCUMENTS)
    return made


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    made = TantivyEngine(tmp_path_factory.mktemp("search"))
    made.rebuild(DOCUMENTS)
    return made


def codes(engine, query, **wishes):
    return list(engine.search(query, **wishes).codes)


def test_a_rebuild_changes_over_at_once_and_cleans_up(engine, monkeypatch):
    reader = TantivyEngine(engine.path)
    assert codes(reader, "bơ")[0] == "BO"
    monkeypatch.setattr(embedded, "LOOK_SECONDS", 0)
    for number in range(3):
        engine.rebuild([doc("MOI", f"Vải mới {number}")])
    assert codes(reader, "") == ["MOI"]
    assert len([path for path in engine.path.iterdir() if path.is_dir()]) == 2


@pytest.mark.parametrize("ending", ["idx", "term", "store", "meta.json"])
def test_a_damaged_index_is_reported_not_a_crash(engine, ending):
    folder = next(path for path in engine.path.iterdir() if path.is_dir())
    for path in folder.iterdir():
        if path.name.endswith(ending):
            path.write_bytes(path.read_bytes()[:10])
    engine._open = None
    with pytest.raises(EngineDown):
        engine.search("vai")
    assert engine.health().problem
    assert engine.rebuild(DOCUMENTS) == 9
    assert engine.health().is_well


def test_noise_inside_an_index_is_survived(engine):
    folder = next(path for path in engine.path.iterdir() if path.is_dir())
    for path in folder.glob("*.idx"):
        data = bytearray(path.read_bytes())
        data[4:200] = b"\xff" * 196
        path.write_bytes(bytes(data))
    engine._open = None
    try:
        engine.search("vai thieu thanh ha")
    except EngineDown:
        assert engine.rebuild(DOCUMENTS) == 9


def test_an_index_of_another_layout_or_a_lost_folder_is_down(engine, monkeypatch):
    monkeypatch.setattr(embedded, "LAYOUT", "v0")
    assert TantivyEngine(engine.path).health().problem == "the index has an older layout"
    monkeypatch.undo()
    shutil.rmtree(next(path for path in engine.path.iterdir() if path.is_dir()))
    assert not TantivyEngine(engine.path).health().is_well


@pytest.mark.parametrize(
    "query",
    [
        "a" * 10_000,
        "vai " * 2500,
        "bò" * 5000,
        "o\u0302\u0301" * 3000,
        "\u0301" * 10_000,
        "^ * \" ' ( [ { ~ : \\ " * 500,
        "\ud800 v\u1ea3i \udfff",
        "\u202eva\u0309i\u200b",
        "vaithieuthanhha" * 600,
        "thieeuf" * 1000,
        "\ufdfa" * 3000,
        "\0\n\t1 2 3 4*",
    ],
)
def test_the_strangest_query_is_answered_in_time(standing, query):
    began = time.thread_time()
    standing.search(query)
    standing.suggest(query)
    standing.explain(query, ["VAI", "NONE"])
    assert time.thread_time() - began < 0.2


def test_what_gives_a_hit_its_place_is_told(engine):
    told = engine.explain("vải thiều", ["VAI", "VAISAY", "NONE"])
    assert set(told) == {"VAI", "VAISAY"}
    assert {each.key: each.points for each in told["VAI"]}["name"] == 100
    assert sum(each.points for each in told["VAI"]) > sum(each.points for each in told["VAISAY"])
    assert engine.explain("vải", []) == {}


def test_the_words_looked_for_are_told_to_be_marked(engine):
    assert engine.search("vai thieeuf th").meant == ["vai", "thieu", "th", "thanh"]
    assert "dua" in engine.search("khóm").meant


def test_of_hits_alike_those_in_season_come_first(tmp_path):
    engine = TantivyEngine(tmp_path)
    engine.rebuild([doc("A", "Ổi lê", season_months=(1,)), doc("B", "Ổi lê", season_months=(7,))])
    assert codes(engine, "ổi lê", month=1) == ["A", "B"]
    assert codes(engine, "ổi lê", month=7) == ["B", "A"]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("vair", "vai_r"),
        ("thieeuf", "thieu_6f"),
        ("ddaauj", "dau_69j"),
        ("nuowcs", "nuoc_7s"),
        ("awn", "an_8"),
        ("tuws", "tu_7s"),
        ("va3i", "vai_r"),
        ("thie6u2", "thieu_6f"),
        ("thie62u", "thieu_6f"),
        ("d9en", "den_9"),
        ("va31i", "vai_s"),
        ("vai", ""),
        ("thanh", ""),
        ("boxx", "bo_x"),
        ("ocop4", ""),
        ("4sao", ""),
        ("workshop", ""),
        ("catf", ""),
        ("asfr", ""),
        ("s", ""),
        ("vair-thieeuf", ""),
        ("vải", ""),
        ("vairrrrrrrrrrr", ""),
    ],
)
def test_raw_keystrokes_are_read_when_they_make_a_syllable(typed, code):
    assert decode(typed) == code


def meanings(text, known=()):
    return [
        " ".join(word.toned for word in reading.words)
        for reading in readings(text, known.__contains__, DEFAULT_WAYS)
    ]


def test_regional_words_are_searched_for_both_ways():
    assert meanings("dứa") == ["dua_7s", "thom_7", "khom_s"]
    assert meanings("bánh trái") == ["banh_s trai_s", "banh_s qua_r"]
    assert meanings("dau phong", known=("dau", "phong")) == ["dau phong", "lac_j"]
    assert meanings("roi") == ["roi", "man_6j an phuoc_7s"]


def test_what_is_not_marked_is_not_guessed_when_listings_hold_it():
    assert meanings("dua", known=("dua",)) == ["dua"]
    assert meanings("vair", known=("vair",)) == ["vair"]
    assert meanings("vair", known=("vai",)) == ["vai_r"]
    assert meanings("") == []


def test_a_query_has_an_end():
    assert len(words_of("a " * 100)) == 12
    assert [word.folded for word in words_of("OCOP 4*")] == ["ocop", "4", "sao"]


def test_both_channels_of_a_document_have_the_same_words():
    made = channel("Vải thiều, Thanh-Hà (5 kg)")
    assert made.folded == "vai thieu thanh ha 5 kg"
    assert made.toned == "vai_r thieu_6f thanh ha_f 5 kg"
