"""One thing by any of its names: queries find events whichever address of ours they tell."""

import json
from dataclasses import replace
from urllib.parse import quote

import pytest

from kernel.db import transaction
from tests.traceability.land import NOW
from tests.traceability.packhouse import Packhouse
from tests.traceability.partners import Partner, document, event, events_in, token
from traceability.epcis.asked import Asked, ThingIn
from traceability.gs1.ids import own_forms, own_path
from traceability.models import Farm, Gs1Party, LogisticUnit, Lot, Plot, SerialUnit
from traceability.queries.events import Span, events_in_log, log_size
from traceability.queries.naming import names_of
from traceability.queries.proof.lots import lot_proof
from traceability.rules import UnitKind
from traceability.rules.labels import Template
from traceability.services import labels, lots
from traceability.services.events import write_event
from traceability.services.labels import Wish
from vendors.queries import vendor_cards

MARKET, CODES = "http://localhost", "https://id.cho.test"
ROOTS = (MARKET, CODES)
GTIN, GLN, SSCC = "08938500000010", "8938500000003", "189360123000000014"


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        (f"{MARKET}/t/AB12CD34", ("t", "AB12CD34")),
        (f"{CODES}/t/ab12cd34/", ("t", "AB12CD34")),
        ("HTTPS://ID.CHO.TEST/T/AB12CD34/ABC123", ("t", "AB12CD34", "ABC123")),
        (f"{CODES}/u/KR4TE?linkType=all#x", ("u", "KR4TE")),
        (f"{MARKET}/v/htx-thanh-khe", ("v", "htx-thanh-khe")),
        (f"{MARKET}/d/Ab1", ("d", "Ab1")),
        # Neither hosts that begin like ours nor other pages are names of ours.
        ("http://localhost.evil.test/t/AB12CD34", ()),
        (f"{MARKET}/office/AB12CD34", ()),
        (f"{MARKET}/t/", ()),
        ("https://id.gs1.org/01/08938500000010", ()),
        ("", ()),
    ],
)
def test_an_address_of_ours_is_known_however_it_is_written(text, pieces):
    assert own_path(text, ROOTS) == pieces


def test_each_form_of_an_address_is_the_same_address():
    forms = own_forms(("t", "AB12CD34"), ROOTS)
    assert f"{CODES}/t/AB12CD34" in forms
    assert "HTTP://LOCALHOST/T/AB12CD34" in forms
    assert {own_path(form, ROOTS) for form in forms} == {("t", "AB12CD34")}
    assert own_forms(("v", "htx"), ROOTS) == (f"{MARKET}/v/htx", f"{CODES}/v/htx")


class Named:
    """A vendor with and without numbers of GS1 for each kind of thing, and their events."""

    def __init__(self, session):
        self.session = session
        self.house = Packhouse(session)
        self.lot_id = self.house.harvest(gtin=GTIN)
        wish = Wish(Template.STICKER, 300, 1, serials=True)
        self.house.run(
            labels.print_labels, self.lot_id, wish=wish, root=CODES, actor=self.house.owner
        )
        self.unit_id = self.house.run(
            lots.make_unit,
            vendor_id=self.house.vendor_id,
            kind=UnitKind.CRATE,
            name="",
            actor=self.house.owner,
        )
        with transaction(session):
            session.get_one(LogisticUnit, self.unit_id).sscc = SSCC
            session.get_one(Farm, self.house.farm_id).gln = GLN
            session.add(Gs1Party(vendor_id=self.house.vendor_id, gln=GLN, changed_at=NOW))
        session.rollback()

    @property
    def names(self):
        """Return for each kind all that its one thing is called."""
        lot = self.session.get_one(Lot, self.lot_id)
        crate = self.session.get_one(LogisticUnit, self.unit_id).code
        farm = self.session.get_one(Farm, self.house.farm_id).trace_code
        plot = self.session.get_one(Plot, self.house.plot_id)
        slug = vendor_cards(self.session, [self.house.vendor_id])[self.house.vendor_id].slug
        serial = self.session.query(SerialUnit.serial).scalar()
        gs1 = "https://id.gs1.org"
        return {
            "lot": [f"{gs1}/01/{GTIN}/10/{lot.code}", *_both(f"t/{lot.trace_code}")],
            "unit": [f"{gs1}/01/{GTIN}/21/{serial}", *_both(f"t/{lot.trace_code}/{serial}")],
            "load": [f"{gs1}/00/{SSCC}", *_both(f"u/{crate}")],
            "farm": [f"{gs1}/414/{GLN}", *_both(f"p/{farm}")],
            "plot": [f"{gs1}/414/{GLN}/254/{plot.extension}", *_both(f"p/{plot.trace_code}")],
            "party": [f"{gs1}/417/{GLN}", f"{MARKET}/v/{slug}", f"{CODES}/v/{slug}"],
        }


