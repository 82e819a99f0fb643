"""The resolver on a host of its own: only codes are answered there, people are led to the market.

Cases R1 to R25 of the reference, and what GS1's public suite looks at (warnings as failures), are
walked on both hosts.
"""

import json
import re
from dataclasses import replace
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
import pytest
import sqlalchemy as sa

from tests.conftest import post
from tests.shop.test_resolver import BASE, GLN, GTIN, REFUSED, SHOP, VOC, link, sell_with_every_link
from tests.traceability.land import OFFICE, Land
from traceability.gs1.registering import LINK_TYPES
from traceability.models import LabelBatch
from traceability.queries import lot_cards
from traceability.queries.codes import place_of_number
from traceability.services import lots
from traceability.services.links import change_farm_number

pytestmark = pytest.mark.usefixtures("now")

DATA = Path(__file__).parents[3] / "shared" / "data" / "gs1"
MARKET, CODES = "http://localhost", "https://id.example.vn"
HOSTS = (MARKET, CODES)
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
LINKSET = "application/linkset+json"
SERIAL = "ABCDEFGH2345"


@pytest.fixture
def settings(settings):
    return replace(settings, resolver_url=CODES)


@pytest.fixture
def land(app_session):
    return Land(app_session)


@pytest.fixture
def lot(land):
    lot_id = land.harvest(gtin=GTIN)
    land.session.rollback()
    return lot_cards(land.session, [lot_id])[lot_id]


@pytest.fixture
def lot_path(lot):
    return f"{BASE}/10/{lot.code}"


