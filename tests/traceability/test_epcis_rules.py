"""Events of others are judged, named and brought into one form as the standard has it."""

import copy
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.epcis.checking import check_event, read_document
from traceability.epcis.contexts import BUILT_IN, declared
from traceability.epcis.errors import BadEvent
from traceability.epcis.hashing import event_hash, prehash
from traceability.epcis.ids import canonical_id, has_doubtful_digit, has_wrong_digit
from traceability.epcis.words import BIZ_STEPS, DISPOSITIONS, bare_word, full_word

DATA = Path(__file__).parents[3] / "shared" / "data" / "epcis"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the example files of GS1 and openEPCIS lie beside the project only"
)
# One sensor report of it has no type.
NO_TYPE = "SensorData_with_combined_events"


def files(*folders: str) -> list[Path]:
    found = [path for each in folders for path in (DATA / "openepcis" / each).glob("*.json")]
    return sorted(found)


def judge(data):
    """Hold a document, or one bare event, to the rules."""
    if data.get("type") not in {"EPCISDocument", "EPCISQueryDocument"}:
        check_event(data)
        return
    read = read_document(data)
    for index, event in enumerate(read.events):
        check_event(event, f"{read.where}[{index}]")


@needs_data
@pytest.mark.parametrize(
    "path", files("capture_documents", "capture_events", "query"), ids=lambda path: path.stem
)
def test_valid_files_are_accepted(path):
    judge(json.loads(path.read_text("utf-8-sig")))


REFUSED_AT = {
    "Combination_of_events_with_missing_mandatory_fields": "epcisBody.eventList[0].action",
    "Combination_of_multiple_invalid_fields": "epcisBody.eventList[0].bizStep",
    "Combination_of_non_standard_bizStep_and_disposition": "epcisBody.eventList[0].bizStep",
    "EPCISDocument_without_context": "@context",
    "ObjectEvent_with_ilmd_field_without_namespace": "epcisBody.eventList[0].ilmd.materialType",
    "ObjectEvent_with_invalid_certificationInfo": "epcisBody.eventList[0].certificationInfo[0]",
    "ObjectEvent_with_invalid_eventTime_format": "epcisBody.eventList[0].eventTime",
    "ObjectEvent_with_non_standard_disposition": "epcisBody.eventList[0].disposition",
    "ObjectEvent_without_action_and_eventTime": "epcisBody.eventList[0].eventTime",
    "QueryDocument_with_invalid_action": "epcisBody.queryResults.resultsBody.eventList[0].action",
}


@needs_data
@pytest.mark.parametrize(
    "path", files("capture_invalid", "query_invalid"), ids=lambda path: path.stem
)
def test_invalid_files_are_refused_and_the_field_is_named(path):
    with pytest.raises(BadEvent) as refused:
        judge(json.loads(path.read_text("utf-8-sig")))
    assert refused.value.field == REFUSED_AT[path.stem]


@needs_data
def test_the_words_are_those_of_the_standard():
    schema = json.loads((DATA / "EPCIS-JSON-Schema.json").read_text("utf-8-sig"))["definitions"]
    for name, words in (("bizStep", BIZ_STEPS), ("disposition", DISPOSITIONS)):
        (listed,) = (each["enum"] for each in schema[name]["anyOf"] if "enum" in each)
        assert set(listed) == words


def examples():
    hashes = json.loads((DATA / "examples" / "hashes.json").read_text()) if DATA.is_dir() else {}
    for name, wanted in sorted(hashes.items()):
        document = json.loads((DATA / "examples" / name).read_text())
        (event,) = document["epcisBody"]["eventList"]
        yield pytest.param(event, document["@context"], wanted, id=name)


@needs_data
@pytest.mark.parametrize(("event", "context", "wanted"), list(examples()))
def test_events_are_named_as_the_reference_names_them(event, context, wanted):
    prefixes = {**BUILT_IN, **declared(context)}
    assert prehash(event, prefixes) == wanted["prehash"]
    assert event_hash(event, prefixes) == wanted["eventID"]