def _both(path):
    return [f"{MARKET}/{path}", f"{CODES}/{path}", f"{CODES}/{path}".upper()]


@pytest.fixture
def named(session):
    session.info["roots"] = ROOTS
    return Named(session)


def test_every_name_of_a_thing_leads_to_all_of_them(named):
    for kind, names in named.names.items():
        found = names_of(named.session, names)
        for name in names:
            assert found[name][0] == name, kind
            assert set(names) <= set(found[name]), kind


def test_what_is_not_ours_has_no_other_name(named):
    others = [
        "https://id.gs1.org/01/08938500000027/10/X",
        "urn:uuid:1",
        "https://x.test/t/AB12CD34",
    ]
    assert names_of(named.session, others) == {other: (other,) for other in others}
    assert names_of(named.session, []) == {}


@pytest.fixture
def settings(settings):
    return replace(settings, resolver_url=CODES)


@pytest.fixture
def shown(app, app_session):
    return Named(app_session)


@pytest.fixture
def partner(client, shown):
    return Partner(client, token(shown.house))


def told_of(kind, name):
    """Return an event that names one thing, place or party so."""
    changed = {
        "lot": {"epcList": None, "quantityList": [{"epcClass": name, "quantity": 1, "uom": "KGM"}]},
        "unit": {"epcList": [name]},
        "load": {"epcList": [name]},
        "farm": {"readPoint": {"id": name}},
        "plot": {"bizLocation": {"id": name}},
        "party": {"sourceList": [{"type": "owning_party", "source": name}]},
    }
    return event(**changed[kind])


ASKED = {
    "lot": ("MATCH_anyEPCClass", "MATCH_epcClass"),
    "unit": ("MATCH_anyEPC", "MATCH_epc"),
    "load": ("MATCH_anyEPC", "MATCH_epc"),
    "farm": ("EQ_readPoint", "WD_readPoint"),
    "plot": ("EQ_bizLocation", "WD_bizLocation"),
    "party": ("EQ_source_owning_party",),
}


@pytest.mark.parametrize("kind", ASKED)
def test_a_query_finds_events_by_each_name_whichever_they_tell(shown, partner, kind):
    names = shown.names[kind]
    events = [told_of(kind, name) for name in names]
    assert partner.send("/capture", document(*events)).status_code == 202
    # A label's address is asked with a query behind it, a GTIN at any host.
    asked = [*names, f"{names[1]}?linkType=gs1:traceability"]
    asked += [name.replace("https://id.gs1.org", MARKET) for name in names[:1]]
    for parameter in ASKED[kind]:
        for name in asked:
            # They are told as they were told.
            told = partner.get(
                "/events",
                {"GS1-EPC-Format": "Never_Translates"},
                **{parameter: name, "EQ_bizStep": "shipping"},
            )
            assert sorted(map(_text, events_in(told))) == sorted(map(_text, events)), name


def _text(told):
    bare = {key: value for key, value in told.items() if key not in {"eventID", "recordTime"}}
    return json.dumps(bare, sort_keys=True)


@pytest.mark.parametrize("kind", ["lot", "load"])
def test_the_events_of_one_thing_are_found_under_each_of_its_names(shown, partner, kind):
    first, *others = shown.names[kind]
    assert partner.send("/events", told_of(kind, first)).status_code == 201
    for name in others:
        assert "shipping" in partner.steps(f"/epcs/{quote(name, safe='')}/events")
    assert partner.get(f"/epcs/{quote(f'{MARKET}/t/NOSUCH', safe='')}/events").status_code == 404


def test_what_is_told_of_the_address_on_the_label_stands_on_the_page_and_in_its_proof(
    shown, client, partner
):
    lot = shown.session.get_one(Lot, shown.lot_id)
    label = f"{CODES}/t/{lot.trace_code}".upper()
    told = partner.send("/events", told_of("lot", label) | {"bizStep": "receiving"})
    assert told.status_code == 201
    page = client.get(f"/t/{lot.trace_code}?lang=en").get_data(as_text=True)
    assert "Arrived" in page[page.index('class="timeline"') :]
    shown.session.rollback()
    proof = lot_proof(shown.session, trace_code=lot.trace_code, root=MARKET)
    assert proof.waiting == 2


def test_a_subscription_is_sent_what_names_a_thing_otherwise(named):
    """What is due is read from the log by the same names."""
    lot, other, *_ = named.names["lot"]
    body = told_of("lot", other)
    named.house.run(write_event, body, vendor_id=named.house.vendor_id)
    named.session.rollback()
    asked = Asked((ThingIn((), None, (lot,)),))
    span = Span(0, log_size(named.session))
    found = events_in_log(
        named.session, vendor_id=named.house.vendor_id, asked=asked, span=span, size=9
    )
    assert [json.loads(row.body)["bizStep"] for _, row in found] == ["commissioning", "shipping"]
