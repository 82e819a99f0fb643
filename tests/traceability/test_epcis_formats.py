"""GS1-EPC-Format: identifiers as Digital Links (the default), or as they were told."""

import json
import re

import pytest

from tests.traceability.partners import Partner, event, events_in, token
from tests.traceability.test_epcis_rules import files, needs_data
from traceability.epcis.checking import read_document
from traceability.epcis.reading import canonical_json, content_of, read_event
from traceability.epcis.translating import as_digital_links

ALWAYS, NEVER, ANY = "Always_GS1_Digital_Link", "Never_Translates", "No_Preference"
SSCC, AS_LINK = "urn:epc:id:sscc:8936012.1300000001", "https://id.gs1.org/00/189360123000000014"
# Told on a host of its own, with a lot beside the serial number.
OWN = "https://tx.nongsan.example/01/08936012345681/10/L1/21/S-7"
GIAI = "urn:epc:id:giai:8936012.thermo-7"


@pytest.fixture
def partner(client, app_land):
    return Partner(client, token(app_land))


TOLD = {
    "epcList": [SSCC, OWN],
    "quantityList": [{"epcClass": "urn:epc:class:lgtin:8936012.034568.L1", "quantity": 2}],
    "readPoint": {"id": "urn:epc:id:sgln:8936012.34001.LO-A7"},
    "bizLocation": {"id": "urn:epc:id:sgln:8936012.34001.0"},
    "bizTransactionList": [{"type": "desadv", "bizTransaction": "urn:epc:id:gdti:8936012.10000.7"}],
    "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:8936012.34001"}],
    "sensorElementList": [
        {
            "sensorMetadata": {"deviceID": GIAI},
            "sensorReport": [{"type": "Temperature", "value": 4, "uom": "CEL", "deviceID": GIAI}],
        }
    ],
}


def shown(partner, wanted, path="/events"):
    answer = partner.get(path, headers={"GS1-EPC-Format": wanted} if wanted else {})
    assert answer.status_code == 200
    assert answer.headers["GS1-EPC-Format"] == (wanted or ALWAYS)
    assert "GS1-EPC-Format" in answer.headers["Vary"]
    (told,) = events_in(answer)
    return told


def test_every_urn_becomes_a_digital_link_and_nothing_else_is_touched(partner):
    assert partner.send("/events", event(**TOLD)).status_code == 201
    for wanted in ("", ALWAYS):
        told = shown(partner, wanted)
        assert told["epcList"] == [AS_LINK, OWN]
        (part,) = told["quantityList"]
        assert part["epcClass"] == "https://id.gs1.org/01/08936012345681/10/L1"
        assert told["readPoint"]["id"].endswith("/254/LO-A7")
        assert "/254/" not in told["bizLocation"]["id"]
        text = json.dumps(told)
        assert "urn:epc:" not in text
        assert text.count("https://id.gs1.org/8004/8936012thermo-7") == 2
    for wanted in (NEVER, ANY):
        told = shown(partner, wanted)
        assert {name: told[name] for name in TOLD} == TOLD


def test_the_form_holds_for_one_event_and_for_events_of_a_value(partner):
    partner.send("/events", event(**TOLD))
    named = shown(partner, ALWAYS)["eventID"]
    for path in (f"/events/{named.replace('?', '%3F')}", "/bizSteps/shipping/events"):
        assert shown(partner, ALWAYS, path)["epcList"][0] == AS_LINK
        assert shown(partner, NEVER, path)["epcList"][0] == SSCC


def test_either_form_asks_for_the_same_events(partner):
    partner.send("/events", event(**TOLD))
    for name, values in {
        "MATCH_epc": (SSCC, AS_LINK, "https://elsewhere.example/00/189360123000000014"),
        "EQ_deviceID": (GIAI, "https://id.gs1.org/8004/8936012thermo-7"),
    }.items():
        for value in values:
            assert len(partner.found(**{name: value})) == 1, value


def test_lists_of_values_say_in_which_form_they_are(partner):
    partner.send("/events", event(**TOLD))
    for wanted in (ALWAYS, NEVER):
        answer = partner.get("/epcs", headers={"GS1-EPC-Format": wanted})
        assert AS_LINK in answer.json["member"]
        assert answer.headers["GS1-EPC-Format"] == ALWAYS


def test_what_cannot_be_given_is_refused_with_what_can_and_never_keeps_from_telling(partner):
    wanted = {"GS1-EPC-Format": "Always_EPC_URN"}
    for path in ("/events", "/epcs"):
        refused = partner.get(path, headers=wanted)
        assert refused.status_code == 406
        assert refused.json["type"] == "epcisException:NotAcceptableException"
        assert refused.headers["GS1-EPC-Format"] == f"{ANY}, {ALWAYS}, {NEVER}"
    told = partner.send("/events", event(epcList=[SSCC]), GS1_EPC_Format="Always_EPC_URN")
    assert told.status_code == 201


def events_of(path):
    data = json.loads(path.read_text("utf-8-sig"))
    if data.get("type") not in {"EPCISDocument", "EPCISQueryDocument"}:
        return [read_event(data)]
    document = read_document(data)
    return [read_event(one, document.prefixes) for one in document.events]


@needs_data
def test_no_event_means_anything_else_in_the_other_form():
    """Its hash, which knows both forms, is the same; no URN is left."""
    found = 0
    for path in files("capture_documents", "capture_events", "query"):
        for told in events_of(path):
            links = as_digital_links(told.body)
            assert content_of(links) == content_of(told.body), path.stem
            assert links == canonical_json(json.loads(links))
            found += links != told.body
            # Fields of others' own, such as rail:vehicle, are told as they were.
            left = re.findall(r'(?:"[A-Za-z]+":|[\[,])"urn:epc:(?:id|class|idpat):', links)
            assert left == [], path.stem
    assert found > 20