SHIPPING = {
    "type": "ObjectEvent",
    "eventTime": "2026-11-21T18:00:00.1415+07:00",
    "eventTimeZoneOffset": "+07:00",
    "action": "OBSERVE",
    "bizStep": "shipping",
    "disposition": "in_transit",
    "epcList": [
        "https://tx.nongsan.example/00/189360123000000014",
        "https://tx.nongsan.example/01/08936012345681/10/L1/21/S-7?x=1",
    ],
    "quantityList": [
        {"epcClass": "https://a.example/01/08936012345674/10/H1", "quantity": 1.50, "uom": "KGM"},
        {"epcClass": "urn:epc:class:lgtin:8936012.034567.H2", "quantity": 3},
    ],
    "readPoint": {"id": "urn:epc:id:sgln:893601234001..0", "ex:door": "7"},
    "persistentDisposition": {"set": ["recalled", "damaged"]},
    "bizTransactionList": [
        {"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:8936012340013:1"},
        {"type": "desadv", "bizTransaction": "urn:epcglobal:cbv:bt:8936012340013:2"},
    ],
    "sourceList": [{"type": "owning_party", "source": "https://a.example/417/8936012340013"}],
    "sensorElementList": [
        {
            "sensorMetadata": {"time": "2026-11-21T18:00:00+07:00"},
            "sensorReport": [
                {"type": "Temperature", "value": 6.2, "uom": "CEL"},
                {"type": "RelativeHumidity", "value": 80, "uom": "A93"},
            ],
        }
    ],
    "ex:box": {"ex:colour": "red", "ex:sizes": [1, 2]},
}
PREFIXES = {**BUILT_IN, "ex": "https://ex.example/"}
NAME = event_hash(SHIPPING, PREFIXES)


def shuffled(value, chance):
    if isinstance(value, dict):
        pairs = [(k, shuffled(v, chance)) for k, v in value.items()]
        chance.shuffle(pairs)
        return dict(pairs)
    if isinstance(value, list):
        items = [shuffled(each, chance) for each in value]
        chance.shuffle(items)
        return items
    return value


@given(st.randoms(use_true_random=False))
def test_the_order_of_fields_and_lists_says_nothing(chance: random.Random):
    assert event_hash(shuffled(SHIPPING, chance), PREFIXES) == NAME


def rewritten(*pairs):
    text = json.dumps(SHIPPING)
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return json.loads(text)


@pytest.mark.parametrize(
    "pairs",
    [
        [("tx.nongsan.example", "id.gs1.org")],
        [("https://tx.nongsan.example/00/", "http://other.example/stem/00/")],
        [
            (
                "https://tx.nongsan.example/00/189360123000000014",
                "urn:epc:id:sscc:8936012.1300000001",
            )
        ],
        [("/10/L1/21/S-7?x=1", "/21/S-7")],
        [("/10/L1/21/S-7?x=1", "/22/V1/10/L2/21/S-7#f")],
        [("2026-11-21T18:00:00.1415+07:00", "2026-11-21T11:00:00.142Z")],
        [('"shipping"', '"urn:epcglobal:cbv:bizstep:shipping"')],
        [('"in_transit"', '"https://ref.gs1.org/cbv/Disp-in_transit"')],
        [('"po"', '"urn:epcglobal:cbv:btt:po"')],
        [("1.5,", "1.500,")],
        [('"value": 6.2', '"value": "06.20"')],
    ],
)
def test_the_same_said_otherwise_has_the_same_name(pairs):
    assert event_hash(rewritten(*pairs), PREFIXES) == NAME


def test_other_prefixes_for_the_same_namespace_give_the_same_name():
    other = {**BUILT_IN, "zz": "https://ex.example/"}
    assert event_hash(rewritten(("ex:", "zz:")), other) == NAME
    assert event_hash(SHIPPING, {**PREFIXES, "ex": "https://ey.example/"}) != NAME


def test_what_tells_of_the_telling_is_left_out():
    told = SHIPPING | {
        "recordTime": "2026-11-22T00:00:00Z",
        "eventID": "urn:uuid:1",
        "errorDeclaration": {"declarationTime": "2026-11-22T00:00:00Z"},
        "rdfs:comment": "a remark",
        "childEPCs": [],
    }
    assert event_hash(told, PREFIXES) == NAME
    hidden = SHIPPING | {"ex:internal": "x"}
    assert event_hash(hidden, PREFIXES) != NAME
    assert event_hash(hidden, PREFIXES, ("ex:internal",)) == NAME


def leaves(value, path=()):
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, (*path, name))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from leaves(each, (*path, index))
    else:
        yield path


