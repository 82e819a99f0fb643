"""What every public page tells of itself: addresses, languages, words, and schema.org."""

import json
from datetime import date
from html.parser import HTMLParser
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.queries import listing_page
from catalog.queries.sitemap import PER_FILE
from catalog.rules import ListingState
from catalog.rules.addresses import AddressKind
from catalog.services.addresses import keep_address, keep_vendor_address
from kernel.db import transaction
from shop.seo import linked
from shop.seo.head import DESCRIPTION_MOST, TITLE_MOST, bounded
from shop.seo.linked import Shown, Site
from tests.conftest import NOW
from tests.shop.test_browse import Market, market
from tests.shop.vocabulary import complaints, problems
from traceability.models import Lot
from vendors.rules import VendorState

__all__ = ["market"]

PAGES = (
    "/",
    "/c/trai-cay",
    "/c/fruit",
    "/c/trai-cay?page=2",
    "/c/oi?season=1",
    "/l/OI-019/oi-thanh-ha",
    "/l/OI-019/thanh-ha-guava",
    "/l/XP-001/lam-gom?date=whatever",
    "/v/vuon-oi",
    "/about/privacy",
    "/scan",
    "/apply",
    "/t/{trace_code}",
    "/recalls",
)
SITE = Site("https://cho.vn", "Chợ Phiên", "Hải Dương", "en")


