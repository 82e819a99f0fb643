"""Finding by words and filters, with the engine and without."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from bookings.models import Departure
from catalog.queries.sources import all_sources
from catalog.search import SearchEngine
from catalog.search.documents import document
from catalog.search.engine import EngineDown
from kernel import claims, rules_table
from kernel.claims import Demand
from kernel.db import transaction
from tests.conftest import NOW
from tests.shop.stalls import Stalls
from tests.test_statements import counted
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
        guava = stalls.goods(orchard, fruit, "OI-019", schemes=["organic"], season_months=[11])
        stalls.review(guava, 5, "Giòn.")
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
        ("district=huyen-thanh-ha&sort=price_up", ["OI-019", "BU-021"]),
        ("district=nowhere", []),
        ("vendor=gom-chu-dau", ["XP-001"]),
        ("price_from=90.000&price_to=100.000", ["BU-021"]),
        ("unit_from=26k&kind=produce", ["BU-021"]),
        ("unit_to=26k&kind=produce", ["OI-019"]),
        ("rating=4", ["OI-019"]),
        ("to=vn-2025:10813&sort=price_up", ["OI-019", "BU-021"]),
        ("near=vn-2025:10642&within=5", ["XP-001"]),
        ("lat=21,011&lon=106.302&within=5", ["XP-001"]),
        ("date=2026-11-28", ["XP-001"]),
        ("date=28/11/2026&guests=8", ["XP-001"]),
        ("date=2026-11-28&guests=9", []),
        ("date=2026-11-27", []),
        ("guests=2", ["XP-001"]),
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


WRONG = {
    "price_from=abc": "Price from: Write an amount such as 45.000.",
    "price_to=0": "Price to: Write an amount such as 45.000.",
    "price_from=90k&price_to=50k": "Price to: This is less than the lowest price.",
    "unit_to=-5": "Per kg or litre to: Write an amount such as 45.000.",
    "rating=9": "Rating: Choose from one to five stars.",
    "to=10813": "Delivered to: Choose a commune from the list.",
    "date=31/02/2027": "Day of the visit: Write a day such as 23/11/2026.",
    "date=2026-11-22": "Day of the visit: Choose a day from today on, within a year.",
    "date=9999-12-31": "Day of the visit: Choose a day from today on, within a year.",
    "guests=0": "How many people: Write a number from 1 to 200.",
    "guests=two": "How many people: Write a number from 1 to 200.",
    "near=nowhere": "Near: Choose a commune from the list.",
    "lat=91&lon=106": "Place: This is no place on the map. Choose a commune instead.",
    "lat=21": "Place: This is no place on the map. Choose a commune instead.",
    "near=vn-2025:10642&within=7": "How far around: Choose a distance from the list.",
}


@pytest.mark.parametrize("query", WRONG)
def test_what_makes_no_sense_is_told_by_its_field_and_narrows_nothing(client, indexed, query):
    answer = client.get(f"/search?{query}&lang=en")
    assert WRONG[query] in answer.text
    if "near=vn" not in query:
        assert len(codes(answer)) == 3
        assert 'class="picked"' not in answer.text


def test_what_was_typed_wrongly_stays_in_its_field(client, indexed):
    text = client.get("/search?price_to=viel&lang=en").text
    field = re.search(r'<input[^>]*name="price_to"[^>]*>', text)[0]
    assert 'value="viel"' in field
    assert 'aria-invalid="true" aria-describedby="price_to-error"' in field


def picked(answer):
    """Return the filters that are on: their words and what taking them off leads to."""
    found = re.findall(
        r'<a class="chip chip-picked" href="([^"]*)">.*?</span>(.*?)<svg', answer.text
    )
    return {text: address.replace("&amp;", "&") for address, text in found}


def test_filters_that_are_on_can_be_taken_off_one_by_one(client, indexed):
    answer = client.get(
        "/search?q=oi&kind=produce&kind=craft&season=1&price_to=50k&date=2026-11-28&guests=2"
        "&near=vn-2025:10642&within=10&sort=price_up&page=3&lang=en"
    )
    rest = "q=oi&kind=produce&kind=craft&season=1&price_to=50k"
    assert picked(answer) == {
        "Produce": f"/search?{rest.replace('kind=produce&', '')}{TAIL}",
        "Handicraft": f"/search?{rest.replace('kind=craft&', '')}{TAIL}",
        "In season now": f"/search?{rest.replace('season=1&', '')}{TAIL}",
        "Up to 50.000\xa0₫": f"/search?{rest.replace('&price_to=50k', '')}{TAIL}",
        "28/11/2026": f"/search?{rest}{TAIL.replace('&date=2026-11-28', '')}",
        "2 people": f"/search?{rest}{TAIL.replace('&guests=2', '')}",
        "Within 10 km of Thái Tân": f"/search?{rest}&date=2026-11-28&guests=2&sort=price_up",
    }
    assert '<a class="btn btn-bare" href="/search?q=oi">Clear all</a>' in answer.text


TAIL = "&within=10&near=vn-2025%3A10642&date=2026-11-28&guests=2&sort=price_up"


def test_what_is_near_says_how_far_and_may_come_first(client, indexed):
    answer = client.get("/search?near=vn-2025:10642&within=50&sort=nearest&lang=en")
    assert codes(answer)[0] == "XP-001"
    assert "<b>under 1 km</b>" in answer.text
    assert re.search(r"<b>\d+ km</b>", answer.text)
    assert 'value="nearest" selected' in answer.text
    assert 'value="nearest"' not in client.get("/search?sort=nearest").text


def test_only_the_search_may_ask_a_device_where_it_is(client, indexed):
    assert client.get("/search").headers["Permissions-Policy"].startswith("geolocation=(self)")
    assert client.get("/").headers["Permissions-Policy"].startswith("geolocation=()")


def test_a_commune_is_remembered_only_when_asked_and_forgotten_again(client, indexed):
    client.get("/search?to=vn-2025:10813")
    assert client.get_cookie("commune") is None
    answer = client.get("/search?q=oi&to=vn-2025:10813&keep=1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/search?q=oi")
    assert client.get_cookie("commune").value == "vn-2025:10813"
    shown = client.get("/search?kind=experience&lang=en")
    assert codes(shown) == []
    assert picked(shown) == {
        "Experience": "/search",
        "Delivered to Thanh Hà": "/search?kind=experience&to=any",
    }
    assert codes(client.get("/search?kind=experience&to=any")) == ["XP-001"]
    answer = client.get("/search?keep=0")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/search")
    assert client.get_cookie("commune") is None


def test_another_site_makes_nobody_remember(client, indexed):
    there = {"Sec-Fetch-Site": "cross-site"}
    answer = client.get("/search?to=vn-2025:10813&keep=1", headers=there)
    assert answer.headers["Location"] == "/search?to=vn-2025%3A10813"
    assert client.get_cookie("commune") is None


def test_a_cookie_of_nonsense_narrows_nothing(client, indexed):
    client.set_cookie("commune", "nowhere")
    assert len(codes(client.get("/search"))) == 3


def test_what_was_looked_for_is_marked(client, indexed):
    text = client.get("/search?q=oi+thanh+ha").text
    assert "<mark>Ổi Thanh Hà</mark></a>" in text
    text = client.get("/search?q=boc+tung+qua").text
    assert '<p class="offer-about"><mark>Bọc từng quả</mark>.</p>' in text


def test_longer_texts_are_read_only_where_a_card_misses_a_word(client, indexed, app):
    def texts_read(words):
        with counted(app) as seen:
            client.get("/search", query_string={"q": words})
        return sum("listing.description" in statement for statement in seen.statements)

    assert texts_read("oi") == 0
    assert texts_read("boc tung qua") == 1


def test_communes_are_offered_in_the_language_of_the_page_with_the_one_chosen(client, indexed):
    def offered(query):
        text = client.get(f"/search?{query}").text
        found = re.findall(r'<option value="(vn-2025:[^"]*)" selected>', text)
        return "Former Hai Duong" in text, found

    assert offered("lang=vi") == (False, [])
    assert offered("lang=en") == (True, [])
    assert offered("lang=en&to=vn-2025:10813") == (True, ["vn-2025:10813"])
    assert offered("lang=en&near=vn-2025:10642") == (True, ["vn-2025:10642"])
    assert offered("lang=en&near=nowhere") == (True, [])
    assert offered("lang=vi&to=vn-2025:10642") == (False, ["vn-2025:10642"])
    assert offered("lang=en") == (True, [])


def test_keystrokes_are_understood_and_said_so(client, indexed):
    answer = client.get("/search?q=bu7o7i3+d9ao2&lang=en")
    assert "BU-021" in codes(answer)
    assert "Results for “bưởi đào”" in answer.text
    assert "You typed “bu7o7i3 d9ao2”" in answer.text


def test_a_filter_that_costs_all_hits_is_named(client, indexed):
    answer = client.get("/search?q=oi&kind=craft&season=1&lang=en")
    assert codes(answer) == []
    ways = re.findall(r'<li><a href="([^"]*)"><span>(.*?)</span><span[^>]*>(.*?)<', answer.text)
    # The seller of both is called after guavas.
    assert ways == [
        ("/search?q=oi", "Without any filter", "2 offers"),
        ("/search?q=oi&amp;season=1", "Without “What it is”", "1 offer"),
    ]
    assert "OI-019" in answer.text.partition('id="in-season"')[2]


def test_a_page_past_the_last_leads_back(client, indexed):
    answer = client.get("/search?q=oi&page=50&lang=en")
    assert codes(answer) == []
    assert '<a href="/search?q=oi">To the first page</a>' in answer.text


def test_a_seat_that_is_held_is_not_free(client, indexed, app_session):
    departure = app_session.scalars(
        sa.select(Departure).where(Departure.starts_at == NOW + timedelta(days=5))
    ).one()
    with transaction(app_session):
        demand = Demand(departure.bucket_id, 7)
        claims.hold(app_session, "cart", [demand], until=NOW + timedelta(minutes=9), now=NOW)
    assert codes(client.get("/search?date=2026-11-28&guests=1")) == ["XP-001"]
    assert codes(client.get("/search?date=2026-11-28&guests=2")) == []


def test_a_visit_among_the_hits_shows_its_next_day(client, indexed):
    assert "Next on Sat 28/11" in client.get("/search?kind=experience&lang=en").text


def test_suggestions_are_options_that_lead_on(client, indexed):
    text = client.get("/search/suggest?q=oi").text
    assert re.search(r'<a href="/search\?q=[^"]+" role="option" id="suggest-\d"', text)
    assert "Ổi Thanh Hà" in text


def test_suggestions_name_their_kind_and_may_be_shown_again_for_some_seconds(client, indexed):
    answer = client.get("/search/suggest?q=tr&lang=en")
    kinds = re.findall(r'class="suggest-kind">(.*?)<', answer.text)
    assert "Category" in kinds
    assert 'href="/c/trai-' in answer.text
    assert answer.headers["Cache-Control"] == "private, max-age=10"


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
        ("district=huyen-thanh-ha&sort=price_down", ["BU-021", "OI-019"]),
        ("scheme=organic&price_to=50k&rating=4&vendor=vuon-oi", ["OI-019"]),
        ("date=2026-11-28&guests=2", ["XP-001"]),
        ("unit_to=1k", ["XP-001", "BU-021", "OI-019"]),
    ],
)
def test_without_an_engine_shelves_can_still_be_walked(client, down, query, found):
    assert codes(client.get(f"/search?{query}")) == found


def test_without_an_engine_it_is_said_plainly(client, down):
    said = "The full search rests for a moment: these are plain matches of names."
    more = " Prices per kilogram, distances and delivery are not looked at."
    assert said in client.get("/search?q=oi&lang=en").text
    assert said + more not in client.get("/search?q=oi&lang=en").text
    assert said + more in client.get("/search?unit_to=1k&lang=en").text


def test_without_an_engine_filters_can_be_chosen_but_are_not_counted(client, down):
    text = client.get("/search?lang=en").text
    for name, value in (
        ("kind", "craft"),
        ("category", "trai-cay"),
        ("scheme", "organic"),
        ("scheme", "ocop"),
        ("district", "huyen-thanh-ha"),
    ):
        assert f'name="{name}" value="{value}"' in text
    assert "choice-count" not in text
    assert "disabled" not in text


def test_without_any_engine_the_database_answers(app, client, market):
    del app.extensions[SearchEngine.__qualname__]
    assert codes(client.get("/search?q=gom")) == ["XP-001"]
    assert "option" not in client.get("/search/suggest?q=gom").text