class Asking:
    """Asks one host as the suite does: it knows whole addresses and compares them as texts."""

    def __init__(self, client, host):
        self.client, self.host = client, host

    def __call__(self, path, method="GET", **headers):
        return self.client.open(
            path.removeprefix(self.host),
            method=method,
            base_url=self.host,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    def goes_to(self, path, **headers):
        answer = self(path, **headers)
        assert answer.status_code == 307, (path, answer.status)
        assert not answer.data
        assert "Set-Cookie" not in answer.headers
        return answer.headers["Location"]


@pytest.fixture(params=HOSTS)
def asks(client, request):
    return Asking(client, request.param)


@pytest.fixture
def codes(client):
    return Asking(client, CODES)


# What GS1's public suite looks at (reference 3.3), on the four kinds of addresses of bar B1.
URIS = (
    BASE,
    BASE + "/10/{lot}",
    BASE + "/10/UNKNOWN",
    BASE + "/10/{lot}/21/S1",
    BASE + "/10/{lot}/21/S2",
    f"/414/{GLN}",
    f"/414/{GLN}/254/KL8G",
)


def test_the_public_suite_finds_nothing_wrong(asks, land, lot):
    sell_with_every_link(land, lot)
    land.run(change_farm_number, land.farm_id, gln=GLN, actor=land.owner)
    for path in URIS:
        uri = asks.host + path.format(lot=lot.code)
        for check in CHECKS:
            check(asks, uri)
        said = linkset_of(asks, uri)
        one_default(asks, uri, said)
        every_link(asks, uri, said)


def options_tell(asks, uri):
    said = asks(uri, "OPTIONS")
    assert said.status_code in {200, 204}
    assert said.headers["Access-Control-Allow-Origin"] == "*"
    assert said.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    where = f'<{uri}?linkType=linkset>; rel="linkset"; type="{LINKSET}"'
    assert said.headers["Link"] == where
    assert 'rel="gs1:' not in said.headers["Link"]
    assert asks("/", "HEAD").status_code in {200, 307}


def bad_is_refused(asks, uri):
    assert asks(uri + "/foo").status_code == 400


def slash_is_tolerated(asks, uri):
    assert asks.goes_to(uri + "/") == asks.goes_to(uri)


def query_is_passed_on(asks, uri):
    assert "foo=bar" in asks.goes_to(uri + "?foo=bar")


def lot_is_walked_up(asks, _uri):
    assert asks(f"{BASE}/10/KL8G").status_code == 307
    assert asks(f"/414/{GLN}/254/KL8G").status_code == 307


def description_is_valid(asks, _uri):
    said = asks("/.well-known/gs1resolver")
    assert (said.status_code, said.mimetype) == (200, "application/json")
    assert said.headers["Access-Control-Allow-Origin"] == "*"
    # Either host names the one that labels name.
    assert said.get_json()["resolverRoot"] == CODES
    if DATA.is_dir():
        schema = json.loads((DATA / "description-file-schema.json").read_text())
        jsonschema.validate(said.get_json(), schema)


def unknown_type_is_404(asks, uri):
    assert asks(f"{uri}?linkType=gs1:nosuchlt").status_code == 404


CHECKS = (
    options_tell,
    bad_is_refused,
    slash_is_tolerated,
    query_is_passed_on,
    lot_is_walked_up,
    description_is_valid,
    unknown_type_is_404,
)


def linkset_of(asks, uri):
    """Return the entries that the suite meets: of the address, then two steps up each time."""
    assert asks(f"{uri}?linkType=linkset", Accept="*/*").status_code == 200
    said = asks(f"{uri}?linkType=all", Accept=LINKSET)
    assert said.status_code == 200
    assert said.content_type.startswith(LINKSET)
    (context,) = [part for part in said.headers["Link"].split(",") if "json-ld#context" in part]
    assert 'rel="http://www.w3.org/ns/json-ld#context"' in context
    assert 'type="application/ld+json"' in context
    body = said.get_json(force=True)
    if DATA.is_dir():
        jsonschema.validate(body, json.loads((DATA / "gs1-linkset-schema.json").read_text()))
    entries = {entry["anchor"]: entry for entry in body["linkset"]}
    met = []
    while urlsplit(uri).path.count("/") >= 2:
        if uri in entries:
            met.append(entries.pop(uri))
        uri = uri.rsplit("/", 2)[0]
    assert not entries, "an anchor that nobody who climbs from the address meets"
    return met


def one_default(asks, uri, said):
    (default,) = said[0][VOC + "defaultLink"]
    assert set(default) == {"href", "title"}
    assert asks.goes_to(uri) == default["href"]


def every_link(asks, uri, said):
    """Ask for each link as the suite does; of a type at two levels, only at the finer."""
    seen = {VOC + "defaultLink"}
    for entry in said:
        for kind, links in entry.items():
            if not kind.startswith(VOC) or kind in seen:
                continue
            seen.add(kind)
            assert kind.removeprefix(VOC) in LINK_TYPES
            for one in links:
                every_one(asks, uri, kind.removeprefix(VOC), one, links)


def every_one(asks, uri, kind, one, links):
    """Ask for one link of its kind: alone by its kind, else by what tells it from the others."""
    # Nobody asks for the choice of defaults by its name.
    asked = "" if kind == "defaultLinkMulti" else f"linkType=gs1:{kind}"
    if one.get("context"):
        asked += f"&context={one['context'][0]}"
    headers = {} if len(links) == 1 else negotiated(one)
    if sum(told_apart(other) == told_apart(one) for other in links) > 1:
        assert asks(f"{uri}?{asked}", **headers).status_code == 300
        return
    bare, hash_, fragment = one["href"].partition("#")
    wanted = with_(bare, asked, hash_ + fragment) if asked else one["href"]
    assert asks.goes_to(f"{uri}?{asked}" if asked else uri, **headers) == wanted


def told_apart(one):
    return [one.get(name) for name in ("type", "hreflang", "context")]


def negotiated(one):
    # A link without a media type is asked for with this very word.
    language = {"Accept_Language": one["hreflang"][0]} if one.get("hreflang") else {}
    return {"Accept": one.get("type", "undefined")} | language


def with_(bare, query, fragment):
    return f"{bare}{'&' if '?' in bare else '?'}{query}{fragment}"


# The further cases of the reference (3.4).
def test_what_is_no_code_is_refused_on_both_hosts(asks, lot):
    for path, headers in product(REFUSED, ({}, BROWSER)):
        answer = asks(path, **headers)
        assert answer.status_code == 400, path
        wanted = "text/html" if headers else "application/problem+json"
        assert answer.mimetype == wanted
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


SINGLE = ("/foo", "/foo/", "/cart", "/search", "/T", "/t", "/g", "/healthz", "/01", "/%00", "/ế")


def test_a_single_step_is_no_code(client, lot):
    """R9: 400 on the host of codes, whatever the market has there; never an error on either."""
    codes, market = Asking(client, CODES), Asking(client, MARKET)
    for path, headers in product(SINGLE, ({}, BROWSER)):
        answer = codes(path, **headers)
        assert answer.status_code == 400, path
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert market(path).status_code < 500


def test_redirects_are_the_same_on_both_hosts(asks, lot, lot_path):
    page = f"{MARKET}/t/{lot.trace_code}"
    for query in ("", "?17=261231;3103=000189", "?flag", "?a=%7e&b=2&a=1"):  # R1, R7, R8
        assert asks.goes_to(lot_path + query) == page + query
    assert asks.goes_to(f"{BASE}/10/A%2FB") == f"{MARKET}/g/{GTIN}"  # R6
    for headers in ({}, {"Accept_Language": "de"}):  # R11
        assert asks.goes_to(lot_path, **headers) == page
    head = asks(lot_path, "HEAD")  # R21, R22
    assert (head.status_code, head.headers["Location"]) == (307, page)
    assert {"accept", "accept-language"} <= {name.lower() for name in head.vary}


def test_nobody_can_tell_is_a_choice_on_both_hosts(asks, land, lot):
    for path in ("a", "b"):
        link(land, BASE, f"{SHOP}/{path}", kind="recipeInfo", media_type="text/html")
    answer = asks(f"{BASE}?linkType=gs1:recipeInfo", Accept="application/json")  # R2
    assert answer.status_code == 300
    (entry,) = answer.get_json(force=True)["linkset"]
    assert entry["anchor"] == asks.host + BASE
    page = asks(f"{BASE}?linkType=gs1:recipeInfo", **BROWSER)
    assert (page.status_code, page.mimetype) == (300, "text/html")
    assert f'href="{SHOP}/a"' in page.text


def test_the_linkset_as_a_page_has_no_way_but_to_the_market(codes, lot, lot_path):
    page = codes(f"{lot_path}?linkType=linkset", **BROWSER)  # R15
    assert page.status_code == 200
    data = page.text.partition('<script type="application/ld+json">')[2]
    assert json.loads(data.partition("</script>")[0])["linkset"][0]["anchor"] == CODES + lot_path
    for wrong in ("/foo", f"{BASE}/foo", "/01/09520123456788"):
        page = codes(wrong, **BROWSER)
        ways = re.findall(r'<a [^>]*href="([^"]*)"', page.text)
        assert {way for way in ways if not way.startswith(("#", f"{MARKET}/"))} == set()
        assert "Set-Cookie" not in page.headers


def test_no_request_leads_out_of_the_table(asks, lot, lot_path):
    """R23, whoever asks: neither a path nor a name of a host is followed."""
    for way in ("linkType=https://evil.example", "url=https://evil.example"):
        told = asks(f"{lot_path}?{way}").headers.get("Location")
        assert told in {None, f"{MARKET}/t/{lot.trace_code}?{way}"}
    for path in (
        "//evil.example/x",
        f"//evil.example{lot_path}",
        f"/{lot_path}",
        "/\\evil.example/x",
    ):
        told = asks(path).headers.get("Location", "")
        assert urlsplit(told).netloc in {"", "localhost"}
        assert "//evil" not in told


STRANGE = ("@evil.example/x", ".evil.example/t/a", "*", "", "//evil.example/t")


def test_a_strange_first_line_leads_nowhere(client, lot):
    pages = ("/v/htx-v01", f"/t/{lot.trace_code}", BASE, "/")
    for raw, path in product(STRANGE, pages):
        environ = {"RAW_URI": raw, "REQUEST_URI": raw}
        answer = client.get(path, base_url=CODES, environ_overrides=environ)
        assert answer.status_code < 500
        told = answer.headers.get("Location", "")
        assert not told or urlsplit(told).netloc == "localhost", told


def test_no_header_chooses_where_anchors_are(client, lot, lot_path):
    for host in ("evil.example", "id.example.vn.evil.example", "evil.example:443"):
        answer = client.get(lot_path, headers={"Accept": LINKSET, "Host": host})
        assert "evil" not in answer.text + str(answer.headers)
        (first, *_) = answer.get_json(force=True)["linkset"]
        assert first["anchor"] == MARKET + lot_path
    # The port and the case of its name are the proxy's matter.
    answer = client.get(lot_path, headers={"Accept": LINKSET, "Host": "ID.example.vn:8443"})
    assert answer.get_json(force=True)["linkset"][0]["anchor"] == CODES + lot_path


# Our own codes: the page is on the market, in no circle.
def test_our_own_codes_are_led_to_the_market(codes, client, lot):
    path = f"/t/{lot.trace_code}"
    page = MARKET + path
    for way in (path, path.lower(), path.upper()):
        assert codes.goes_to(way) == page
        assert codes.goes_to(f"{way}/{SERIAL.lower()}?flag") == f"{page}/{SERIAL}?flag"
    for kind in ("gs1:traceability", "gs1:recallStatus", "gs1:defaultLink"):
        assert codes.goes_to(f"{path}/{SERIAL}?linkType={kind}") == (
            f"{page}/{SERIAL}?linkType={kind}"
        )
        assert client.get(f"{path}/{SERIAL}?linkType={kind}").status_code == 200
    said = codes(path, Accept=LINKSET)
    (entry,) = said.get_json(force=True)["linkset"]
    assert entry["anchor"] == CODES + path
    assert entry[VOC + "defaultLink"][0]["href"] == page
    assert codes(path, "OPTIONS").headers["Link"].startswith(f"<{CODES}{path}?linkType=linkset>")
    for wrong, status in (("/t/AAAAAAAAAAAA", 404), ("/t/no", 400), (f"{path}/{'A' * 40}", 400)):
        answer = codes(wrong)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_a_scan_of_our_own_code_follows_its_vendor_until_the_lot_is_recalled(codes, land, lot):
    path = f"/t/{lot.trace_code}"
    link(land, path, is_default=True)
    assert codes.goes_to(path) == SHOP
    land.run(lots.recall_lot, lot.id, reason="Dư lượng", actor=OFFICE)
    assert codes.goes_to(path) == MARKET + path


def test_places_are_led_to_the_market(codes, land, lot):
    land.run(change_farm_number, land.farm_id, gln=GLN, actor=land.owner)
    farm = place_of_number(land.session, GLN)
    assert codes.goes_to(f"/414/{GLN}") == f"{MARKET}/p/{farm.code}"
    assert codes.goes_to(f"/414/{GLN}/254/KL8G") == f"{MARKET}/p/{farm.code}"
    assert codes.goes_to(f"/p/{farm.code}") == f"{MARKET}/p/{farm.code}"


def test_pages_for_people_are_led_to_the_market(codes, client, lot):
    for path in (
        "/", "/v/htx-v01", f"/g/{GTIN}", f"/t/{lot.trace_code}/proof.json?x=%2F", "/epcis/v2/events",
    ):  # fmt: skip
        assert codes.goes_to(path) == MARKET + path
    for path in ("/foo/bar", "/v/htx-v01/none/such"):
        assert codes(path).status_code == 400
    assert client.post("/cart/add", base_url=CODES).status_code in {400, 405}
    assert codes("/01/x", "DELETE").status_code in {400, 405}


def test_codes_lead_on_in_production_from_a_host_that_nobody_listed(
    settings, tmp_path, lot, lot_path
):
    from shop.factory import create_app

    live = create_app(
        replace(settings, market_env="production", allowed_hosts=("localhost",))
    ).test_client()
    led = live.get(lot_path, base_url=CODES)
    assert (led.status_code, led.headers["Location"]) == (307, f"{MARKET}/t/{lot.trace_code}")
    assert led.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert live.get(lot_path, base_url="https://other.example.vn").status_code == 400


def test_no_link_leads_from_a_code_to_a_code_of_either_host(client, sign_in, land, lot):
    sign_in(vendor=land.vendor_id, vendor_roles=["owner"])
    form = f"/work/{land.vendor_id}/farm/codes/links/new"
    for host in ("https://localhost", CODES):
        told = {
            "anchor": BASE, "link_type": "pip", "href": f"{host}{BASE}", "title": "Trang",
            "media_type": "text/html",
        }  # fmt: skip
        assert post(client, form, told).status_code == 422


def test_labels_name_the_host_of_codes_and_papers_the_market(client, sign_in, land, lot):
    sign_in(vendor=land.vendor_id, vendor_roles=["owner"])
    farm = f"/work/{land.vendor_id}/farm"
    address = f"{CODES}/01/{GTIN}/10/{lot.code}"
    assert address in client.get(f"{farm}/lots/{lot.id}").text
    form = f"{farm}/lots/{lot.id}/labels"
    told = {"template": "sticker", "count": "1", "dpi": "300", "net": "500 g"}
    assert post(client, form, told).status_code == 303
    land.session.rollback()
    batch = land.session.scalars(sa.select(LabelBatch)).one()
    assert batch.printed["address"] == address
    assert address in client.get(f"/t/{lot.trace_code}").text
