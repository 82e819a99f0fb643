"""Search: what people type, they find; readers follow writers; damage is no disaster."""

import shutil
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.queries.sources import Source
from catalog.search import embedded
from catalog.search.documents import channel, document
from catalog.search.embedded import TantivyEngine
from catalog.search.engine import EngineDown, FacetCount, Filters, Sort, Suggestion
from catalog.search.typing import decode
from catalog.search.words import DEFAULT_WAYS, readings, words_of

BASE = Source(
    code="",
    kind="produce",
    title={},
    summary={},
    description={},
    category_words=("Trái cây", "Fruit"),
    categories=("trai-cay",),
    category_labels=("trai-cay|Trái cây|Fruit",),
    vendor_name="HTX Thanh Sơn",
    vendor_slug="htx-thanh-son",
    commune="vn-2025:10813",
    commune_name="Thanh Hà",
    place_words=("Xã Thanh Hà", "Huyện Thanh Hà", "Xã Thanh Sơn"),
    schemes=(),
    stars=(),
    season_months=(),
    price_vnd=50_000,
    ranked_at=1000,
)


def doc(code, vi, en="", **wishes):
    title = {"vi": vi, "en": en} if en else {"vi": vi}
    return document(replace(BASE, code=code, title=title, **wishes))


VEGETABLE = {
    "category_words": ("Rau củ", "Vegetables"),
    "categories": ("rau-cu",),
    "category_labels": ("rau-cu|Rau củ|Vegetables",),
}
POTTERY = {
    "kind": "craft",
    "category_words": ("Làng nghề", "Craft villages"),
    "categories": ("lang-nghe",),
    "category_labels": ("lang-nghe|Làng nghề|Craft villages",),
    "vendor_name": "Gốm Phúc Lộc",
    "vendor_slug": "gom-phuc-loc",
    "commune": "vn-2025:10642",
    "commune_name": "Thái Tân",
    "place_words": ("Xã Thái Tân", "Huyện Nam Sách"),
}
DOCUMENTS = [
    doc("VAI", "Vải thiều Thanh Hà", "Thanh Ha lychee", season_months=(5, 6), ranked_at=1),
    doc("VAISAY", "Vải sấy khô", "Dried lychee", kind="processed", price_vnd=90_000, ranked_at=2),
    doc("BO", "Bơ sáp", "Avocado", ranked_at=3),
    doc("BOKHO", "Bò khô", "Beef jerky", kind="processed", price_vnd=300_000, ranked_at=4),
    doc("CAM", "Cam Vinh", "Orange", ranked_at=5),
    doc("CAMGAO", "Cám gạo", "Rice bran", **VEGETABLE, ranked_at=6),
    doc("DUA", "Dứa mật", "Pineapple", ranked_at=7),
    doc(
        "CAROT",
        "Cà rốt Đức Chính",
        "Duc Chinh carrot",
        **VEGETABLE,
        schemes=("ocop", "vietgap"),
        stars=(4,),
        price_vnd=8_000,
        ranked_at=8,
    ),
    doc("GOM", "Bình gốm Chu Đậu", "Chu Dau pottery vase", **POTTERY, price_vnd=900_000),
]


@pytest.fixture
def engine(tmp_path):
    made = TantivyEngine(tmp_path / "search")
    assert made.rebuild(DOCUMENTS) == len(DOCUMENTS)
    return made


def codes(engine, query, **wishes):
    return list(engine.search(query, **wishes).codes)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("vai thieu", "VAI"),
        ("Vải thiều Thanh Hà", "VAI"),
        ("va\u0309i thie\u0302\u0300u", "VAI"),
        ("VAI THIEU", "VAI"),
        ("vaithieu", "VAI"),
        ("vair thieeuf", "VAI"),
        ("va3i thie6u2", "VAI"),
        ("vai thieuu", "VAI"),
        ("vai th", "VAI"),
        ("thanh ha lychee", "VAI"),
        ("thanh ha lichee", "VAI"),
        ("bơ", "BO"),
        ("bò", "BOKHO"),
        ("cam", "CAM"),
        ("cám", "CAMGAO"),
        ("khóm", "DUA"),
        ("ca rot", "CAROT"),
        ("củ cà rốt đức chính", "CAROT"),
        ("ocop 4*", "CAROT"),
        ("vietgap", "CAROT"),
        ("chu d", "GOM"),
        ("nam sach", "GOM"),
        ("phuc loc", "GOM"),
        ("craft villages", "GOM"),
        ("làng nghề", "GOM"),
        ("gooms chu ddaauj", "GOM"),
    ],
)
def test_what_people_type_they_find(engine, query, first):
    assert codes(engine, query)[0] == first


@pytest.mark.parametrize("query", ["iphone 15", "bitcoin", "zzzz", "xe hơi vinfast", "GOM12345"])
def test_nonsense_finds_nothing(engine, query):
    results = engine.search(query)
    assert (list(results.codes), results.total) == ([], 0)


def test_no_words_mean_everything_newest_first(engine):
    results = engine.search("  ", per_page=2)
    assert (list(results.codes), results.total) == (["GOM", "CAROT"], 9)
    assert codes(engine, "", per_page=2, page=2) == ["DUA", "CAMGAO"]