class HeadReader(HTMLParser):
    """Reads the head of a page as a search engine does."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.lang, self.title, self.canonical = "", "", []
        self.alternates: dict[str, str] = {}
        self.meta: dict[str, str] = {}
        self.feeds: list[str] = []
        self.things: list[dict] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        self._inside = said.get("type", tag) if tag == "script" else tag
        if tag == "html":
            self.lang = said["lang"]
        if tag == "meta" and "content" in said:
            self.meta[said.get("name") or said.get("property", "")] = said["content"]
        if tag == "link" and said.get("rel") == "canonical":
            self.canonical.append(said["href"])
        if tag == "link" and said.get("hreflang"):
            self.alternates[said["hreflang"]] = said["href"]
        if tag == "link" and said.get("type") == "application/atom+xml":
            self.feeds.append(said["href"])

    def handle_data(self, data):
        if self._inside == "title":
            self.title += data
        if self._inside == "application/ld+json":
            self.things.append(json.loads(data))

    def handle_endtag(self, tag):
        self._inside = ""


def read(app, url: str) -> HeadReader:
    """Read a page as somebody who comes for the first time, with a browser without wishes."""
    answer = app.test_client().get(url.removeprefix("http://localhost"))
    assert answer.status_code == 200, f"{url}: {answer.status_code} {answer.location}"
    return HeadReader(answer.text)


def fill(market: Market, session, page: str) -> str:
    lot = session.get_one(Lot, market.guava.lot_id)
    return page.format(trace_code=lot.trace_code)


@pytest.mark.parametrize("page", PAGES)
def test_every_language_of_a_page_names_all_the_others_and_itself(app, market, app_session, page):
    first = read(app, fill(market, app_session, page))
    assert set(first.alternates) == {"vi", "en", "x-default"}
    assert len(first.canonical) == 1
    assert first.canonical[0] in first.alternates.values()
    for lang, address in first.alternates.items():
        other = read(app, address)
        assert other.alternates == first.alternates, address
        assert other.canonical == [address]
        assert other.lang == ("vi" if lang == "x-default" else lang)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_a_bounded_title_and_description_in_its_language(app, market, app_session, page):
    address = fill(market, app_session, page)
    for lang in ("vi", "en"):
        head = read(app, f"{address}{'&' if '?' in address else '?'}lang={lang}")
        title = head.title.removesuffix(" · Chợ Phiên").strip()
        assert 0 < len(title) <= TITLE_MOST
        assert 0 < len(head.meta["description"]) <= DESCRIPTION_MOST


def test_the_address_of_a_page_knows_no_filters_and_no_campaigns(app, market):
    plain = "http://localhost/c/trai-cay"
    for asked in ("?season=1", "?utm_source=zalo&gclid=7", "?page=1", "?page=x", "?page=-2"):
        assert read(app, f"/c/trai-cay{asked}").canonical == [plain]
    assert read(app, "/c/trai-cay?page=3&fbclid=1").canonical == [f"{plain}?page=3"]
    assert read(app, "/c/trai-cay?utm_source=x&lang=en").canonical == [
        "http://localhost/c/fruit?lang=en"
    ]


@pytest.mark.parametrize(
    "page", ["/search", "/search?category=oi&season=1", "/basket", "/sign-in", "/sign-up"]
)
def test_what_search_engines_need_not_know_says_so(client, market, page):
    answer = client.get(page)
    assert answer.headers["X-Robots-Tag"] == "noindex"
    head = HeadReader(answer.text)
    assert (head.canonical, head.alternates) == ([], {})


def test_pages_that_are_not_there_name_no_address(client, market, app_session):
    for page in ("/c/nothing", "/l/NOTHING", "/v/nobody"):
        answer = client.get(page)
        assert answer.status_code == 404
        assert HeadReader(answer.text).canonical == []
    with transaction(app_session):
        market.guava.state = ListingState.TAKEN_DOWN
        app_session.add(market.guava)
    answer = client.get("/l/OI-019/oi-thanh-ha")
    assert (answer.status_code, answer.headers["X-Robots-Tag"]) == (410, "noindex")
    assert HeadReader(answer.text).alternates == {}


def test_a_page_is_told_to_those_who_share_it(app, market):
    head = read(app, "/l/OI-019/oi-thanh-ha?lang=en")
    assert head.meta["og:title"] == head.meta["twitter:title"] == "Thanh Ha guava"
    assert head.meta["og:type"] == "product"
    assert head.meta["og:locale"] == "en_US"
    assert head.meta["og:url"] == "http://localhost/l/OI-019/thanh-ha-guava?lang=en"
    assert head.meta["og:description"] == (
        "Crisp and sweet. Vườn ổi chị Mận, Thanh Hà. From 25.000 ₫."
    )
    assert head.feeds == ["/feeds/harvests.xml?lang=en"]


def test_words_that_fall_back_carry_their_language_and_are_never_empty(app, market, app_session):
    with transaction(app_session):
        market.guava.title = {"vi": "Ổi Thanh Hà"}
        market.guava.description = {"vi": "Bọc từng quả."}
        app_session.add(market.guava)
    page = app.test_client().get("/l/OI-019/oi-thanh-ha?lang=en").text
    assert '<h1 lang="vi">Ổi Thanh Hà</h1>' in page
    assert '<p lang="vi">Bọc từng quả.</p>' in page
    assert "These words are in Vietnamese: nobody has translated them yet." in page
    head = HeadReader(page)
    assert head.title.startswith("Ổi Thanh Hà")
    assert head.alternates["en"] == "http://localhost/l/OI-019/oi-thanh-ha?lang=en"
    assert (
        'lang="vi">'
        not in app.test_client().get("/l/OI-019/oi-thanh-ha?lang=vi").text.partition("<body")[2]
    )


def test_an_old_address_leads_on_in_its_language_and_keeps_what_was_asked(app, market, app_session):
    ids = market.guava.id
    with transaction(app_session):
        for slugs in (
            {"vi": "oi-cu", "en": "old-guava"},
            {"vi": "oi-thanh-ha", "en": "thanh-ha-guava"},
        ):
            keep_address(app_session, AddressKind.LISTING, ids, slugs=slugs, now=NOW)
    for asked, leads_to in (
        ("/l/OI-019/old-guava?utm=1", "/l/OI-019/thanh-ha-guava?utm=1"),
        ("/l/OI-019/oi-cu", "/l/OI-019/oi-thanh-ha"),
        ("/l/OI-019/oi-cu?lang=en&x=%20y", "/l/OI-019/thanh-ha-guava?lang=en&x=%20y"),
        ("/l/oi-cu", "/l/OI-019/oi-cu"),
    ):
        answer = app.test_client().get(asked)
        assert (answer.status_code, answer.location) == (301, leads_to)


def test_shelves_and_vendors_lead_on_from_former_names(app, market, app_session):
    with transaction(app_session):
        keep_address(
            app_session,
            AddressKind.CATEGORY,
            market.fruit.id,
            slugs={"vi": "hoa-qua", "en": "fruits"},
            now=NOW,
        )
        keep_vendor_address(app_session, market.orchard.id, now=NOW)
        market.orchard.slug = "vuon-oi-moi"
        app_session.add(market.orchard)
        app_session.flush()
        keep_vendor_address(app_session, market.orchard.id, now=NOW)
    for asked, leads_to in (
        ("/c/hoa-qua?season=1", "/c/trai-cay?season=1"),
        ("/c/fruits", "/c/fruit"),
        ("/c/fruits?lang=vi", "/c/trai-cay?lang=vi"),
        ("/v/vuon-oi?lang=en", "/v/vuon-oi-moi?lang=en"),
    ):
        answer = app.test_client().get(asked)
        assert (answer.status_code, answer.location) == (301, leads_to)
    with transaction(app_session):
        market.orchard.state = VendorState.SUSPENDED
        app_session.add(market.orchard)
    assert app.test_client().get("/v/vuon-oi").status_code == 404


@settings(max_examples=60, deadline=None)
@given(
    path=st.text(max_size=60),
    head=st.sampled_from(
        ["/l/", "/l/OI-019/", "/c/", "/v/", "/feeds/harvests/", "/share/listing/OI-019/"]
    ),
    lang=st.text(max_size=8),
)
def test_any_path_is_answered(client, market, path, head, lang):
    answer = client.get(head + quote(path), query_string={"lang": lang, "page": path})
    assert answer.status_code in {200, 301, 302, 308, 404, 405}


@pytest.mark.parametrize("page", PAGES)
def test_what_is_told_in_the_words_of_schema_org_is_right(app, market, app_session, page):
    with transaction(app_session):
        market.stalls.review(market.guava, 5, "Giòn </script><script>alert(1)</script>")
    head = read(app, fill(market, app_session, page))
    assert [issue for thing in head.things for issue in problems(thing)] == []
    assert complaints(head.things) == []


def things(app, url: str) -> dict[str, dict]:
    return {thing["@type"]: thing for thing in read(app, url).things}


def test_goods_are_a_product_with_an_offer_for_each_pack(app, market, app_session):
    with transaction(app_session):
        market.stalls.review(market.guava, 5, "Ngon.")
    told = things(app, "/l/OI-019/oi-thanh-ha?lang=en")["Product"]
    assert told["name"] == "Thanh Ha guava"
    assert told["countryOfOrigin"] == {"@type": "Country", "name": "VN"}
    assert told["brand"]["name"] == told["manufacturer"]["name"] == "Vườn ổi chị Mận"
    assert told["aggregateRating"]["reviewCount"] == 1
    assert told["hasCertification"] == [
        {
            "@type": "Certification",
            "name": "VietGAP",
            "certificationIdentification": "VG-2026-118",
            "issuedBy": {"@type": "Organization", "name": "VinaCert"},
            "expires": "2026-12-31",
            "certificationStatus": "https://schema.org/CertificationActive",
        }
    ]
    offers = {offer["name"]: offer for offer in told["offers"]}
    large = offers["5 kg bag"]
    assert (large["price"], large["priceCurrency"]) == (120_000, "VND")
    assert large["availability"] == "https://schema.org/InStock"
    assert large["priceSpecification"]["referenceQuantity"] == {
        "@type": "QuantitativeValue",
        "value": 5000,
        "unitCode": "GRM",
        "valueReference": {"@type": "QuantitativeValue", "value": 1000, "unitCode": "GRM"},
    }
    assert "priceValidUntil" not in large


def test_without_reviews_nothing_is_rated_and_without_stock_nothing_is_sold(app, market):
    told = things(app, "/l/BU-021/buoi")["Product"]
    assert "aggregateRating" not in told
    assert "hasCertification" not in told
    assert {offer["availability"] for offer in told["offers"]} == {"https://schema.org/OutOfStock"}


def test_a_price_that_ends_says_until_when(app_session, market):
    found = listing_page(app_session, "OI-019", now=NOW)
    shown = Shown("/l/x", ["/a.jpg"], "Thanh Hà", price_until=date(2026, 12, 24), is_away=True)
    for offer in linked.product(found, shown, SITE)["offers"]:
        assert offer["priceValidUntil"] == "2026-12-24"
        assert offer["availability"].endswith("/OutOfStock")


def test_a_visit_is_a_trip_with_dates_and_a_place(app, market):
    told = things(app, "/l/XP-001/make-pottery?lang=en")["TouristTrip"]
    assert told["provider"]["name"] == "Gốm Chu Đậu"
    assert told["itinerary"]["name"] == "Workshop gate"
    assert [offer["price"] for offer in told["offers"]] == [220_000] * 3
    assert told["offers"][0]["validThrough"].startswith("2026-11-28T03:00")


def test_a_vendor_is_a_local_business(app, market):
    told = things(app, "/v/vuon-oi?lang=en")
    assert told["LocalBusiness"]["telephone"] == "+84912345678"
    assert told["LocalBusiness"]["address"]["addressCountry"] == "VN"
    assert "aggregateRating" not in told["LocalBusiness"]
    assert [way["position"] for way in told["BreadcrumbList"]["itemListElement"]] == [1, 2]


def test_the_market_can_be_searched(app, market):
    told = things(app, "/")["WebSite"]
    assert told["potentialAction"]["target"]["urlTemplate"] == (
        "http://localhost/search?q={search_term_string}"
    )


@given(st.text(max_size=80))
def test_no_words_break_out_of_the_script_and_all_come_back(text):
    written = str(linked.serialised({"@type": "Thing", "name": text}))
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written)["name"] == text


@given(st.text(max_size=300), st.integers(5, 160))
def test_a_bounded_text_is_never_longer(text, most):
    assert len(bounded(text, most)) <= most
    assert bool(bounded(text, most)) == bool(text.split())


def test_the_validator_finds_what_is_wrong():
    """The control of the tests above."""
    bad = {"@type": "Product", "offers": {"@type": "Offer", "prise": 1}, "itinerary": "x"}
    assert problems(bad) == [
        "/Product.offers/Offer: no property prise",
        "/Product: no property itinerary",
    ]
    assert problems({"@type": "Prodoct"}) == ["/Prodoct: there is no such type"]
    assert problems({"@type": "Product", "offers": {"@type": "Person"}})[0].startswith(
        "/Product.offers: Person is none of"
    )
    assert complaints([{"@type": "Product", "offers": {"@type": "Offer"}}])


def test_the_sitemap_names_every_language_of_each_page(app, market, client):
    names = {
        "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
        "x": "http://www.w3.org/1999/xhtml",
    }
    found = {}
    for file in ("shelves", "sellers-1", "1"):
        tree = ElementTree.fromstring(client.get(f"/sitemap/{file}.xml").text)
        for url in tree.findall("s:url", names):
            loc = url.find("s:loc", names).text
            found[loc] = {
                one.get("hreflang"): one.get("href") for one in url.findall("x:link", names)
            }
            if file == "1":
                assert url.find("s:lastmod", names).text == "2026-08-25T03:00:00+00:00"
    for loc, others in found.items():
        assert loc in others.values()
        assert all(found[other] == others for other in others.values())
        assert read(app, loc).alternates == others
    assert "http://localhost/l/OI-019/thanh-ha-guava?lang=en" in found
    assert PER_FILE * 3 <= 10_000
