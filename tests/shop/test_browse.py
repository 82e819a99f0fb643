"""What a visitor sees on the shelves, and what is never shown."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from catalog.rules import ListingState
from kernel import rules_table
from kernel.db import transaction
from shop.browse import lot_address
from shop.seasons import calendar, season_of
from tests.conftest import NOW, post
from tests.shop.stalls import Stalls
from traceability.models import Lot
from traceability.rules import LotState
from vendors.rules import VendorState

MOST_STATEMENTS = 12


class Market:
    """A market of two vendors, and what was put into it."""

    def __init__(self, session):
        stalls = Stalls(session)
        self.stalls = stalls
        self.fruit = stalls.category("trai-cay", "Trái cây", "Fruit", art="guava", tint="leaf")
        self.guavas = stalls.category("oi", "Ổi", "Guava", parent_id=self.fruit.id)
        self.visits = stalls.category("trai-nghiem", "Trải nghiệm", "Experiences")
        self.orchard = stalls.vendor("Vườn ổi chị Mận", "vuon-oi")
        stalls.certificate(self.orchard)
        self.kiln = stalls.vendor("Gốm Chu Đậu", "gom-chu-dau", commune="vn-2025:10642")
        self.guava = stalls.goods(
            self.orchard, self.guavas, "OI-019", schemes=["vietgap"], season_months=[10, 11, 12]
        )
        self.pomelo = stalls.goods(
            self.orchard,
            self.fruit,
            "BU-021",
            slug="buoi",
            title=("Bưởi đào", "Pink pomelo"),
            season_months=[9],
            stock=0,
        )
        self.pottery = stalls.visit(
            self.kiln, self.visits, "XP-001", slug="lam-gom", title=("Làm gốm", "Make pottery")
        )


@pytest.fixture
def market(app_session):
    with transaction(app_session):
        rules_table.seed_rules(app_session, now=NOW)
        return Market(app_session)


@pytest.fixture
def statements(app):
    """Statements that reach the database from now on."""
    seen = []
    engine = app.extensions["sessionmaker"].kw["bind"]
    sa.event.listen(engine, "after_cursor_execute", lambda *call: seen.append(call[2]))
    return seen


def change(session, **values):
    """Set fields of rows as `row=(thing, field, value)`."""
    with transaction(session):
        for thing, field, value in values.values():
            setattr(thing, field, value)


def words(response):
    """Return the words of a page, without its tags."""
    text = re.sub(r"<(script|style|head)\b.*?</\1>", " ", response.text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split()).replace("\xa0", " ")


def test_home_shows_what_is_in_season_and_the_next_visit(client, market):
    said = words(client.get("/?lang=en"))
    assert "Thanh Ha guava" in said
    assert "25.000 ₫ /kg" in said
    assert "L2611-019" in said
    assert "Pink pomelo" not in said
    assert "Make pottery" in said
    assert "Next on Sat 28/11" in said


def test_home_of_an_empty_market_says_so(client):
    said = words(client.get("/?lang=en"))
    assert "The first harvest is on its way." in said


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/c/trai-cay",
        "/l/OI-019/oi-thanh-ha",
        "/l/XP-001/lam-gom",
        "/v/vuon-oi",
        "/search?q=oi",
    ],
)
def test_a_page_asks_the_database_little(client, market, statements, path):
    client.get("/c/trai-cay")
    statements.clear()
    assert client.get(path).status_code == 200
    assert len([line for line in statements if not line.startswith("BEGIN")]) <= MOST_STATEMENTS


def test_a_card_names_seller_place_price_and_certificate(client, market):
    said = words(client.get("/c/oi?lang=en"))
    card = said[said.index("VietGAP") :]
    assert card.startswith("VietGAP Thanh Ha guava Vườn ổi chị Mận · Thanh Hà 25.000 ₫ /kg")


def test_a_shelf_holds_what_lies_on_the_shelves_within_it(client, market):
    assert "OI-019" in client.get("/c/trai-cay").text
    assert "BU-021" not in client.get("/c/oi").text


def test_a_shelf_can_be_narrowed_to_the_season(client, market):
    page = client.get("/c/trai-cay?season=1").text
    assert "OI-019" in page
    assert "BU-021" not in page


def test_an_unknown_shelf_is_not_found(client, market):
    assert client.get("/c/nothing").status_code == 404


def test_a_listing_has_one_address(client, market):
    for path in ("/l/OI-019", "/l/OI-019/other"):
        answer = client.get(f"{path}?lang=en")
        assert answer.status_code == 301
        assert answer.location == "/l/OI-019/thanh-ha-guava?lang=en"
    assert (
        'rel="canonical" href="http://localhost/l/OI-019/oi-thanh-ha"'
        in client.get("/l/OI-019/oi-thanh-ha").text
    )


def test_a_listing_tells_packs_stock_lot_season_papers_and_seller(client, market):
    said = words(client.get("/l/OI-019/oi-thanh-ha?lang=en"))
    for piece in (
        "1 kg bag 25.000 ₫",
        "5 kg bag 120.000 ₫ 24.000 ₫/kg",
        "40 kg left of this lot",
        "Traced lot L2611-019",
        "Harvested on 21/11/2026",
        "Month 11 : In season",
        "No. VG-2026-118, VinaCert, valid until 31/12/2026",
        "Vườn ổi chị Mận",
    ):
        assert piece in said


def test_a_listing_speaks_vietnamese_to_whoever_asks_nothing(client, market):
    page = client.get("/l/OI-019/oi-thanh-ha")
    assert '<html lang="vi">' in page.text
    assert "Ổi Thanh Hà" in page.text
    assert 'hreflang="en" href="http://localhost/l/OI-019/thanh-ha-guava?lang=en"' in page.text


def test_a_pack_goes_into_the_basket_and_the_header_counts_it(client, market, app_session):
    page = client.get("/l/OI-019/oi-thanh-ha").text
    variant = re.search(r'name="variant_id" value="(\w+)"', page)[1]
    answer = post(
        client,
        "/basket/add",
        {"variant_id": variant, "quantity": "2"},
        form="/l/OI-019/oi-thanh-ha",
    )
    assert answer.status_code == 303
    assert '<span class="count">1</span>' in client.get("/").text


def test_what_is_sold_out_cannot_be_put_into_the_basket(client, market):
    page = client.get("/l/BU-021/buoi?lang=en")
    assert "Not sold at the moment." in words(page)
    assert "/basket/add" not in page.text


def test_a_lot_on_hold_stops_the_sale_at_once(client, market, app_session):
    lot = app_session.get_one(Lot, market.guava.lot_id)
    change(app_session, row=(lot, "state", LotState.HELD))
    page = client.get("/l/OI-019/oi-thanh-ha?lang=en")
    assert "The lot is on hold, so it cannot be bought now." in words(page)
    assert "/basket/add" not in page.text


def test_a_visit_shows_dates_with_seats_and_what_to_know(client, market):
    said = words(client.get("/l/XP-001/lam-gom?lang=en"))
    for piece in (
        "Sat 28/11 10:00",
        "8 seats left",
        "Length 3 hours",
        "Workshop gate, Xã Thái Tân",
        "Clay, apron, firing",
        "At most 20 · from 6 years",
        "Vietnamese, English",
        "Free until 24 hours before the start",
    ):
        assert piece in said


def test_the_date_that_was_asked_for_is_chosen(client, market):
    page = client.get("/l/XP-001/lam-gom").text
    dates = re.findall(r'name="departure_id" value="(\w+)"', page)
    assert len(dates) == 3
    chosen = client.get(f"/l/XP-001/lam-gom?date={dates[2]}").text
    assert re.search(rf'value="{dates[2]}"[^>]*checked', chosen)


def test_a_visit_without_dates_says_so(client, market, app_session):
    with transaction(app_session):
        market.stalls.visit(market.kiln, market.visits, "XP-009", slug="later", days=())
    page = client.get("/l/XP-009/later?lang=en")
    assert "No date can be booked right now." in words(page)
    assert "/basket/add" not in page.text


def test_reviews_stand_below_with_their_mean(client, market, app_session):
    with transaction(app_session):
        market.stalls.review(market.guava, 5, "Ổi giòn, ngọt.")
        market.stalls.review(market.guava, 4, "Ngon.")
    said = words(client.get("/l/OI-019/oi-thanh-ha?lang=en"))
    assert "4.5 2 reviews" in said
    assert "Ổi giòn, ngọt." in said
    assert "4,5 2" in words(client.get("/l/OI-019/oi-thanh-ha?lang=vi"))


@pytest.mark.parametrize("state", [ListingState.TAKEN_DOWN, ListingState.WITHHELD])
def test_a_listing_that_was_taken_down_is_gone(client, market, app_session, state):
    change(app_session, row=(market.guava, "state", state))
    answer = client.get("/l/OI-019/oi-thanh-ha?lang=en")
    assert answer.status_code == 410
    assert "This offer is no longer shown." in words(answer)
    assert "guava" not in words(answer)


@pytest.mark.parametrize("state", [ListingState.DRAFT, ListingState.SUBMITTED])
def test_a_listing_that_nobody_approved_is_not_found(client, market, app_session, state):
    change(app_session, row=(market.guava, "state", state))
    assert client.get("/l/OI-019/oi-thanh-ha").status_code == 404
    assert "OI-019" not in client.get("/c/oi").text


def test_a_suspended_vendor_and_its_goods_disappear(client, market, app_session):
    change(app_session, row=(market.orchard, "state", VendorState.SUSPENDED))
    assert client.get("/v/vuon-oi").status_code == 404
    assert client.get("/l/OI-019/oi-thanh-ha").status_code == 410
    assert "OI-019" not in client.get("/").text


def test_a_vendor_shows_who_sells_with_which_papers(client, market):
    said = words(client.get("/v/vuon-oi?lang=en"))
    for piece in (
        "Cooperative · Xã Thanh Hà",
        "Thirty households together.",
        "Represented by Nguyễn Thị Lụa",
        "Registration number 0800123456",
        "Selling here since 25/08/2026",
        "No. VG-2026-118, VinaCert, valid from 01/01/2026 to 31/12/2026",
        "Thanh Ha guava",
    ):
        assert piece in said


def test_a_certificate_that_has_run_out_is_no_badge(client, market, app_session):
    with transaction(app_session):
        market.stalls.certificate(
            market.kiln, valid_from=date(2025, 1, 1), valid_to=date(2026, 11, 23)
        )
    said = words(client.get("/v/gom-chu-dau?lang=en"))
    assert "No certificate is shown." in said
    assert "VG-2026-118" not in said


def test_long_shelves_come_in_pages(client, market, app_session):
    with transaction(app_session):
        for number in range(25):
            market.stalls.goods(market.orchard, market.fruit, f"T-{number:03d}", traced=False)
    first, second = client.get("/c/trai-cay").text, client.get("/c/trai-cay?page=2").text
    assert first.count('class="offer') >= 24
    assert 'href="/c/trai-cay?page=2"' in first
    assert "BU-021" not in first
    assert "BU-021" in second
    assert 'href="/c/trai-cay?page=1"' in second


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999", "²"])
def test_a_page_number_without_sense_is_the_first(client, market, page):
    answer = client.get(f"/c/trai-cay?page={page}")
    assert answer.status_code == 200
    assert "OI-019" in answer.text


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("ab12cd34ef56", "/t/AB12CD34EF56"),
        ("AB12-CD34-EF56", "/t/AB12CD34EF56"),
        ("https://market.example/t/AB12CD34EF56", "/t/AB12CD34EF56"),
        ("https://id.gs1.org/01/09506000134352/10/L2611-019", "/01/09506000134352/10/L2611-019"),
        ("https://evil.example//evil", None),
        ("/office/vendors", None),
        ("vải thiều", None),
        ("/t//evil.example", None),
    ],
)
def test_a_scanned_code_leads_to_a_lot_of_this_market_only(code, path):
    assert lot_address(code) == path


def test_scanning_leads_on_or_asks_again(client):
    assert client.get("/scan").status_code == 200
    assert client.get("/scan?code=AB12CD34EF56").location == "/t/AB12CD34EF56"
    refused = client.get("/scan?code=vải&lang=en")
    assert refused.status_code == 422
    assert "This is no code of the market." in words(refused)


def test_a_missing_page_offers_the_search(client):
    answer = client.get("/nothing/here?lang=en")
    assert answer.status_code == 404
    assert "We could not find this page." in words(answer)
    assert 'class="btn btn-primary" href="/search"' in answer.text


@pytest.mark.parametrize("cookie", ["0", "-1", "<b>", "12345", "٣"])
def test_a_forged_basket_count_is_not_shown(client, cookie):
    client.set_cookie("basket_count", cookie)
    assert 'class="count"' not in client.get("/").text


def test_words_searched_for_are_shown_as_text(client):
    page = client.get('/search?q="><script>alert(1)</script>').text
    assert "<script>alert" not in page
    assert "&gt;&lt;script&gt;alert(1)" in page


def test_every_day_of_a_year_has_its_season():
    days = [date(2028, 1, 1) + timedelta(days=n) for n in range(366)]
    assert all(season_of(day).title["vi"] and season_of(day).title["en"] for day in days)


@pytest.mark.parametrize(
    ("day", "art"),
    [
        (date(2026, 11, 23), "ruoi"),
        (date(2026, 6, 20), "lychee"),
        (date(2027, 1, 15), "carrot"),
        (date(2026, 8, 15), "custard-apple"),
        (date(2026, 5, 20), "lychee-early"),
    ],
)
def test_the_season_of_a_day(day, art):
    assert season_of(day).art == art


def test_a_season_may_go_over_the_turn_of_the_year():
    carrots = next(row for row in calendar() if row.art == "carrot")
    assert carrots.holds(date(2026, 12, 31))
    assert carrots.holds(date(2027, 1, 1))
    assert not carrots.holds(date(2026, 4, 1))
    assert NOW.year == 2026
