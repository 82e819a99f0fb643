"""Every parameter of a query finds what it should, whichever way the value is written."""

import json
import shutil
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel import clock
from kernel.settings import Settings
from shop.factory import create_app
from tests.conftest import DATA_KEY, FINGERPRINT_KEY, NOW
from tests.traceability.land import Land
from tests.traceability.partners import HOUSE, LOT, PALLET, ROOT, Partner, document, event, token
from traceability.epcis.asked import Asked, Known
from traceability.epcis.asking import read_query
from traceability.epcis.checking import read_document
from traceability.epcis.errors import QueryTooLarge
from traceability.models import Farm, PartnerToken, Plot
from traceability.queries.events import event_values, find_events, known_prefixes
from traceability.queries.partners import Partner as Teller
from traceability.services.capture import capture_document
from traceability.services.events import write_event

DATA = Path(__file__).parents[3] / "shared" / "data" / "epcis"
PLOT = "https://id.gs1.org/414/8936012340006/254/LO-A7"
FARM = "https://id.gs1.org/414/8936012340006"
HARVEST_LOT = "https://id.gs1.org/01/08936012345674/10/H261120-A7"
UNIT = "https://id.gs1.org/01/08936012345681/21/S-1"
STORY = document(
    event(
        action="ADD",
        bizStep="commissioning",
        disposition="active",
        eventTime="2026-11-20T07:30:00+07:00",
        epcList=None,
        quantityList=[{"epcClass": HARVEST_LOT, "quantity": 850, "uom": "KGM"}],
        readPoint={"id": PLOT},
        bizLocation={"id": PLOT},
        ilmd={
            "cbvmda:lotNumber": "H261120-A7",
            "cbvmda:harvestEndDate": "2026-11-20",
            "ns:soil": {"ns:ph": 6.5, "ns:tested": "2026-11-01T00:00:00+07:00"},
        },
        **{"ns:brix": 18.5, "ns:team": {"ns:lead": "A"}},
    ),
    event(
        type="TransformationEvent",
        action=None,
        bizStep="packing",
        disposition="active",
        eventTime="2026-11-21T14:00:00+07:00",
        epcList=None,
        inputQuantityList=[{"epcClass": HARVEST_LOT, "quantity": 850, "uom": "KGM"}],
        outputQuantityList=[{"epcClass": LOT, "quantity": 800}],
        outputEPCList=[UNIT],
        transformationID="https://id.gs1.org/253/8936012340013PK2611",
        **{"ns:brix": 17},
    ),
    event(
        type="AggregationEvent",
        action="ADD",
        bizStep="loading",
        disposition="in_progress",
        eventTime="2026-11-21T15:00:00+07:00",
        epcList=None,
        parentID=PALLET,
        childEPCs=[UNIT],
        childQuantityList=[{"epcClass": LOT, "quantity": 200}],
    ),
    event(
        persistentDisposition={"set": ["completeness_verified"], "unset": ["reserved"]},
        bizTransactionList=[
            {"type": "desadv", "bizTransaction": "urn:epcglobal:cbv:bt:8936012340013:DN-1029"}
        ],
        sourceList=[{"type": "owning_party", "source": "https://id.gs1.org/417/8936012340013"}],
        destinationList=[{"type": "location", "destination": "urn:epc:id:sgln:893601234002..0"}],
        sensorElementList=[
            {
                "sensorMetadata": {
                    "startTime": "2026-11-21T18:00:00+07:00",
                    "endTime": "2026-11-21T19:00:00+07:00",
                    "deviceID": "urn:epc:id:giai:8936012.T-1",
                    "bizRules": "https://ns.example/rules/cold",
                },
                "sensorReport": [
                    {"type": "Temperature", "value": 6.2, "uom": "CEL"},
                    {"type": "ex:Door", "booleanValue": True, "stringValue": "shut"},
                ],
            }
        ],
    ),
    ns="https://nongsan.example/voc/",
)
ALL = {"commissioning", "packing", "loading", "shipping"}