@pytest.mark.parametrize("path", list(leaves(SHIPPING)), ids=lambda path: "-".join(map(str, path)))
def test_any_changed_value_gives_another_name(path):
    changed = copy.deepcopy(SHIPPING)
    place = changed
    for step in path[:-1]:
        place = place[step]
    old = place[path[-1]]
    place[path[-1]] = old + 1 if isinstance(old, int | float) else f"{old}9"
    if path == ("eventTime",):
        place[path[-1]] = "2026-11-21T18:00:00.143+07:00"
    if "time" in path:
        place[path[-1]] = "2026-11-21T18:00:01+07:00"
    if old == "https://tx.nongsan.example/01/08936012345681/10/L1/21/S-7?x=1":
        place[path[-1]] = old.replace("S-7", "S-8")
    assert event_hash(changed, PREFIXES) != NAME


@pytest.mark.parametrize(
    ("urn", "link"),
    [
        ("urn:epc:id:sgtin:0614141.107346.2017", "01/10614141073464/21/2017"),
        ("urn:epc:id:sgtin:4012345.011111.98%22", "01/04012345111118/21/98%22"),
        ("urn:epc:class:lgtin:4012345.012345.Lot987", "01/04012345123456/10/Lot987"),
        ("urn:epc:id:sgln:0614141.07346.1234", "414/0614141073467/254/1234"),
        ("urn:epc:id:sgln:4012345.00011.0", "414/4012345000115"),
        ("urn:epc:id:pgln:0614141.00000", "417/0614141000005"),
        ("urn:epc:id:gdti:4012345.11111.123", "253/4012345111118123"),
        ("urn:epc:id:sscc:4012345.3111111111", "00/340123451111111111"),
        ("urn:epc:id:grai:4012345.00022.334455", "8003/04012345000221334455"),
        ("urn:epc:id:giai:4012345.ABC345", "8004/4012345ABC345"),
        ("urn:epc:id:gsrn:4012345.0000006765", "8018/401234500000067657"),
        ("urn:epc:id:ginc:0614141.xyz47%2F11", "401/0614141xyz47%2F11"),
        ("urn:epc:id:gsin:4012345.222333444", "402/40123452223334442"),
        (
            "urn:epc:id:cpi:0614141.11111111111111-A%23%2F.1234",
            "8010/061414111111111111111-A%23%2F/8011/1234",
        ),
        ("urn:epc:id:itip:4012345.011111.01.02.987", "8006/040123451111180102/21/987"),
        ("urn:epc:id:upui:1234567.098765.51qIgY)", "01/01234567987651/235/51qIgY%29"),
        ("urn:epc:idpat:sgtin:4012345.012345.*", "01/04012345123456"),
        ("urn:epc:idpat:grai:4012345.00022.*", "8003/04012345000221"),
    ],
)
def test_urns_are_written_as_digital_links(urn, link):
    assert canonical_id(urn) == f"https://id.gs1.org/{link}"


@pytest.mark.parametrize(
    "text",
    [
        "urn:epc:id:sgtin:0614141.107346",
        "urn:epc:id:sgtin:06141.1.1",
        "urn:epc:id:nothing:1.2.3",
        "https://example.com/about/us",
        "https://nongsan.example/t/AB12CD34EF56",
        "https://example.com/01/123",
        "urn:epcglobal:cbv:bt:8936012340013:DN-1029",
        "",
    ],
)
def test_what_is_no_key_of_gs1_stays_as_it_is(text):
    assert canonical_id(text) == text


@given(st.text(max_size=60) | st.from_regex(r"(urn:epc:id:[a-z]{3,5}:|https://a/)[\d./%*]{0,40}"))
def test_any_text_has_a_form_and_the_form_is_its_own(text):
    form = canonical_id(text)
    assert canonical_id(form) == form
    has_wrong_digit(text)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("00/189360123000000014", "00/189360123000000015"),
        ("01/08936012345681", "01/08936012345682"),
        ("01/08936012345681/10/A", "01/08936012345680/10/A"),
        ("253/8936012340013PK1", "253/8936012340014PK1"),
        ("255/8936012340013", "255/8936012340014"),
        ("402/40123452223334442", "402/40123452223334443"),
        ("414/8936012340013/254/A7", "414/8936012340014/254/A7"),
        ("417/8936012340013", "417/8936012340014"),
        ("8006/040123451111180102", "8006/040123451111190102"),
        ("8017/401234500000067657", "8017/401234500000067658"),
        ("8018/401234500000067657", "8018/401234500000067658"),
    ],
)
def test_check_digits_are_held_to(right, wrong):
    assert not has_wrong_digit(f"https://tx.example/{right}")
    assert has_wrong_digit(f"https://tx.example/{wrong}")
    event = {**SHIPPING, "epcList": [f"https://tx.example/{wrong}"]}
    with pytest.raises(BadEvent) as refused:
        check_event(event)
    assert refused.value.field == "event.epcList[0]"


