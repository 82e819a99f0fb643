"""A market made of a corpus, and questions answered in files."""

import json
from contextlib import suppress

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.cli import catalog
from catalog.models import Category, Listing, Variant
from catalog.rules import ListingKind
from kernel import places
from kernel.quantity import Unit
from shop.corpus.reading import BadCorpus, read_corpus
from vendors.models import Certificate, Vendor

FULL = {
    "code": "L001",
    "name_vi": "Vải thiều Thanh Hà thùng 5kg",
    "name_en": "Thanh Ha lychee",
    "kind": "produce",
    "category_vi": "Trái cây tươi",
    "category_en": "Fresh fruit",
    "vendor": "HTX Thanh Thủy",
    "place": "Thanh Hà",
    "province": "Hải Dương",
    "certifications": ["OCOP 4 sao", "VietGAP", "Giải nhất hội chợ"],
    "description_vi": "Quả nhỏ, hạt bé.",
    "description_en": "Small stones.",
    "price_vnd": 100000,
    "lat": 20.86487,
    "lng": 106.44236,
    "season": "5-7",
}
OTHERS = [
    {"code": "L002", "name_vi": "Tour vườn vải", "kind": "experience", "vendor": "HTX Thanh Thủy",
     "certifications": ["OCOP 3 sao"], "price_vnd": 250000, "place": "Mộc Châu", "province": "Sơn La"},
    {"code": "L003", "name_en": "Dried squid 1,5 kg", "season": "11-2"},
]  # fmt: skip


@pytest.fixture
def run(app, tmp_path):
    """Return a function that imports rows: exit code and output."""

    def _run(rows):
        path = tmp_path / "corpus.json"
        path.write_text(rows if isinstance(rows, str) else json.dumps(rows), encoding="utf-8")
        result = app.test_cli_runner().invoke(catalog, ["import-corpus", str(path)])
        return result.exit_code, result.output

    return _run


@pytest.fixture
def ask(app):
    """Return a function that asks lines: exit code, answers, complaints."""

    def _ask(*lines):
        text = "\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines)
        result = app.test_cli_runner().invoke(catalog, ["search-batch"], input=text)
        answers = [json.loads(line) for line in result.stdout.splitlines()]
        return result.exit_code, answers, result.stderr.splitlines()

    return _ask


def test_an_empty_market_is_filled_and_can_be_searched(run, ask, app_session):
    assert run([FULL, *OTHERS]) == (0, "3 listings are in the index.\n")
    lychee, tour, squid = app_session.scalars(sa.select(Listing).order_by(Listing.code))
    assert (lychee.unit, lychee.price_vnd, lychee.price_per) == (Unit.GRAM, 20_000, 1000)
    assert lychee.season_months == [5, 6, 7]
    assert lychee.schemes == ["ocop", "vietgap"]
    assert "Huyện Thanh Hà" in places.former_names(lychee.commune)
    assert (tour.kind, tour.unit, tour.price_vnd) == (ListingKind.EXPERIENCE, None, 250_000)
    assert tour.summary == {"vi": "Mộc Châu, Sơn La"}
    assert not places.commune(tour.commune).in_former_hai_duong
    assert (squid.title["vi"], squid.season_months) == ("Dried squid 1,5 kg", [1, 2, 11, 12])
    assert app_session.scalars(sa.select(Variant.size)).all() == [5000]
    assert app_session.scalar(sa.select(sa.func.count()).select_from(Vendor)) == 2
    stars = app_session.scalars(sa.select(Certificate.stars).order_by(Certificate.stars.desc()))
    assert [each for each in stars if each] == [4, 3]
    assert "Trái cây tươi" in [row.name["vi"] for row in app_session.scalars(sa.select(Category))]
    assert ask(
        {"id": "1", "q": "vai thieu"},
        {"id": 2, "q": "lychee", "lang": "en", "kind": "produce"},
        {"id": "3", "q": "ocop 4*"},
        {"id": "4", "q": "iphone 15 pro max"},
        {"id": "5", "q": ""},
    ) == (
        0,
        [
            {"id": "1", "hits": ["L001", "L002"]},
            {"id": 2, "hits": ["L001"]},
            {"id": "3", "hits": ["L001"]},
            {"id": "4", "hits": []},
            {"id": "5", "hits": []},
        ],
        [],
    )


def test_bad_lines_are_named_and_the_others_answered(run, ask):
    run([FULL])
    code, answers, told = ask(
        "nothing", "", "[1]", {"q": "vải"}, {"id": "x", "q": 3}, {"id": "1", "q": "vải"},
        {"id": "2", "q": "vải", "lang": "fr"}, {"id": "3", "q": "vải", "kind": "car"},
        '{"id": "4", "q": "\\ud800 v\\u1ea3i"}',
    )  # fmt: skip
    assert code == 1
    assert answers == [{"id": "1", "hits": ["L001"]}, {"id": "4", "hits": ["L001"]}]
    assert [line.partition(":")[0] for line in told] == [
        "line 1", "line 3", "line 4", "line 5", "line 7", "line 8",
    ]  # fmt: skip
    assert told[1] == 'line 3: write an object such as {"id": "1", "q": "vải thiều"}'


def test_without_an_index_every_line_says_so(ask):
    assert ask({"id": "1", "q": "vải"}) == (1, [], ["line 1: there is no index yet"])


def test_a_market_that_is_not_empty_stays_as_it_is(run, app_session):
    run([FULL])
    code, told = run([{**FULL, "code": "NEW"}])
    assert (code, "not empty" in told) == (1, True)
    assert app_session.scalars(sa.select(Listing.code)).all() == ["L001"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("{", "cannot be read as JSON"),
        ("{}", "must hold a list"),
        ([FULL, 7], "listing 2: it must be an object"),
        ([{**FULL, "code": ""}], "listing 1: code is missing"),
        ([{**FULL, "code": "x" * 25}], "more than 24 letters"),
        ([FULL, FULL], "listing 2: the code L001 comes twice"),
        ([{"code": "A"}], "listing 1: name_vi is missing"),
        ([{**FULL, "name_vi": 5}], "listing 1: name_vi must be a text"),
        ([{**FULL, "kind": "car"}], "the kind car is none of produce"),
        ([{**FULL, "season": "13"}], "season must be months such as 5-7, not 13"),
        ([{**FULL, "price_vnd": "much"}], "price_vnd must be a number"),
        ([{**FULL, "price_vnd": -1}], "price_vnd must lie between"),
        ([{**FULL, "lat": "north"}], "lat must be degrees"),
        ([{**FULL, "certifications": "OCOP"}], "certifications must be a list"),
    ],
)
def test_what_cannot_be_used_is_told_by_row_and_nothing_is_saved(run, app_session, rows, told):
    code, output = run(rows)
    assert (code, told in output) == (1, True)
    assert app_session.scalar(sa.select(sa.func.count()).select_from(Listing)) == 0


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)


@settings(deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(sorted(FULL)), VALUES | st.lists(VALUES, max_size=3)),
        max_size=3,
    )
)
def test_any_json_is_read_or_refused(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("corpus") / "corpus.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    with suppress(BadCorpus):
        assert len(read_corpus(path)) == len(rows)