@pytest.fixture(scope="module")
def doors(sqlite_template, tmp_path_factory):
    """Two partners of two vendors for all questions of this module: one reads, one is fuzzed."""
    place = tmp_path_factory.mktemp("questions")
    shutil.copy(sqlite_template, place / "market.db")
    made = Settings(
        market_env="demo",
        instance_path=place,
        secret_key="a secret of the tests, long enough",
        data_keys=(DATA_KEY,),
        fingerprint_key=FINGERPRINT_KEY,
        database_url=f"sqlite:///{place / 'market.db'}",
        public_url="http://localhost",
        testing=True,
    )
    with clock.fixed(NOW):
        app = create_app(made)
        with app.extensions["sessionmaker"]() as session:
            tokens = [token(Land(session, code)) for code in ("V01", "V02")]
        asking, fuzzed = (Partner(app.test_client(), each) for each in tokens)
        assert asking.job(asking.send("/capture", STORY))["success"]
        yield asking, fuzzed


@pytest.fixture
def partner(doors, now):
    return doors[0]


@pytest.fixture
def fuzzed(doors, now):
    return doors[1]


FOUND = [
    ({}, ALL),
    ({"eventType": "ObjectEvent"}, {"commissioning", "shipping"}),
    ({"eventType": "AggregationEvent|TransformationEvent"}, {"loading", "packing"}),
    ({"GE_eventTime": "2026-11-21T15:00:00+07:00"}, {"loading", "shipping"}),
    ({"GE_eventTime": "2026-11-21T08:00:00Z"}, {"loading", "shipping"}),
    ({"LT_eventTime": "2026-11-21T15:00:00 07:00"}, {"commissioning", "packing"}),
    ({"GE_recordTime": "2026-11-23T03:00:00Z"}, ALL),
    ({"LT_recordTime": "2026-11-23T03:00:00Z"}, set()),
    ({"EQ_action": "ADD"}, {"commissioning", "loading"}),
    ({"EQ_action": "OBSERVE|DELETE"}, {"shipping"}),
    ({"EQ_bizStep": "shipping|loading"}, {"shipping", "loading"}),
    ({"EQ_bizStep": "https://ref.gs1.org/cbv/BizStep-shipping"}, {"shipping"}),
    ({"EQ_bizStep": "urn:epcglobal:cbv:bizstep:shipping"}, {"shipping"}),
    ({"EQ_bizStep": "cbv:BizStep-shipping"}, {"shipping"}),
    ({"EQ_disposition": "urn:epcglobal:cbv:disp:active"}, {"commissioning", "packing"}),
    ({"EQ_persistentDisposition_set": "completeness_verified"}, {"shipping"}),
    ({"EQ_persistentDisposition_unset": "urn:epcglobal:cbv:disp:reserved"}, {"shipping"}),
    ({"EQ_readPoint": PLOT}, {"commissioning"}),
    ({"EQ_readPoint": "https://any.example/x/414/8936012340006/254/LO-A7"}, {"commissioning"}),
    ({"EQ_readPoint": FARM}, set()),
    ({"WD_readPoint": FARM}, {"commissioning"}),
    ({"WD_readPoint": HOUSE}, {"packing", "loading", "shipping"}),
    ({"EQ_bizLocation": "urn:epc:id:sgln:893601234000..LO-A7"}, {"commissioning"}),
    ({"WD_bizLocation": FARM}, {"commissioning"}),
    ({"EQ_transformationID": "urn:epc:id:gdti:893601234001..PK2611"}, {"packing"}),
    ({"MATCH_epc": PALLET}, {"shipping"}),
    ({"MATCH_epc": "urn:epc:id:sscc:8936012.1300000001"}, {"shipping"}),
    ({"MATCH_epc": "urn:epc:idpat:sgtin:8936012.034568.*"}, {"loading"}),
    ({"MATCH_parentID": PALLET}, {"loading"}),
    ({"MATCH_inputEPC": UNIT}, set()),
    ({"MATCH_outputEPC": UNIT}, {"packing"}),
    ({"MATCH_anyEPC": PALLET}, {"loading", "shipping"}),
    ({"MATCH_anyEPC": LOT}, set()),
    ({"MATCH_epcClass": LOT}, {"loading"}),
    ({"MATCH_inputEPCClass": HARVEST_LOT}, {"packing"}),
    ({"MATCH_outputEPCClass": "urn:epc:class:lgtin:8936012.034568.P261121-03"}, {"packing"}),
    ({"MATCH_anyEPCClass": HARVEST_LOT}, {"commissioning", "packing"}),
    ({"EQ_quantity": "850"}, {"commissioning", "packing"}),
    ({"GT_quantity": "800"}, {"commissioning", "packing"}),
    ({"LE_quantity": "200"}, {"loading"}),
    ({"EQ_quantity_KGM": "850.0"}, {"commissioning", "packing"}),
    ({"LT_quantity_KGM": "850"}, set()),
    ({"EXISTS_errorDeclaration": "true"}, set()),
    ({"EXISTS_errorDeclaration": "false"}, ALL),
    ({"EQ_bizTransaction_desadv": "urn:epcglobal:cbv:bt:8936012340013:DN-1029"}, {"shipping"}),
    ({"EQ_bizTransaction_po": "urn:epcglobal:cbv:bt:8936012340013:DN-1029"}, set()),
    (
        {
            "EQ_bizTransaction_urn:epcglobal:cbv:btt:desadv": (
                "urn:epcglobal:cbv:bt:8936012340013:DN-1029"
            )
        },
        {"shipping"},
    ),
    ({"EQ_source_owning_party": "urn:epc:id:pgln:893601234001."}, {"shipping"}),
    ({"EQ_destination_location": "https://id.gs1.org/414/8936012340020"}, {"shipping"}),
    ({"EQ_type": "Temperature"}, {"shipping"}),
    ({"EQ_type": "https://gs1.org/voc/Temperature"}, {"shipping"}),
    ({"EQ_deviceID": "https://id.gs1.org/8004/8936012T-1"}, {"shipping"}),
    ({"EQ_bizRules": "https://ns.example/rules/cold"}, {"shipping"}),
    ({"EQ_stringValue": "shut|open"}, {"shipping"}),
    ({"EQ_booleanValue": "true"}, {"shipping"}),
    ({"EQ_booleanValue": "false"}, set()),
    ({"GE_startTime": "2026-11-21T18:00:00+07:00"}, {"shipping"}),
    ({"LT_endTime": "2026-11-21T19:00:00+07:00"}, set()),
    ({"GT_value_CEL": "6"}, {"shipping"}),
    ({"GT_value_CEL": "6.2"}, set()),
    ({"EQ_ILMD_cbvmda:lotNumber": "H261120-A7"}, {"commissioning"}),
    ({"EQ_ILMD_urn:epcglobal:cbv:mda:lotNumber": "H261120-A7|X"}, {"commissioning"}),
    ({"EXISTS_ILMD_cbvmda:harvestEndDate": "true"}, {"commissioning"}),
    ({"EQ_INNER_ILMD_ns:ph": "6.50"}, {"commissioning"}),
    ({"GT_INNER_ILMD_ns:ph": "6"}, {"commissioning"}),
    ({"LT_INNER_ILMD_ns:tested": "2026-11-02T00:00:00Z"}, {"commissioning"}),
    ({"EQ_ns:brix": "17"}, {"packing"}),
    ({"EQ_https://nongsan.example/voc/brix": "17.0|18.5"}, {"packing", "commissioning"}),
    ({"GE_ns:brix": "18.5"}, {"commissioning"}),
    ({"EXISTS_ns:brix": "true"}, {"packing", "commissioning"}),
    ({"EQ_INNER_ns:lead": "A"}, {"commissioning"}),
    ({"EQ_ns:lead": "A"}, set()),
    ({"EQ_bizStep": "packing", "EQ_action": "ADD"}, set()),
    ({"EQ_bizStep": "packing", "MATCH_anyEPCClass": LOT}, {"packing"}),
]


