"""Links that the market knows by itself: each leads to what it says, and only where that is."""

from urllib.parse import quote

import pytest

from kernel.db import transaction
from tests.shop.recalled import open_case
from tests.shop.stalls import Stalls
from tests.shop.test_resolver import BASE, GTIN, VOC, linkset
from tests.traceability.conftest import statements  # noqa: F401 - a fixture
from tests.traceability.land import Land
from tests.traceability.partners import Partner, token
from traceability.models import Lot
from traceability.queries import lot_cards
from traceability.rules.labels import Template
from traceability.services.labels import Wish, print_labels
from traceability.services.proof.signing import sign_when_due
from vendors.models import Vendor

pytestmark = pytest.mark.usefixtures("now")

ROOT = "http://localhost"


@pytest.fixture
def land(app_session):
    return Land(app_session)


def card(land, lot_id):
    land.session.rollback()
    return lot_cards(land.session, [lot_id])[lot_id]


def hrefs(entry, kind):
    return [(one["href"], one["type"]) for one in entry.get(VOC + kind, [])]


def test_events_of_a_lot_are_asked_for_by_its_name(client, land):
    bare, licensed = (card(land, land.harvest(**more)) for more in ({}, {"gtin": GTIN}))
    names = {
        f"/t/{bare.trace_code}": f"{ROOT}/t/{bare.trace_code}",
        f"{BASE}/10/{licensed.code}": f"https://id.gs1.org{BASE}/10/{licensed.code}",
    }
    partner = Partner(client, token(land))
    for path, name in names.items():
        ((href, kind),) = hrefs(linkset(client, path)[path], "epcis")
        asked = f"/epcis/v2/events?MATCH_anyEPCClass={quote(name, safe='')}"
        assert (href, kind) == (ROOT + asked, "application/json")
        # What the resolver was asked with is passed on (SHALL), and is no question to the events.
        led = client.get(f"{path}?linkType=gs1:epcis&17=261231&context=VN")
        assert led.status_code == 307
        assert led.headers["Location"] == f"{href}&linkType=gs1:epcis&17=261231&context=VN"
        told = client.get(led.headers["Location"], headers=partner.headers({}))
        (event,) = told.json["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        assert event["bizStep"] == "commissioning"
        assert event["quantityList"][0]["epcClass"] == name


def test_the_proof_is_told_of_once_something_was_signed(client, land):
    lot = card(land, land.harvest())
    path = f"/t/{lot.trace_code}"
    assert hrefs(linkset(client, path)[path], "verificationService") == []
    land.run(sign_when_due, origin="localhost/trace", office="")
    page, bundle = f"{path}/proof", f"{path}/proof.json"
    assert hrefs(linkset(client, path)[path], "verificationService") == [
        (ROOT + page, "text/html"),
        (ROOT + bundle, "application/json"),
    ]
    ask = f"{path}?linkType=gs1:verificationService"
    for accept, where in (("text/html,*/*;q=0.8", page), ("application/json", bundle)):
        led = client.get(ask, headers={"Accept": accept})
        assert led.status_code == 307
        assert led.headers["Location"] == f"{ROOT}{where}?linkType=gs1:verificationService"
        assert client.get(led.headers["Location"]).status_code == 200
    assert client.get(bundle).json["lot"]["code"] == lot.trace_code
    # Nothing of ours is a JSON Web Signature.
    assert VOC + "jws" not in linkset(client, path)[path]


def test_only_these_very_goods_are_sold(client, land):
    """Where the farm sells something else, a code of these goods names no shop."""
    lot, other = (card(land, land.harvest(**more)) for more in ({"gtin": GTIN}, {}))
    paths = (f"{BASE}/10/{lot.code}", BASE, f"/t/{other.trace_code}")

    def sold():
        entries = [linkset(client, path)[path] for path in paths]
        return [[href.split("/")[4] for href, _ in hrefs(e, "hasRetailers")] for e in entries]

    def offer(code, lot_id):
        with transaction(land.session) as session:
            stalls = Stalls(session)
            vendor = session.get(Vendor, land.vendor_id)
            shelf = stalls.category(f"shelf-{code.lower()}", "Quả", "Fruit")
            farm = {"farm_id": land.farm_id, "lot_id": lot_id}
            return stalls.goods(vendor, shelf, code, traced=False, **farm).code

    assert sold() == [[], [], []]
    honey = offer("PRD-811", other.id)
    assert sold() == [[], [], [honey]]
    fruit = offer("PRD-812", lot.id)
    assert sold() == [[fruit], [fruit], [honey]]


def test_a_unit_leads_to_its_own_events(client, land):
    lot = card(land, land.harvest(gtin=GTIN))
    wish = Wish(Template.STICKER, count=1, dpi=300, serials=True, net="500 g")
    land.run(print_labels, lot.id, wish=wish, root=ROOT, actor=land.owner)
    path = f"{BASE}/10/{lot.code}/21/ABCDEFGH2345"
    entry = linkset(client, path)[path]
    name = quote(f"https://id.gs1.org{BASE}/21/ABCDEFGH2345", safe="")
    assert hrefs(entry, "epcis") == [
        (f"{ROOT}/epcis/v2/events?MATCH_anyEPC={name}", "application/json")
    ]


def test_a_recalled_lot_leads_to_its_recall(app, client, app_session, now):
    case = open_case(app.extensions["sessionmaker"], now)
    lot = app_session.get(Lot, case.market.lot)
    path = f"/t/{lot.trace_code}"
    assert hrefs(linkset(client, path)[path], "recallStatus") == [(ROOT + path, "text/html")]
    drill = case.open(drill=True)
    case.act(drill)
    assert hrefs(linkset(client, path)[path], "recallStatus") == [(ROOT + path, "text/html")]
    recall = case.open()
    case.act(recall)
    code = case.card(recall).code
    entry = linkset(client, path)[path]
    assert hrefs(entry, "recallStatus") == [
        (f"{ROOT}/recalls/{code}", "text/html"),
        (f"{ROOT}/recalls/{code}.json", "application/json"),
    ]
    for href, _kind in hrefs(entry, "recallStatus"):
        assert client.get(f"{href}?linkType=gs1:recallStatus").status_code == 200
    # A scan leads to the page of the lot, which says so first.
    assert entry[VOC + "defaultLink"][0]["href"] == ROOT + path
    assert hrefs(entry, "hasRetailers") == []


def test_all_links_cost_a_few_statements(client, land, statements):  # noqa: F811
    lot = card(land, land.harvest(gtin=GTIN))
    land.run(sign_when_due, origin="localhost/trace", office="")
    for path in (f"{BASE}/10/{lot.code}", f"/t/{lot.trace_code}"):
        statements.clear()
        linkset(client, path)
        assert len(statements) <= 9, statements
