"""The resolver: cases R1 to R25 of the reference, and what GS1's public suite looks at."""

import json
from itertools import product
from pathlib import Path
from urllib.parse import quote

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.db import transaction
from tests.shop.stalls import Stalls
from tests.traceability.conftest import statements  # noqa: F401 - a fixture
from tests.traceability.land import OFFICE, Land
from traceability.gs1 import check_digit
from traceability.gs1.registering import LinkFacts
from traceability.models import Farm, Lot
from traceability.queries import lot_cards
from traceability.queries.codes import place_of_number
from traceability.services import lots
from traceability.services.links import add_link, change_farm_number, change_numbers
from vendors.models import Vendor
from vendors.rules import VendorState

pytestmark = pytest.mark.usefixtures("now")

DATA = Path(__file__).parents[3] / "shared" / "data" / "gs1"
ROOT = "http://localhost"
VOC = "https://ref.gs1.org/voc/"
GTIN = "08938500000010"
GLN, PARTY = "8938500000003", "8938500000010"
SSCC = "/00/18938500000000001" + check_digit("18938500000000001")
JSON = {"Accept": "application/linkset+json"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
BASE = f"/01/{GTIN}"
SHOP = "https://vuonvai.example/san-pham"


@pytest.fixture
def land(app_session):
    return Land(app_session)


@pytest.fixture
def lot(land):
    lot_id = land.harvest(gtin=GTIN)
    land.session.rollback()
    return lot_cards(land.session, [lot_id])[lot_id]


def sell(land, lot):
    """Offer the lot itself, and a visit to its farm."""
    with transaction(land.session) as session:
        stalls = Stalls(session)
        vendor = session.get(Vendor, land.vendor_id)
        shelf = stalls.category("fruit", "Trái cây", "Fruit")
        farm = {"farm_id": land.farm_id}
        stalls.goods(vendor, shelf, "PRD-801", traced=False, lot_id=lot.id, **farm)
        stalls.visit(vendor, shelf, "EXP-803", title=("Hái vải tại vườn", "Picking"), **farm)


def link(land, anchor, href=SHOP, kind="pip", **more):
    facts = LinkFacts(anchor, kind, href, more.pop("title", "Trang của vườn"), **more)
    return land.run(
        add_link, vendor_id=land.vendor_id, facts=facts, roots=(ROOT,), actor=land.owner
    )


def sell_with_every_link(land, lot):
    """Sell the lot, and keep links that only languages, kinds of files or contexts tell apart."""
    sell(land, lot)
    for tag in ("vi", "en"):
        link(land, BASE, f"{SHOP}/{tag}", kind="recipeInfo", hreflang=(tag,))
        link(land, BASE, f"{SHOP}/start/{tag}", kind="defaultLinkMulti", hreflang=(tag,))
    link(land, BASE, f"{SHOP}/pdf", kind="safetyInfo", media_type="application/pdf")
    link(land, BASE, f"{SHOP}/page", kind="safetyInfo", media_type="text/html")
    link(land, BASE, f"{SHOP}/la", kind="instructions", context=("LA",))
    link(land, BASE, f"{SHOP}/any", kind="instructions")
    for twin in ("a", "b"):
        link(land, BASE, f"{SHOP}/{twin}", kind="faqs", media_type="text/html")
    # A serial number that something is known of; another one walks up to its lot.
    link(land, f"{BASE}/21/S1", f"{SHOP}/s1")


def linkset(client, path):
    answer = client.get(path, headers=JSON)
    assert answer.status_code == 200
    assert answer.content_type.startswith("application/linkset+json")
    said = answer.get_json(force=True)
    if DATA.is_dir():
        jsonschema.validate(said, json.loads((DATA / "gs1-linkset-schema.json").read_text()))
    return {entry["anchor"].removeprefix(ROOT): entry for entry in said["linkset"]}


def default_of(entry):
    (default,) = entry[VOC + "defaultLink"]
    assert set(default) == {"href", "title"}
    others = [
        links for kind, links in entry.items() if kind.startswith(VOC) and "default" not in kind
    ]
    assert default["href"] in {one["href"] for links in others for one in links}
    return default["href"]


def goes_to(client, path, **headers):
    answer = client.get(path, headers=headers)
    assert answer.status_code == 307, (path, answer.status)
    assert not answer.data
    return answer.headers["Location"].removeprefix(ROOT)


@pytest.fixture
def lot_path(lot):
    return f"{BASE}/10/{lot.code}"


def test_a_lot_leads_to_its_page_and_goods_to_theirs(client, lot, lot_path):
    assert goes_to(client, lot_path) == f"/t/{lot.trace_code}"
    assert goes_to(client, BASE) == f"/g/{GTIN}"
    assert goes_to(client, f"{BASE}/10/UNKNOWN") == f"/g/{GTIN}"
    assert goes_to(client, f"{lot_path}/21/S1") == f"/t/{lot.trace_code}"
    page = client.get(f"/g/{GTIN}", headers=BROWSER)
    assert page.status_code == 200
    assert f'href="/t/{lot.trace_code}"' in page.text


def test_the_linkset_has_each_level_with_one_default(client, land, lot, lot_path):
    sell(land, lot)
    said = linkset(client, lot_path)
    assert list(said) == [lot_path, BASE]
    assert default_of(said[lot_path]) == f"{ROOT}/t/{lot.trace_code}"
    assert default_of(said[BASE]) == f"{ROOT}/g/{GTIN}"
    fine = said[lot_path]
    assert {kind.removeprefix(VOC) for kind in fine if kind.startswith(VOC)} == {
        "traceability", "pip", "recallStatus", "certificationInfo", "locationInfo", "eventsInfo",
        "scheduleTime", "hasRetailers", "epcis", "defaultLink",
    }  # fmt: skip
    for entry in said.values():
        assert entry[VOC + "hasRetailers"][0]["href"].startswith(f"{ROOT}/l/PRD-80")
    # Whatever it leads to is a page that is there; events are told to partners only.
    for entry in said.values():
        for kind, links in entry.items():
            for one in links if kind.startswith(VOC) else ():
                path, accept = one["href"].removeprefix(ROOT), one.get("type", "text/html")
                status = 401 if kind == VOC + "epcis" else 200
                assert client.get(path, headers={"Accept": accept}).status_code == status, path


def test_each_link_type_leads_to_its_link(client, lot, lot_path):
    for entry in linkset(client, lot_path).values():
        for kind, links in entry.items():
            if not kind.startswith(VOC) or kind.endswith("defaultLink"):
                continue
            for written in (kind, kind.replace(VOC, "gs1:"), kind.replace("ref.", "")):
                query = f"linkType={written}"
                bare, hash_, fragment = links[0]["href"].partition("#")
                went = goes_to(client, f"{entry['anchor'].removeprefix(ROOT)}?{query}")
                mark = "&" if "?" in bare else "?"
                assert ROOT + went == f"{bare}{mark}{query}{hash_}{fragment}"
    assert goes_to(client, f"{lot_path}?linkType=gs1%3Apip").endswith("?linkType=gs1%3Apip")


REFUSED = [
    f"{BASE}/21/S1/10/L1",  # R3
    f"{BASE}/17/261231",  # R4
    f"{BASE}/99/ABC",  # R5
    "/01",  # R9
    "/7",
    "/eh3074257bf7194e4000001a85",  # R10
    "/exAAAAAAAAAA",
    "/01/08938500000011",  # R19
    "/01/8938500000010",  # R20
    f"/01//{GTIN}",  # R25
    f"//01/{GTIN}",
    f"{BASE}//",
    f"{BASE}/10//",
    f"{BASE}/10/%00",
    f"{BASE}/10/%FF%FE",
    f"{BASE}/10/%C4%90",
    f"{BASE}/10/" + "A" * 21,
    "/01/" + "1" * 6000,
    "/" + "1" * 6000,
    f"{BASE}/foo",
    f"{BASE}?10=L1",
    f"{BASE}?21=S1",
    f"{BASE}?999=X",
    f"/02/{GTIN}",
    f"/99/{GTIN}",
]


def test_what_is_no_digital_link_is_refused(client, lot):
    for path, headers in product(REFUSED, ({}, JSON, BROWSER)):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 400, path
        is_page = headers is BROWSER
        assert answer.mimetype == ("text/html" if is_page else "application/problem+json")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        if not is_page:
            assert answer.get_json(force=True)["status"] == 400


def test_a_long_query_is_passed_on_or_refused_never_an_error(client, lot_path):
    query = "a=" + "b" * 8192
    assert goes_to(client, f"{lot_path}?{query}").endswith(f"?{query}")


QUERIES = (
    "17=261231;3103=000189",
    "flag",
    "b=2&a=1&a=%7e&x[]=~",
    "foo=bar",
    "linkType=gs1:traceability",
)


def test_the_query_is_passed_on_byte_for_byte(client, lot, lot_path):
    for query in QUERIES:
        assert goes_to(client, f"{lot_path}?{query}") == f"/t/{lot.trace_code}?{query}"
        assert client.get(f"/t/{lot.trace_code}?{query}").status_code == 200
    assert goes_to(client, f"{lot_path}?") == f"/t/{lot.trace_code}"


def test_the_query_goes_before_a_fragment_and_behind_a_query(client, land, lot, lot_path):
    link(land, BASE, f"{SHOP}?a=1#b", kind="recipeInfo")
    went = goes_to(client, f"{lot_path}?linkType=gs1:recipeInfo&x")
    assert went == f"{SHOP}?a=1&linkType=gs1:recipeInfo&x#b"


def test_a_slash_in_a_lot_number_is_no_step(client, land, lot):
    assert goes_to(client, f"{BASE}/10/A%2FB") == f"/g/{GTIN}"
    with transaction(land.session) as session:
        session.get(Lot, lot.id).code = "A/B"
    assert goes_to(client, f"{BASE}/10/A%2FB") == f"/t/{lot.trace_code}"
    assert next(iter(linkset(client, f"{BASE}/10/A%2fB"))) == f"{BASE}/10/A%2fB"


def test_the_path_as_it_was_sent_is_found_under_either_name(client, land, lot):
    raw = f"https://cho.example{BASE}/10/A%2FB?x=1"
    for name, status in (("REQUEST_URI", 307), ("RAW_URI", 307), ("OTHER", 400)):
        environ = {"REQUEST_URI": "", "RAW_URI": ""} | {name: raw}
        answer = client.get(f"{BASE}/10/A%2FB", environ_overrides=environ)
        # Without the raw path it cannot be told from two steps: a refusal, never another lot.
        assert answer.status_code == status


def test_options_tell_methods_and_where_the_links_are(client, lot):
    for path in (BASE, f"{BASE}/10/L", f"/t/{lot.trace_code}", "/.well-known/gs1resolver"):
        answer = client.options(path)
        assert answer.status_code == 204
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
        assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        where = f'<{ROOT}{path}?linkType=linkset>; rel="linkset"; type="application/linkset+json"'
        assert answer.headers.get("Link") == (None if path.startswith("/.") else where)


def test_every_answer_has_the_headers_and_head_is_get_without_a_body(client, lot_path):
    asked = ("", "?linkType=gs1:pip", "?linkType=gs1:nosuchlt", "?linkType=linkset", "?10=X")
    for query, headers in product(asked, (JSON, {}, {"Accept": "undefined"})):
        got = client.get(lot_path + query, headers=headers)
        head = client.head(lot_path + query, headers=headers)
        assert head.status_code == got.status_code
        assert not head.data
        for name in ("Location", "Link", "Vary", "Content-Type", "Access-Control-Allow-Origin"):
            assert head.headers.get(name) == got.headers.get(name)
        assert {"accept", "accept-language"} <= {name.lower() for name in got.vary}
        assert got.headers["Access-Control-Expose-Headers"] == "Link, Location"


def test_unknown_is_404(client, lot, lot_path):
    assert client.get(f"{lot_path}?linkType=gs1:nosuchlt").status_code == 404
    for path in ("/01/09520123456788", "/00/952012345678912345", "/8004/9520614141234567"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.mimetype == "application/problem+json"


def test_a_trailing_slash_changes_nothing(client, lot, lot_path):
    for slash in ("", "/"):
        assert goes_to(client, lot_path + slash) == f"/t/{lot.trace_code}"
        assert client.get(f"{lot_path}/foo{slash}").status_code == 400


FORMS = (
    ("application/linkset+json", "application/linkset+json"),
    ("application/json", "application/linkset+json"),
    ("application/ld+json", "application/ld+json"),
    ("text/html", "text/html; charset=utf-8"),
    ("*/*", "text/html; charset=utf-8"),
    ("", "text/html; charset=utf-8"),
    ("nonsense", "text/html; charset=utf-8"),
)
CONTEXT = (
    "<https://ref.gs1.org/standards/resolver/linkset-context>; "
    'rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
)


def test_the_linkset_comes_in_the_form_that_was_asked_for(client, lot_path):
    for (accept, kind), word in product(FORMS, ("linkset", "all")):
        answer = client.get(f"{lot_path}?linkType={word}", headers={"Accept": accept})
        assert (answer.status_code, answer.content_type) == (200, kind)
        if kind == "application/linkset+json":
            assert CONTEXT in answer.headers["Link"].split(", ")
        elif kind == "application/ld+json":
            assert set(answer.get_json(force=True)) == {"@context", "linkset"}
        else:
            data = answer.text.partition('<script type="application/ld+json">')[2]
            said = json.loads(data.partition("</script>")[0])
            assert said["linkset"][0]["anchor"] == ROOT + lot_path


def test_the_anchor_never_follows_the_host_that_was_asked(client, lot_path):
    answer = client.get(lot_path, headers=JSON | {"Host": "evil.example"})
    assert "evil.example" not in answer.text + str(answer.headers)


def test_no_request_leads_out_of_the_table(client, lot, lot_path):
    for way in ("linkType=https://evil.example", "url=https://evil.example"):
        answer = client.get(f"{lot_path}?{way}")
        assert answer.headers.get("Location") in {None, f"{ROOT}/t/{lot.trace_code}?{way}"}
    for path in ("//evil.example/x", f"//evil.example{lot_path}", f"/{lot_path}"):
        location = client.get(path).headers.get("Location", "")
        assert "//evil" not in location
        assert "//01" not in location


def test_languages_decide_among_links_of_one_kind(client, land, lot, lot_path):
    for tag in ("vi", "en"):
        link(land, BASE, f"{SHOP}/{tag}", kind="recipeInfo", hreflang=(tag,))
    ask = f"{BASE}?linkType=gs1:recipeInfo"
    for header, tag in (
        ("vi-VN", "vi"),  # R12
        ("en-GB", "en"),
        ("en;q=0.3, vi;q=0.9", "vi"),  # R13
        ("vi;q=0, en;q=0.1", "en"),
    ):
        assert goes_to(client, ask, **{"Accept-Language": header}).startswith(f"{SHOP}/{tag}?")
    # R2: nobody can tell; R14: no language fits.
    for headers in ({}, {"Accept-Language": "de"}):
        answer = client.get(ask, headers=headers | {"Accept": "application/json"})
        assert answer.status_code == 300
        said = answer.get_json(force=True)
        (entry,) = said["linkset"]
        assert entry["anchor"] == ROOT + BASE
        assert [one["href"] for one in entry[VOC + "recipeInfo"]] == [f"{SHOP}/vi", f"{SHOP}/en"]
    page = client.get(ask, headers=BROWSER)
    assert (page.status_code, page.mimetype) == (300, "text/html")
    assert f'href="{SHOP}/vi"' in page.text


def test_two_languages_leave_the_default_alone(client, land, lot):
    """R11: without a wish a code leads to its default, never to a choice."""
    for tag in ("vi", "en"):
        link(land, BASE, f"{SHOP}/{tag}", hreflang=(tag,))
    for headers in ({}, {"Accept-Language": "de"}, {"Accept-Language": "en"}):
        assert goes_to(client, BASE, **headers) == f"/g/{GTIN}"


def test_several_defaults_are_chosen_by_language(client, land, lot):
    link(land, BASE, f"{SHOP}/vi", kind="defaultLinkMulti", hreflang=("vi",))
    # One alone is no choice, and no reader is told of it.
    assert goes_to(client, BASE, **{"Accept-Language": "vi"}) == f"/g/{GTIN}"
    assert VOC + "defaultLinkMulti" not in linkset(client, BASE)[BASE]
    link(land, BASE, f"{SHOP}/en", kind="defaultLinkMulti", hreflang=("en",))
    assert goes_to(client, BASE, **{"Accept-Language": "vi"}) == f"{SHOP}/vi"
    assert goes_to(client, BASE, **{"Accept-Language": "en-US"}) == f"{SHOP}/en"
    assert goes_to(client, BASE, **{"Accept-Language": "de"}) == f"/g/{GTIN}"
    assert goes_to(client, BASE) == f"/g/{GTIN}"


def test_context_and_kind_of_file_decide_among_links(client, land, lot):
    link(land, BASE, f"{SHOP}/a.pdf", kind="recipeInfo", media_type="application/pdf")
    link(land, BASE, f"{SHOP}/a", kind="recipeInfo", media_type="text/html")
    link(land, BASE, f"{SHOP}/la", kind="recipeInfo", context=("LA",))
    link(land, BASE, f"{SHOP}/x", kind="recipeInfo")
    ask = f"{BASE}?linkType=gs1:recipeInfo"
    assert goes_to(client, ask, Accept="application/pdf").startswith(f"{SHOP}/a.pdf?")
    assert goes_to(client, ask, Accept="text/html,*/*;q=0.8").startswith(f"{SHOP}/a?")
    assert goes_to(client, ask, Accept="undefined").startswith(f"{SHOP}/x?")
    assert goes_to(client, f"{ask}&context=LA").startswith(f"{SHOP}/la?")


def test_the_same_link_twice_is_a_choice(client, land, lot):
    for path in ("a", "b"):
        link(land, BASE, f"{SHOP}/{path}", kind="recipeInfo", media_type="text/html")
    assert client.get(f"{BASE}?linkType=gs1:recipeInfo").status_code == 300


def test_a_serial_number_outranks_its_lot(client, land, lot, lot_path):
    link(land, f"{BASE}/21/S1", f"{SHOP}/s1")
    assert goes_to(client, f"{lot_path}/21/S1") == f"{SHOP}/s1"
    assert goes_to(client, f"{BASE}/21/S1") == f"{SHOP}/s1"
    assert goes_to(client, f"{lot_path}/21/S2") == f"/t/{lot.trace_code}"
    # Who climbs step by step from what was asked meets every level.
    said = linkset(client, f"{lot_path}/21/S1")
    assert list(said) == [f"{lot_path}/21/S1", lot_path, BASE]
    assert default_of(said[f"{lot_path}/21/S1"]) == f"{SHOP}/s1"


def test_the_finest_level_that_has_a_kind_decides(client, land, lot, lot_path):
    link(land, BASE, f"{SHOP}/all", kind="recipeInfo")
    link(land, lot_path, f"{SHOP}/one", kind="recipeInfo")
    assert goes_to(client, f"{lot_path}?linkType=gs1:recipeInfo").startswith(f"{SHOP}/one?")
    assert goes_to(client, f"{BASE}?linkType=gs1:recipeInfo").startswith(f"{SHOP}/all?")
    # Literally: what is kept for a variant's lot is not told without the variant.
    link(land, f"{BASE}/22/V1/10/{lot.code}", f"{SHOP}/v", kind="safetyInfo")
    assert client.get(f"{lot_path}?linkType=gs1:safetyInfo").status_code == 404
    assert goes_to(client, f"{BASE}/22/V1/10/{lot.code}").startswith(f"{SHOP}/v")


def test_a_vendor_chooses_where_its_code_leads_until_the_lot_is_recalled(
    client, land, lot, lot_path
):
    link(land, lot_path, is_default=True)
    assert goes_to(client, lot_path) == SHOP
    assert default_of(linkset(client, lot_path)[lot_path]) == SHOP
    land.run(lots.recall_lot, lot.id, reason="Dư lượng", actor=OFFICE)
    assert goes_to(client, lot_path) == f"/t/{lot.trace_code}"
    assert default_of(linkset(client, lot_path)[lot_path]) == f"{ROOT}/t/{lot.trace_code}"
    assert lot.code in client.get(f"/g/{GTIN}").text.partition("verdict-recalled")[2]


def test_no_language_leads_around_the_page_of_what_was_recalled(client, land, lot, lot_path):
    for anchor, tag in product((lot_path, f"{BASE}/21/S1"), ("vi", "en")):
        link(land, anchor, f"{SHOP}/{tag}", kind="defaultLinkMulti", hreflang=(tag,))
    link(land, lot_path, f"{SHOP}/fine", kind="recallStatus", hreflang=("vi",))
    wish = {"Accept-Language": "vi"}
    ways = (lot_path, f"{lot_path}/21/S1", f"{lot_path}?linkType=gs1:recallStatus")
    assert {goes_to(client, way, **wish).startswith(SHOP) for way in ways} == {True}
    land.run(lots.recall_lot, lot.id, reason="Dư lượng", actor=OFFICE)
    for way in ways:
        assert goes_to(client, way, **wish).startswith(f"/t/{lot.trace_code}")
    assert SHOP not in json.dumps(linkset(client, lot_path))


def test_links_of_a_suspended_vendor_are_not_followed(client, land, lot, lot_path):
    link(land, lot_path, is_default=True)
    with transaction(land.session) as session:
        session.get(Vendor, land.vendor_id).state = VendorState.SUSPENDED
    assert goes_to(client, lot_path) == f"/t/{lot.trace_code}"
    with transaction(land.session) as session:
        session.get(Vendor, land.vendor_id).state = VendorState.SUBMITTED
    assert client.get(lot_path).status_code == 404


def test_a_number_that_only_links_know_leads_by_them(client, land, lot):
    land.run(
        change_numbers, vendor_id=land.vendor_id, gln=PARTY, company_prefix="8938500000",
        actor=land.owner,
    )  # fmt: skip
    link(land, SSCC, kind="logisticsInfo")
    assert goes_to(client, SSCC) == SHOP


def test_places_and_parties_lead_to_their_pages(client, land, lot):
    sell(land, lot)
    land.run(change_farm_number, land.farm_id, gln=GLN, actor=land.owner)
    farm = place_of_number(land.session, GLN)
    assert goes_to(client, f"/414/{GLN}") == f"/p/{farm.code}"
    plot = place_of_number(land.session, GLN, "P1")
    assert goes_to(client, f"/414/{GLN}/254/P1") == f"/p/{plot.code}"
    assert goes_to(client, f"/414/{GLN}/254/KL8G") == f"/p/{farm.code}"
    # One code on the gate leads to product and visit.
    went = goes_to(client, f"/414/{GLN}?linkType=gs1:scheduleTime")
    assert went.startswith("/l/EXP-803/")
    for code in (farm.code, plot.code):
        page = client.get(f"/p/{code}", headers=BROWSER).text
        assert "Vườn vải Thanh Khê" in page
        assert "/l/EXP-803/" in page
    land.run(
        change_numbers, vendor_id=land.vendor_id, gln=PARTY, company_prefix="", actor=land.owner
    )
    assert goes_to(client, f"/417/{PARTY}") == "/v/htx-v01"


def test_our_own_codes_behave_the_same(client, land, lot):
    path = f"/t/{lot.trace_code}"
    page = client.get(path, headers=BROWSER)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert f'<{ROOT}{path}?linkType=linkset>; rel="linkset"' in page.headers["Link"]
    said = linkset(client, path)
    assert list(said) == [path]
    assert default_of(said[path]) == ROOT + path
    # Its page is where it leads itself: no circle.
    assert client.get(f"{path}?linkType=gs1:traceability").status_code == 200
    assert goes_to(client, f"{path}?linkType=gs1:locationInfo").startswith("/p/")
    assert client.get(f"{path}?linkType=gs1:nosuchlt").status_code == 404
    link(land, path, kind="recipeInfo")
    assert goes_to(client, f"{path.lower().replace('/T/', '/t/')}?linkType=gs1:recipeInfo")
    with transaction(land.session) as session:
        farm = session.get(Farm, land.farm_id)
        place = f"/p/{farm.trace_code}"
    assert default_of(linkset(client, place)[place]) == ROOT + place
    assert client.options(place).status_code == 204


def test_a_unit_and_a_code_in_capitals_behave_like_their_lot(client, land, lot):
    path = f"/t/{lot.trace_code}"
    for other in (f"{path}/ABCDEFGH2345", path.upper(), f"{path.upper()}/ABCDEFGH2345"):
        assert list(linkset(client, other)) == [path]
        assert goes_to(client, f"{other}?linkType=gs1:locationInfo").startswith("/p/")
        assert client.get(f"{other}?linkType=gs1:nosuchlt").status_code == 404
        assert client.options(other).status_code == 204
        assert client.get(other).headers["Access-Control-Allow-Origin"] == "*"
    led = client.get(f"{path.lower()}?flag&x=%2F")
    assert led.headers["Location"] == f"{path}?flag&x=%2F"


def test_the_file_that_describes_the_resolver(client):
    answer = client.get("/.well-known/gs1resolver")
    assert answer.mimetype == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    said = answer.get_json()
    assert said["resolverRoot"] == ROOT
    assert {"01", "00", "414", "417"} <= set(said["supportedPrimaryKeys"])
    if DATA.is_dir():
        schema = json.loads((DATA / "description-file-schema.json").read_text())
        jsonschema.validate(said, schema)


def test_a_redirect_costs_eight_statements_at_most(
    client,
    land,
    lot,
    lot_path,
    statements,  # noqa: F811
):
    sell(land, lot)
    statements.clear()
    goes_to(client, lot_path)
    assert len(statements) <= 8, statements


@given(rest=st.text(max_size=40), query=st.text(max_size=40))
@settings(max_examples=40, deadline=None)
def test_no_code_makes_an_error(client, lot, rest, query):
    for path in (f"/01/{GTIN}/{rest}", f"{BASE}/10/{rest}", f"/{rest}/{GTIN}", f"/414/{rest}"):
        for sent in (
            quote(path, safe="/%"),
            quote(path, safe="/%") + "?" + quote(query, safe="&=;"),
        ):
            answer = client.get(sent, headers=JSON)
            assert answer.status_code < 500, (sent, answer.status)