def test_the_plots_of_a_farm_are_below_it_whatever_their_codes_are(session):
    land, other = Land(session), Land(session, "V02")
    farm, plot = (
        session.get_one(kind, key) for kind, key in ((Farm, land.farm_id), (Plot, land.plot_id))
    )
    foreign = session.get_one(Plot, other.plot_id)
    root = "http://localhost/p/"
    places = (farm.trace_code, plot.trace_code, foreign.trace_code)
    for code in places:
        told = event(readPoint={"id": root + code}, bizLocation={"id": root + code})
        land.run(write_event, told, vendor_id=land.vendor_id)

    def found(**asked):
        rows = find_events(
            session,
            vendor_id=land.vendor_id,
            asked=read_query({name: [value] for name, value in asked.items()}, Known()),
            size=9,
        ).events
        return [json.loads(row.body)["readPoint"]["id"].removeprefix(root) for row in rows]

    assert found(WD_readPoint=root + places[0]) == list(places[:2])
    assert found(WD_bizLocation=root + places[0]) == list(places[:2])
    assert found(WD_readPoint=root + places[1]) == [places[1]]
    assert found(EQ_readPoint=root + places[0]) == [places[0]]
    # The same code under another address names another place.
    assert found(WD_readPoint="https://other.example/p/" + places[0]) == []
    assert found(WD_readPoint=root + "UNKNOWN") == []