def test_hits_are_sorted_by_price_or_age(engine):
    assert codes(engine, "lychee", sort=Sort.PRICE_UP) == ["VAI", "VAISAY"]
    assert codes(engine, "lychee", sort=Sort.PRICE_DOWN) == ["VAISAY", "VAI"]
    assert codes(engine, "lychee", sort=Sort.NEWEST) == ["VAISAY", "VAI"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(kinds=["craft"]), {"GOM"}),
        (Filters(kinds=["craft", "processed"]), {"GOM", "BOKHO", "VAISAY"}),
        (Filters(categories=["rau-cu"]), {"CAROT", "CAMGAO"}),
        (Filters(communes=["vn-2025:10642"]), {"GOM"}),
        (Filters(vendors=["gom-phuc-loc"]), {"GOM"}),
        (Filters(schemes=["ocop"]), {"CAROT"}),
        (Filters(month=6), {"VAI"}),
        (Filters(price_from=90_000), {"VAISAY", "BOKHO", "GOM"}),
        (Filters(price_to=8_000), {"CAROT"}),
        (Filters(price_from=90_000, price_to=300_000), {"VAISAY", "BOKHO"}),
        (Filters(kinds=["craft"], month=6), set()),
    ],
)
def test_filters_leave_what_has_the_value(engine, filters, found):
    assert set(codes(engine, "", filters=filters)) == found


def test_facets_count_what_the_other_filters_leave(engine):
    results = engine.search("", filters=Filters(kinds=["processed"]))
    assert results.total == 2
    counts = {name: set(found) for name, found in results.facets.items()}
    assert counts["kinds"] == {
        FacetCount("produce", 6),
        FacetCount("processed", 2),
        FacetCount("craft", 1),
    }
    assert counts["categories"] == {FacetCount("trai-cay", 2)}
    assert counts["schemes"] == set()
    assert engine.search("iphone").facets["kinds"] == []


def test_a_better_spelling_is_offered_where_letters_were_guessed(engine):
    assert engine.search("pinaeplpe", lang="en").suggestion == "pineapple"
    assert engine.search("chinnnh").suggestion == "chính"
    assert engine.search("pineapple").suggestion == ""
    assert engine.search("qqqqqqqq").suggestion == ""


def test_ways_on_are_names_shelves_and_places_in_the_readers_language(engine):
    assert engine.suggest("vai th") == [
        Suggestion("listing", "Vải thiều Thanh Hà", "Vải thiều Thanh Hà")
    ]
    assert engine.suggest("rau")[0] == Suggestion("category", "Rau củ", "rau-cu")
    assert engine.suggest("veg", lang="en")[0] == Suggestion("category", "Vegetables", "rau-cu")
    assert engine.suggest("thai t")[0] == Suggestion("place", "Thái Tân", "vn-2025:10642")
    assert engine.suggest("pine", lang="en") == [Suggestion("listing", "Pineapple", "Pineapple")]
    assert len(engine.suggest("a", limit=3)) <= 3
    assert engine.suggest("  ") == []


def test_a_listing_is_changed_in_place_and_removed(engine):
    engine.index([doc("BO", "Bơ booth", "Booth avocado")])
    engine.remove(["CAM", "NONE"])
    assert codes(engine, "booth") == ["BO"]
    assert codes(engine, "sáp") == []
    assert engine.search("").total == 8
    assert engine.health().documents == 8


def test_another_process_sees_a_change_within_two_seconds(engine):
    reader = TantivyEngine(engine.path)
    assert codes(reader, "xoài") == []
    engine.index([doc("XOAI", "Xoài cát Hòa Lộc", "Mango")])
    began = time.monotonic()
    while codes(reader, "xoai hoà lộc") != ["XOAI"]:
        assert time.monotonic() - began < 2
    assert embedded.LOOK_SECONDS < 2


def test_a_rebuild_changes_over_at_once_and_cleans_up(engine, monkeypatch):
    reader = TantivyEngine(engine.path)
    assert codes(reader, "bơ")[0] == "BO"
    monkeypatch.setattr(embedded, "LOOK_SECONDS", 0)
    for number in range(3):
        engine.rebuild([doc("MOI", f"Vải mới {number}")])
    assert codes(reader, "") == ["MOI"]
    assert len([path for path in engine.path.iterdir() if path.is_dir()]) == 2


def test_a_rebuild_that_fails_leaves_the_old_index_in_use(engine):
    def broken():
        yield DOCUMENTS[0]
        raise ValueError("the database went away")

    with pytest.raises(ValueError, match="went away"):
        engine.rebuild(broken())
    assert TantivyEngine(engine.path).search("").total == 9


def test_without_an_index_the_engine_says_so(tmp_path):
    engine = TantivyEngine(tmp_path / "none")
    assert not engine.health().is_well
    assert engine.suggest("vai") == []
    with pytest.raises(EngineDown):
        engine.search("vai")
    with pytest.raises(EngineDown):
        engine.index(DOCUMENTS)
    with pytest.raises(EngineDown):
        engine.remove(["VAI"])


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


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    made = TantivyEngine(tmp_path_factory.mktemp("search"))
    made.rebuild(DOCUMENTS)
    return made


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.integers(-5, 10**9), st.text(max_size=20))
def test_any_text_is_answered(standing, query, page, value):
    results = standing.search(query, filters=Filters(categories=[value]), page=page)
    assert len(results.codes) <= results.total
    standing.suggest(query)


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