def test_a_returnable_crate_with_a_wrong_digit_is_taken():
    """GRAI: valid example files carry wrong ones."""
    check_event(SHIPPING | {"epcList": ["https://a.example/8003/030013450007718765"]})
    assert not has_wrong_digit("https://a.example/8003/030013450007718765")
    assert has_doubtful_digit("https://a.example/8003/030013450007718765")
    assert not has_doubtful_digit("urn:epc:id:grai:4012345.00022.334455")


def test_a_namespace_that_looks_like_a_key_is_none():
    assert not has_wrong_digit("http://www.w3.org/2000/01/rdf-schema#")


@pytest.mark.parametrize("word", ["shipping", "retail_selling"])
def test_a_word_is_the_same_bare_in_full_and_as_a_urn(word):
    full = full_word("bizStep", word)
    assert full == f"https://ref.gs1.org/cbv/BizStep-{word}"
    for form in (word, full, f"urn:epcglobal:cbv:bizstep:{word}"):
        assert bare_word("bizStep", form) == word
        check_event(SHIPPING | {"bizStep": form})


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"type": "Event"}, "event.type"),
        ({"eventTime": "2026-11-21T18:00:00"}, "event.eventTime"),
        ({"eventTime": "2026-02-30T18:00:00Z"}, "event.eventTime"),
        ({"eventTimeZoneOffset": "+25:00"}, "event.eventTimeZoneOffset"),
        ({"action": "add"}, "event.action"),
        ({"epcList": "x"}, "event.epcList"),
        ({"epcList": ["no uri"]}, "event.epcList[0]"),
        ({"epcList": ["urn:a", "urn:a"]}, "event.epcList"),
        ({"quantityList": [{"quantity": 1}]}, "event.quantityList[0].epcClass"),
        (
            {"quantityList": [{"epcClass": "urn:a", "quantity": True}]},
            "event.quantityList[0].quantity",
        ),
        ({"quantityList": [{"epcClass": "urn:a", "uom": "kg"}]}, "event.quantityList[0].uom"),
        ({"bizStep": "urn:epcglobal:cbv:bizstep:foo"}, "event.bizStep"),
        ({"persistentDisposition": {}}, "event.persistentDisposition"),
        ({"readPoint": {}}, "event.readPoint.id"),
        ({"ilmd": {"ex:a": 1}}, "event.ilmd"),
        ({"surprise": 1}, "event.surprise"),
        ({"ex:deep": [[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]}, "event"),
        ({"ex:nul": "a\x00b"}, "event"),
        ({"ex:half": "\ud800"}, "event"),
        ({"epcList": ["urn:" + "a" * 300]}, "event.epcList[0]"),
    ],
)
def test_a_broken_rule_names_its_field(changes, where):
    with pytest.raises(BadEvent) as refused:
        check_event(SHIPPING | changes)
    assert refused.value.field == where


def test_each_type_of_event_needs_its_things():
    usual = {k: SHIPPING[k] for k in ("eventTime", "eventTimeZoneOffset")}
    for event, missing in (
        ({"type": "ObjectEvent", "action": "ADD"}, "epcList"),
        ({"type": "AggregationEvent", "action": "ADD", "parentID": "urn:p"}, "childEPCs"),
        ({"type": "AssociationEvent", "action": "ADD", "childEPCs": ["urn:c"]}, "parentID"),
        ({"type": "TransactionEvent", "action": "ADD"}, "bizTransactionList"),
        ({"type": "TransformationEvent", "inputEPCList": ["urn:i"]}, "transformationID"),
    ):
        with pytest.raises(BadEvent) as refused:
            check_event(event | usual)
        assert refused.value.field == f"event.{missing}"
    check_event({"type": "AggregationEvent", "action": "DELETE", "parentID": "urn:p"} | usual)
    check_event({"type": "ex:Inspection"} | usual)