@pytest.mark.parametrize(("query", "steps"), FOUND)
def test_what_is_asked_is_found(partner, query, steps):
    assert set(partner.steps(**query)) == steps


def test_both_databases_find_the_same(session):
    land = Land(session)
    token(land)
    token_id = session.scalars(sa.select(PartnerToken.id)).one()
    who = Teller(token_id, land.vendor_id, may_read=True, may_capture=True)
    land.run(capture_document, read_document(STORY), behaviour="rollback", partner=who)
    known = Known(seen=known_prefixes(session, vendor_id=land.vendor_id))
    wrong = []
    for query, steps in FOUND:
        for order in ({}, {"orderBy": "eventTime"}, {"orderBy": "ns:brix"}):
            asked = read_query({k: v.split("|") for k, v in (query | order).items()}, known)
            found, start = set(), ()
            while start is not None:
                page = find_events(
                    session, vendor_id=land.vendor_id, asked=asked, size=3, after=start
                )
                found |= {json.loads(event.body)["bizStep"] for event in page.events}
                start = page.following
            if found != steps:
                wrong.append((query, order, found))
    assert wrong == []
    values, last = event_values(session, "bizStep", vendor_id=land.vendor_id, size=3)
    assert (values, last) == (["commissioning", "loading", "packing"], "packing")
    with pytest.raises(QueryTooLarge):
        find_events(session, vendor_id=land.vendor_id, asked=Asked(most=3), size=3)


def test_order_and_limits(partner):
    by_time = ["commissioning", "packing", "loading", "shipping"]
    up = {"orderBy": "eventTime", "orderDirection": "ASC"}
    assert partner.steps(**up) == by_time
    assert partner.steps(orderBy="eventTime") == by_time[::-1]
    assert partner.steps(**up, eventCountLimit=2) == by_time[:2]
    assert partner.steps(orderBy="ns:brix", orderDirection="ASC")[:2] == [
        "packing",
        "commissioning",
    ]
    assert len(partner.steps(maxEventCount=4)) == 4
    too_large = partner.get("/events", maxEventCount=3)
    assert (too_large.status_code, too_large.json["type"]) == (
        413,
        "epcisException:QueryTooLargeException",
    )


def test_a_limit_counts_over_pages(partner):
    answer = partner.get("/events", orderBy="eventTime", eventCountLimit=3, perPage=2)
    link = answer.headers["Link"].partition("nextPageToken=")[2].partition(">")[0]
    rest = partner.get(
        "/events", orderBy="eventTime", eventCountLimit=3, perPage=2, nextPageToken=link
    )
    assert len(rest.json["epcisBody"]["queryResults"]["resultsBody"]["eventList"]) == 1
    assert "Link" not in rest.headers


@pytest.mark.parametrize(
    "query",
    [
        {"EQ_action": "SHIPPED"},
        {"orderDirection": "SIDEWAYS"},
        {"GE_eventTime": "not-a-date"},
        {"GE_eventTime": "2026-11-21"},
        {"LT_recordTime": ""},
        {"eventType": "Nothing"},
        {"EQ_bizStep": "transforming"},
        {"EQ_disposition": "in_transport"},
        {"EQ_quantity": "many"},
        {"EQ_quantity_kg": "1"},
        {"EXISTS_errorDeclaration": "perhaps"},
        {"eventCountLimit": "5"},
        {"eventCountLimit": "0", "orderBy": "eventTime"},
        {"eventCountLimit": "5", "maxEventCount": "5", "orderBy": "eventTime"},
        {"maxEventCount": "-1"},
        {"orderBy": "colour"},
        {"perPage": "0"},
        {"perPage": "x"},
        {"nextPageToken": "x"},
        {"surprise": "1"},
        {"EQ_": "1"},
        {"EQ_ILMD_lotNumber": "1"},
        {"GT_ns:brix": "red"},
        {"MATCH_epc": "\x00"},
    ],
)
def test_what_cannot_be_asked_is_refused(partner, query):
    answer = partner.get("/events", **query)
    assert answer.status_code == 400, answer.text
    assert answer.json["type"] == "epcisException:QueryParameterException"
    (name, *_) = query
    assert name[:8] in answer.json["title"] or "\x00" in query[name] or len(query) > 1


