"""Finding by words and filters, with the engine and without."""

import re
from datetime import date

import pytest

from catalog.queries.sources import all_sources
from catalog.search import SearchEngine
from catalog.search.documents import document
from catalog.search.engine import EngineDown
from kernel import rules_table
from kernel.db import transaction
from tests.conftest import NOW
from tests.shop.stalls import Stalls
from vendors.rules import Scheme


class DownEngine:
    """An engine whose index cannot be read."""

    def search(self, *_words, **_options):
        raise EngineDown

    def suggest(self, *_words, **_options):
        return []


@pytest.fixture
def market(app_session):
    with transaction(app_session):
        rules_table.seed_rules(app_session, now=NOW)
        stalls = Stalls(app_session)
        fruit = stalls.category("trai-cay", "Trái cây", "Fruit")
        visits = stalls.category("trai-nghiem", "Trải nghiệm", "Experiences")
        orchard = stalls.vendor("Vườn ổi chị Mận", "vuon-oi")
        kiln = stalls.vendor("Gốm Chu Đậu Hưng Long", "gom-chu-dau", commune="vn-2025:10642")
        stalls.certificate(orchard, Scheme.ORGANIC)
        stalls.goods(orchard, fruit, "OI-019", schemes=["organic"], season_months=[11])
        stalls.goods(
            orchard,
            fruit,
            "BU-021",
            slug="buoi-dao",
            title=("Bưởi đào Thanh Hồng", "Pink pomelo"),
            price=90_000,
            season_months=[9],
        )
        stalls.visit(
            kiln, visits, "XP-001", slug="lam-gom", title=("Làm gốm Chu Đậu", "Make pottery")
        )
    return stalls


@pytest.fixture
def indexed(app, market, app_session):
    app.extensions[SearchEngine.__qualname__].rebuild(
        document(row) for row in all_sources(app_session, on=date(2026, 11, 23))
    )


@pytest.fixture
def down(app, market):
    app.extensions[SearchEngine.__qualname__] = DownEngine()


def codes(answer):
    """Return the hits of a page in their order; below an empty one stands what else there is."""
    assert answer.status_code == 200
    hits = answer.text.partition('class="empty"')[0]
    return re.findall(r'class="offer-title"><a href="/l/([\w-]+)/', hits)


def choice(answer, name, value):
    """Return the words and the count beside a filter's box."""
    box = re.search(
        rf'name="{name}" value="{value}"[^>]*>(?:<svg.*?</svg>)?<span>(.*?)</span><span[^>]*>(\d+)<',
        answer.text,
    )
    return box[1], int(box[2])


@pytest.mark.parametrize("words", ["ổi thanh hà", "oi thanh ha", "OI THANH HA", "guava"])
def test_words_find_with_and_without_accents(client, indexed, words):
    assert codes(client.get("/search", query_string={"q": words}))[0] == "OI-019"


def test_no_words_show_everything_with_its_count(client, indexed):
    answer = client.get("/search?lang=en")
    assert sorted(codes(answer)) == ["BU-021", "OI-019", "XP-001"]
    assert "3 offers" in answer.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=experience", ["XP-001"]),
        ("category=trai-cay&sort=price_up", ["OI-019", "BU-021"]),
        ("category=trai-cay&sort=price_down", ["BU-021", "OI-019"]),
        ("scheme=organic", ["OI-019"]),
        ("commune=vn-2025:10642", ["XP-001"]),
        ("season=1&kind=produce", ["OI-019"]),
        ("price_to=50.000", ["OI-019"]),
        ("kind=produce&price_to=50k", ["OI-019"]),
        ("category=trai-cay&price_to=abc&sort=price_up", ["OI-019", "BU-021"]),
    ],
)
def test_a_filter_leaves_what_has_it(client, indexed, query, found):
    assert codes(client.get(f"/search?{query}")) == found


def test_filters_say_how_many_have_them(client, indexed):
    answer = client.get("/search?lang=en")
    assert choice(answer, "category", "trai-cay") == ("Fruit", 2)
    assert choice(answer, "commune", "vn-2025:10642") == ("Thái Tân", 1)
    assert choice(answer, "scheme", "organic")[1] == 1
    assert choice(answer, "kind", "experience")[1] == 1


def test_a_chosen_filter_stays_chosen_and_is_counted(client, indexed):
    answer = client.get("/search?kind=produce&season=1&lang=en")
    assert re.search(r'name="kind" value="produce" checked', answer.text)
    assert re.search(r'name="season" value="1" checked', answer.text)
    assert re.search(r'Filter</span>\s*<span class="count">2</span>', answer.text)


def test_unknown_values_find_nothing_and_break_nothing(client, indexed):
    answer = client.get("/search?kind=nothing&scheme=x&category=y&commune=z&sort=up&page=x")
    assert codes(answer) == []
    assert 'class="empty"' in answer.text


def test_finding_nothing_helps_on(client, indexed):
    answer = client.get("/search?q=zzzzqqqq&lang=en")
    assert codes(answer) == []
    assert "Try fewer words, or the name of a place." in answer.text
    assert 'href="/c/trai-cay"' in answer.text


def test_a_visit_among_the_hits_shows_its_next_day(client, indexed):
    assert "Next on Sat 28/11" in client.get("/search?kind=experience&lang=en").text


def test_suggestions_are_options_that_lead_on(client, indexed):
    text = client.get("/search/suggest?q=oi").text
    assert re.search(r'<a href="/search\?q=[^"]+" role="option" id="suggest-\d"', text)
    assert "Ổi Thanh Hà" in text


@pytest.mark.parametrize("words", ["", "o", " "])
def test_too_few_letters_suggest_nothing(client, indexed, words):
    assert "option" not in client.get("/search/suggest", query_string={"q": words}).text


def test_without_an_engine_the_database_answers_by_plain_words(client, down):
    answer = client.get("/search?q=buoi")
    assert codes(answer) == ["BU-021"]
    assert 'class="quiet found-count"' not in answer.text
    assert "option" not in client.get("/search/suggest?q=buoi").text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["XP-001", "BU-021", "OI-019"]),
        ("kind=experience", ["XP-001"]),
        ("kind=nothing", []),
        ("category=trai-cay&season=1", ["OI-019"]),
    ],
)
def test_without_an_engine_shelves_can_still_be_walked(client, down, query, found):
    assert codes(client.get(f"/search?{query}")) == found


def test_without_any_engine_the_database_answers(app, client, market):
    del app.extensions[SearchEngine.__qualname__]
    assert codes(client.get("/search?q=gom")) == ["XP-001"]
    assert "option" not in client.get("/search/suggest?q=gom").text
