"""Filters, orders and ways on of the embedded engine, beside the words themselves."""

from dataclasses import replace

import pytest

from catalog.search.documents import document
from catalog.search.embedded import TantivyEngine
from catalog.search.engine import FacetCount, Filters, Near, Sort, Suggestion
from catalog.search.narrowing import metres_between
from catalog.search.words import make_ways
from tests.search.goods import BASE

HERE = "vn-2025:10813"
THERE = "vn-2025:10642"


def doc(code, title, **wishes):
    return document(replace(BASE, code=code, title={"vi": title}, **wishes))


DOCUMENTS = [
    doc("NEAR", "Ổi lê", lat=20.900, lon=106.420, unit_price_vnd=30_000, rating_tenths=45, rating_count=2),
    doc("NEXT", "Ổi găng", lat=20.900, lon=106.430, unit_price_vnd=20_000, rating_tenths=45, rating_count=9),
    doc("FAR", "Ổi bo", lat=21.200, lon=106.420, unit_price_vnd=40_000, rating_tenths=30, rating_count=1,
        delivered_to=(HERE,)),
    doc("VISIT", "Thăm vườn ổi", lat=20.905, lon=106.420, kind="experience", delivered_to=(),
        districts=("huyen-thanh-ha", "huyen-kim-thanh"), vendor_name="Vườn Ổi", vendor_slug="vuon-oi"),
]  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    made = TantivyEngine(tmp_path_factory.mktemp("search"))
    made.rebuild(DOCUMENTS)
    return made


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(unit_price_from=25_000), {"NEAR", "FAR"}),
        (Filters(unit_price_to=30_000), {"NEAR", "NEXT"}),
        (Filters(unit_price_from=20_000, unit_price_to=20_000), {"NEXT"}),
        (Filters(rating_from=4), {"NEAR", "NEXT"}),
        (Filters(rating_from=5), set()),
        (Filters(delivered_to=HERE), {"NEAR", "NEXT", "FAR"}),
        (Filters(delivered_to=THERE), {"NEAR", "NEXT"}),
        (Filters(districts=["huyen-kim-thanh"]), {"VISIT"}),
        (Filters(codes=["NEAR", "NONE"]), {"NEAR"}),
        (Filters(codes=[]), set()),
        (Filters(near=Near(20.9, 106.42, 600)), {"NEAR", "VISIT"}),
        (Filters(near=Near(20.9, 106.42, 1100)), {"NEAR", "NEXT", "VISIT"}),
        (Filters(near=Near(20.9, 106.42, 1100), kinds=["experience"]), {"VISIT"}),
        (Filters(near=Near(89.99, 0.0, 10)), set()),
    ],
)
def test_filters_leave_what_fits(engine, filters, found):
    results = engine.search("", filters=filters)
    assert (set(results.codes), results.total) == (found, len(found))


def test_hits_are_sorted_by_price_per_kilogram_rating_and_distance(engine):
    def codes(sort, **wishes):
        return list(engine.search("ổi", sort=sort, **wishes).codes)

    assert codes(Sort.UNIT_PRICE_UP) == ["NEXT", "NEAR", "FAR", "VISIT"]
    assert codes(Sort.RATING) == ["NEXT", "NEAR", "FAR", "VISIT"]
    around = Filters(near=Near(20.9, 106.43, 100_000))
    assert codes(Sort.NEAREST, filters=around) == ["NEXT", "NEAR", "VISIT", "FAR"]
    assert codes(Sort.NEAREST, filters=around, per_page=2, page=2) == ["VISIT", "FAR"]
    assert codes(Sort.NEAREST, filters=around, per_page=3, page=2) == ["FAR"]


def test_distances_are_those_over_the_ground():
    assert metres_between(20.9, 106.42, 20.9, 106.42) == 0
    assert round(metres_between(21.0285, 105.8542, 20.9373, 106.3146)) == 48_863


def test_districts_and_vendors_are_counted(engine):
    facets = engine.search("").facets
    assert set(facets["districts"]) == {
        FacetCount("huyen-thanh-ha", 1),
        FacetCount("huyen-kim-thanh", 1),
    }
    assert facets["vendors"] == [FacetCount("htx-thanh-son", 3), FacetCount("vuon-oi", 1)]


def test_vendors_are_ways_on_too(engine):
    assert engine.suggest("vườn")[0] == Suggestion("vendor", "Vườn Ổi", "vuon-oi")
    assert Suggestion("listing", "Ổi găng", "Ổi găng") in engine.suggest("oi")


def test_a_new_vendor_is_a_way_on_at_once(tmp_path):
    engine = TantivyEngine(tmp_path)
    engine.rebuild(DOCUMENTS[:1])
    assert engine.suggest("lò b") == []
    engine.index([doc("NEW", "Mít", vendor_name="Lò Bún", vendor_slug="lo-bun")])
    reader = TantivyEngine(tmp_path)
    assert reader.suggest("lò b")[0] == Suggestion("vendor", "Lò Bún", "lo-bun")


def test_words_kept_by_the_office_count_as_those_of_the_house(engine):
    ways = make_ways([("ổi", "phan thạch lựu")], {"quả ngon": ("ổi lê",)})
    assert engine.search("phan thạch lựu").total == 0
    assert set(engine.search("phan thach luu", ways=ways).codes) == {"NEAR", "NEXT", "FAR", "VISIT"}
    assert engine.search("quả ngon", ways=ways).codes[0] == "NEAR"
    assert engine.suggest("phan thach luu", ways=ways)


def test_a_page_beyond_the_window_goes_on_in_the_order_of_the_engine(tmp_path):
    engine = TantivyEngine(tmp_path)
    engine.rebuild(doc(f"C{number:03}", f"Cam số {number}") for number in range(150))
    pages = [engine.search("cam", page=page, per_page=40).codes for page in range(1, 6)]
    assert [len(page) for page in pages] == [40, 40, 40, 30, 0]
    assert len({code for page in pages for code in page}) == 150