@pytest.mark.skipif(not DATA.is_dir(), reason="the files of openEPCIS lie beside the project only")
def test_the_queries_of_openepcis(partner):
    good = json.loads((DATA / "openepcis/query_queries/SimpleEventQuery.json").read_text())
    bad = DATA / "openepcis/query_queries_invalid/Query_with_invalid_values.json"
    assert partner.send("/queries", {"name": "good", "query": good}).status_code == 201
    assert partner.get("/queries/good/events").status_code == 200
    answer = partner.send("/queries", {"name": "bad", "query": json.loads(bad.read_text())})
    assert (answer.status_code, answer.json["type"]) == (
        400,
        "epcisException:QueryValidationException",
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        "@context",
        "type",
        "eventTime",
        "eventTimeZoneOffset",
        "action",
        "bizStep",
        "disposition",
        "epcList",
        "quantityList",
        "readPoint",
        "bizLocation",
        "bizTransactionList",
        "sourceList",
        "destinationList",
        "sensorElementList",
        "ilmd",
        "persistentDisposition",
        "errorDeclaration",
        "eventID",
        "certificationInfo",
        "parentID",
        "childEPCs",
        "ex:own",
        "childQuantityList",
        "inputEPCList",
        "outputQuantityList",
        "transformationID",
        "recordTime",
        "id",
    ]
)
fuzz = settings(
    max_examples=80,
    deadline=None,
)
KINDS = ["ObjectEvent", "AggregationEvent", "TransformationEvent", "TransactionEvent", "ex:Own"]


@fuzz
@given(
    changes=st.dictionaries(FIELDS, JSON, max_size=4),
    kind=st.sampled_from(KINDS),
    behaviour=st.sampled_from(["rollback", "proceed"]),
)
def test_no_event_breaks_the_capture(fuzzed, changes, kind, behaviour):
    body = document({**event(type=kind, parentID="urn:p", childEPCs=["urn:c"]), **changes})
    answer = fuzzed.send("/capture", body, GS1_Capture_Error_Behaviour=behaviour)
    assert answer.status_code in {202, 400}, answer.text


@fuzz
@given(body=st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_body_breaks_the_doors(fuzzed, body):
    for path in ("/capture", "/events", "/queries"):
        assert fuzzed.send(path, body).status_code == 400


@fuzz
@given(changes=st.dictionaries(st.text(max_size=12), JSON, max_size=4))
def test_no_document_breaks_the_capture(fuzzed, changes):
    answer = fuzzed.send("/capture", document(event()) | changes)
    assert answer.status_code in {202, 400}, answer.text


NAMES = st.sampled_from(
    [
        "eventType",
        "GE_eventTime",
        "EQ_action",
        "EQ_bizStep",
        "WD_readPoint",
        "EQ_transformationID",
        "MATCH_epc",
        "MATCH_anyEPCClass",
        "EQ_quantity",
        "GT_quantity_KGM",
        "EQ_eventID",
        "EXISTS_errorDeclaration",
        "EQ_errorReason",
        "orderBy",
        "orderDirection",
        "eventCountLimit",
        "maxEventCount",
        "EQ_type",
        "EQ_deviceID",
        "EQ_bizTransaction_po",
        "EQ_source_x",
        "GE_value_CEL",
        "EQ_ILMD_ex:a",
        "EXISTS_INNER_ex:a",
        "perPage",
        "nextPageToken",
    ]
)


@fuzz
@given(query=st.dictionaries(NAMES | st.text(max_size=12), st.text(max_size=30), max_size=4))
def test_no_question_breaks_the_answers(fuzzed, query):
    printable = {
        k.encode("utf-8", "replace"): v.encode("utf-8", "replace") for k, v in query.items()
    }
    asked = {k.decode(): v for k, v in printable.items()}
    answer = fuzzed.client.get(f"{ROOT}/events", query_string=asked, headers=fuzzed.headers({}))
    assert answer.status_code in {200, 400, 413}, answer.text


@fuzz
@given(
    resource=st.sampled_from(["epcs", "bizSteps", "readPoints", "eventTypes", "events", "queries"]),
    path=st.text(max_size=30).map(lambda text: text.encode("utf-8", "replace").decode()),
)
def test_no_address_breaks_the_lists(fuzzed, resource, path):
    answer = fuzzed.get(f"/{resource}/{quote(path, safe='')}")
    assert answer.status_code in {200, 308, 400, 404}, answer.text
    if answer.status_code != 308:
        assert answer.content_type.startswith("application/")
