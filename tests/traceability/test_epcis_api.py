"""Partners tell and read events by program, as EPCIS 2.0 binds it to HTTP."""

from datetime import timedelta
from urllib.parse import quote, unquote, urlsplit

import pytest
import sqlalchemy as sa

from kernel import clock
from tests.traceability.land import NOW, Land
from tests.traceability.partners import (
    HOUSE,
    LOT,
    PALLET,
    ROOT,
    Partner,
    document,
    event,
    events_in,
    token,
)
from traceability.models import CaptureJob, PartnerToken, TraceEvent
from traceability.services.events import write_event
from traceability.services.partners import revoke_token


@pytest.fixture
def partner(client, app_land):
    return Partner(client, token(app_land))


def problem(answer, status, name):
    assert answer.status_code == status, answer.text
    assert answer.content_type.startswith("application/problem+json")
    assert answer.json["type"] == f"epcisException:{name}"
    assert answer.json["title"]
    return answer.json["title"]


def test_a_document_is_captured_and_its_job_tells_so(partner):
    answer = partner.send("/capture", document(event(), event(bizStep="receiving")))
    assert answer.status_code == 202
    assert partner.job(answer) == {
        "captureID": answer.headers["Location"].rpartition("/")[2],
        "createdAt": "2026-11-23T03:00:00.000Z",
        "finishedAt": "2026-11-23T03:00:00.000Z",
        "running": False,
        "success": True,
        "captureErrorBehaviour": "rollback",
        "errors": [],
    }
    assert partner.steps() == ["receiving", "shipping"] or partner.steps() == [
        "shipping",
        "receiving",
    ]
    assert [job["success"] for job in partner.get("/capture").json] == [True]


DOUBTFUL, SOUND = "8003/04012345000222334455", "8003/04012345000221334455"


def test_a_doubtful_check_digit_of_a_crate_is_taken_and_told(partner):
    crates = [event(epcList=[f"https://id.gs1.org/{one}"]) for one in (SOUND, DOUBTFUL)]
    job = partner.job(partner.send("/capture", document(*crates)))
    assert (job["success"], job["errors"]) == (True, [])
    assert job["warnings"] == [
        {
            "type": "market:DoubtfulCheckDigit",
            "title": f"The check digit of this GRAI does not fit: https://id.gs1.org/{DOUBTFUL}",
            "instance": "epcisBody.eventList[1]",
        }
    ]
    assert len(partner.found()) == 2
    alone = event(bizStep="storing", epcList=[f"https://id.gs1.org/{DOUBTFUL}"])
    assert partner.send("/events", alone).status_code == 201
    (newest, _) = partner.get("/capture").json
    assert [each["instance"] for each in newest["warnings"]] == ["event"]


def test_captured_twice_it_is_there_once(partner):
    for _ in range(2):
        assert partner.job(partner.send("/capture", document(event())))["success"]
    (told,) = partner.found()
    assert told["eventID"].startswith("ni:///sha-256;")
    assert told["recordTime"] == "2026-11-23T03:00:00.000Z"


def test_one_bad_event_refuses_the_whole_document(partner):
    answer = partner.send("/capture", document(event(), event(bizStep="transforming")))
    title = problem(answer, 400, "ValidationException")
    assert title.startswith("epcisBody.eventList[1].bizStep: ")
    assert partner.found() == []


def test_with_proceed_the_good_ones_are_taken(partner):
    sent = partner.send(
        "/capture",
        document(event(), event(bizStep="transforming")),
        GS1_Capture_Error_Behaviour="proceed",
    )
    job = partner.job(sent)
    assert (job["success"], job["captureErrorBehaviour"]) == (False, "proceed")
    assert [error["type"] for error in job["errors"]] == ["epcisException:ValidationException"]
    assert job["errors"][0]["instance"] == "epcisBody.eventList[1].bizStep"
    assert partner.steps() == ["shipping"]


def test_an_id_names_one_event_for_good(partner):
    first = event(eventID="urn:uuid:00000000-0000-0000-0000-000000000001")
    assert partner.job(partner.send("/capture", document(first)))["success"]
    other = first | {"bizStep": "receiving"}
    job = partner.job(partner.send("/capture", document(other, event(bizStep="storing"))))
    assert not job["success"]
    assert job["errors"][0]["type"] == "epcisException:ResourceAlreadyExistsException"
    assert partner.steps() == ["shipping"]


def test_nobody_takes_the_name_of_an_event_it_did_not_tell(partner):
    """A false id in the form of a hash must not hide the event whose hash it is."""
    partner.send("/events", event())
    (told,) = partner.found()
    lie = event(bizStep="receiving", eventID=told["eventID"])
    assert not partner.job(partner.send("/capture", document(lie)))["success"]


def test_an_error_is_declared_beside_what_was_told(partner):
    partner.send("/events", event())
    wrong = event(
        errorDeclaration={
            "declarationTime": "2026-11-22T00:00:00Z",
            "reason": "did_not_occur",
            "correctiveEventIDs": ["urn:uuid:2"],
        }
    )
    assert partner.send("/events", wrong).status_code == 201
    assert len(partner.found()) == 2
    for query in (
        {"EXISTS_errorDeclaration": "true"},
        {"GE_errorDeclarationTime": "2026-11-22T00:00:00Z"},
        {"LT_errorDeclaration_Time": "2026-11-22T00:00:01Z"},
        {"EQ_errorReason": "urn:epcglobal:cbv:er:did_not_occur"},
        {"EQ_correctiveEventID": "urn:uuid:2"},
    ):
        assert len(partner.found(**query)) == 1, query


WRONG = {"declarationTime": "2026-11-22T00:00:00Z", "reason": "did_not_occur"}


def test_nobody_declares_wrong_what_somebody_else_told(client, partner, app_land):
    """Neither what the house told of its lots nor what another partner did."""
    app_land.run(write_event, event(bizStep="storing"), vendor_id=app_land.vendor_id)
    Partner(client, token(app_land)).send("/events", event())
    of_house, of_other = (
        event(bizStep="storing") | {"errorDeclaration": WRONG},
        event(errorDeclaration=WRONG),
    )
    for lie in (of_house, of_other):
        problem(partner.send("/events", lie), 403, "SecurityException")
        job = partner.job(partner.send("/capture", document(lie)))
        assert job["errors"] == [
            {
                "type": "epcisException:SecurityException",
                "title": "Only who told this event can declare it wrong.",
                "status": 403,
                "instance": "epcisBody.eventList[0].errorDeclaration",
            }
        ]
    assert partner.found(EXISTS_errorDeclaration="true") == []
    assert len(partner.found()) == 2
    sent = document(of_house, event(bizStep="receiving"))
    job = partner.job(partner.send("/capture", sent, GS1_Capture_Error_Behaviour="proceed"))
    assert (job["success"], len(job["errors"])) == (False, 1)
    assert sorted(partner.steps()) == ["receiving", "shipping", "storing"]


def test_one_document_tells_an_event_and_declares_it_wrong(partner):
    told = event(eventID="urn:uuid:00000000-0000-0000-0000-000000000001")
    wrong = told | {"errorDeclaration": WRONG}
    assert partner.job(partner.send("/capture", document(told, wrong)))["success"]
    assert partner.job(partner.send("/capture", document(told, wrong)))["success"]
    # What is not here was told elsewhere: GS1's own examples declare such events wrong.
    elsewhere = event(bizStep="storing", errorDeclaration=WRONG)
    assert partner.job(partner.send("/capture", document(elsewhere)))["success"]
    assert len(partner.found(EXISTS_errorDeclaration="true")) == 2


def test_one_event_is_told_and_found_by_its_id(partner):
    answer = partner.send("/events", event())
    assert answer.status_code == 201
    path = answer.headers["Location"].removeprefix(ROOT)
    assert [each["bizStep"] for each in events_in(partner.get(path))] == ["shipping"]
    problem(partner.send("/events", event()), 409, "ResourceAlreadyExistsException")
    problem(
        partner.get("/events/" + quote("urn:uuid:none", safe="")), 404, "NoSuchResourceException"
    )


def test_a_document_of_one_event_may_be_sent_as_an_event(partner):
    assert partner.send("/events", document(event())).status_code == 201
    problem(partner.send("/events", document(event(), event())), 400, "ValidationException")


def test_an_answer_is_a_document_that_could_be_captured(partner):
    own = event(**{"ex:box": "B-1"})
    partner.send("/capture", document(own, ex="https://ex.example/"))
    answer = partner.get("/events")
    assert answer.json["type"] == "EPCISQueryDocument"
    assert events_in(answer)[0]["@context"] == {"ex": "https://ex.example/"}
    assert partner.job(partner.send("/capture", answer.json))["success"]
    assert len(partner.found()) == 1


def test_pages_lead_on_until_there_is_nothing_more(partner):
    steps = [event(eventTime=f"2026-11-21T18:00:{second:02}Z") for second in range(7)]
    partner.send("/capture", document(*steps))
    for query in ({}, {"orderBy": "eventTime", "orderDirection": "ASC"}, {"orderBy": "recordTime"}):
        seen, answer, pages = [], partner.get("/events", perPage=3, **query), 0
        while True:
            seen += [each["eventTime"] for each in events_in(answer)]
            pages += 1
            if "Link" not in answer.headers:
                break
            assert answer.headers["GS1-Next-Page-Token-Expires"] == "2026-11-23T04:00:00.000Z"
            link = answer.headers["Link"].removeprefix("<").partition(">")[0]
            answer = partner.client.get(
                f"{urlsplit(link).path}?{urlsplit(link).query}", headers=partner.headers({})
            )
        assert (pages, len(seen), len(set(seen))) == (3, 7, 7), query


def test_a_page_of_another_question_or_of_long_ago_is_not_shown(partner):
    partner.send("/capture", document(event(), event(bizStep="storing")))
    answer = partner.get("/events", perPage=1)
    page = answer.headers["Link"].partition("nextPageToken=")[2].partition(">")[0]
    for query in ({"nextPageToken": page, "EQ_action": "ADD"}, {"nextPageToken": "x"}):
        problem(partner.get("/events", **query), 400, "QueryParameterException")
    with clock.fixed(NOW + timedelta(hours=2)):
        late = partner.get("/events", perPage=1, nextPageToken=unquote(page))
        problem(late, 400, "QueryParameterException")
    assert partner.get("/events", perPage=1, nextPageToken=unquote(page)).status_code == 200


def test_a_query_is_kept_run_and_forgotten(partner):
    partner.send("/capture", document(event(), event(bizStep="storing")))
    query = {"eventType": ["ObjectEvent"], "EQ_bizStep": ["shipping", "receiving"]}
    body = {"name": "moved", "query": query}
    answer = partner.send("/queries", body)
    assert (answer.status_code, answer.headers["Location"]) == (201, f"{ROOT}/queries/moved")
    problem(partner.send("/queries", body), 409, "ResourceAlreadyExistsException")
    assert partner.get("/queries/moved").json == body
    assert partner.get("/queries").json == [body]
    ran = partner.get("/queries/moved/events")
    assert ran.json["epcisBody"]["queryResults"]["queryName"] == "moved"
    assert [each["bizStep"] for each in events_in(ran)] == ["shipping"]
    # The query says what is asked for: a filter beside it would be passed over unseen.
    narrower = partner.get("/queries/moved/events", EQ_action="ADD")
    problem(narrower, 400, "QueryParameterException")
    forgotten = partner.client.delete(f"{ROOT}/queries/moved", headers=partner.headers({}))
    assert forgotten.status_code == 204
    problem(partner.get("/queries/moved"), 404, "NoSuchNameException")


@pytest.mark.parametrize(
    ("resource", "value", "steps"),
    [
        ("eventTypes", "ObjectEvent", ["shipping", "storing"]),
        ("bizSteps", "https://ref.gs1.org/cbv/BizStep-storing", ["storing"]),
        ("dispositions", "urn:epcglobal:cbv:disp:in_transit", ["shipping", "storing"]),
        ("readPoints", "urn:epc:id:sgln:893601234001..0", ["shipping"]),
        ("bizLocations", "https://shop.example/414/8936012340020", ["storing"]),
        ("epcs", PALLET, ["shipping", "storing"]),
    ],
)
def test_values_lead_to_their_events(partner, resource, value, steps):
    stored = event(
        bizStep="storing",
        eventTime="2026-11-22T18:00:00Z",
        readPoint=None,
        bizLocation={"id": "https://id.gs1.org/414/8936012340020"},
    )
    partner.send("/capture", document(event(), stored))
    assert partner.get(f"/{resource}").json["type"] == "Collection"
    place = f"/{resource}/{quote(value, safe='')}"
    assert partner.get(place).json["member"] == ["events"]
    assert sorted(partner.steps(f"{place}/events")) == steps
    assert partner.steps(f"{place}/events", EQ_action="ADD") == []


def test_lists_of_values_hold_the_words_of_the_standard_and_what_occurs(partner):
    partner.send("/events", event(bizStep="https://ex.example/steps/drying"))
    steps = partner.get("/bizSteps", perPage=1000).json["member"]
    assert len(steps) == 42
    assert "https://ex.example/steps/drying" in steps
    first = partner.get("/bizSteps", perPage=40)
    assert len(first.json["member"]) == 40
    assert "Link" in first.headers
    assert partner.get("/epcs").json["member"] == [PALLET]
    assert partner.get("/readPoints").json["member"] == [HOUSE]
    assert partner.get("/bizLocations").json["member"] == []
    problem(partner.get("/epcs/urn:none"), 404, "NoSuchResourceException")
    assert "events" in partner.get("/").json["member"]


def test_versions_forms_and_limits_are_told(partner):
    answer = partner.client.options(f"{ROOT}/capture")
    assert answer.status_code == 204
    assert set(answer.allow) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert answer.headers["GS1-EPCIS-Capture-Limit"] == "5000"
    assert answer.headers["GS1-EPCIS-Capture-File-Size-Limit"] == str(16 * 1024 * 1024)
    for path in ("/events", "/queries/x", "/epcs/x/events", "/nextPageToken/x", "/"):
        told = partner.client.options(ROOT + path)
        assert (told.status_code, told.headers["GS1-EPCIS-Version"]) == (204, "2.0.0"), path
        assert "OPTIONS" in told.allow


@pytest.mark.parametrize(
    ("headers", "status", "name"),
    [
        ({"Accept": "application/xml"}, 406, "NotAcceptableException"),
        ({"GS1-EPCIS-Min": "2.1"}, 406, "NotAcceptableException"),
        ({"GS1-EPCIS-Max": "1.2"}, 406, "NotAcceptableException"),
        ({"GS1-CBV-Version": "nonsense"}, 406, "NotAcceptableException"),
        ({"GS1-EPC-Format": "Always_EPC_URN"}, 406, "NotAcceptableException"),
        ({"Authorization": "Bearer wrong"}, 401, "SecurityException"),
        ({"Authorization": "Basic x"}, 401, "SecurityException"),
    ],
)
def test_what_a_client_cannot_take_is_refused(partner, headers, status, name):
    problem(partner.get("/events", headers=headers), status, name)


def test_bodies_and_addresses_have_bounds(partner, monkeypatch):
    problem(partner.send("/capture", b"<epcis/>"), 400, "ValidationException")
    problem(
        partner.send("/capture", document(), Content_Type="application/xml"),
        415,
        "UnsupportedMediaTypeException",
    )
    problem(partner.get("/events", EQ_eventID="x" * 8001), 414, "URITooLongException")
    many = partner.send("/capture", document(*[event()] * 5001))
    problem(many, 413, "CaptureLimitExceededException")
    huge = partner.send("/capture", b" " * (16 * 1024 * 1024 + 1))
    problem(huge, 413, "CaptureLimitExceededException")
    problem(partner.get("/nowhere"), 404, "NoSuchResourceException")


def test_urns_are_shown_as_digital_links_unless_the_client_wants_them_as_they_were(partner):
    partner.send("/events", event(epcList=["urn:epc:id:sscc:8936012.1300000001"]))
    (shown,) = partner.found()
    assert shown["epcList"] == ["https://id.gs1.org/00/189360123000000014"]
    kept = partner.get("/events", headers={"GS1-EPC-Format": "Never_Translates"})
    assert events_in(kept)[0]["epcList"] == ["urn:epc:id:sscc:8936012.1300000001"]


def test_a_token_reads_and_tells_for_its_vendor_only(client, app_land, app_session):
    other = Land(app_session, "V02")
    mine, theirs = Partner(client, token(app_land)), Partner(client, token(other))
    mine.send("/events", event())
    assert theirs.found() == []
    assert theirs.get("/epcs").json["member"] == []
    (told,) = mine.found()
    problem(
        theirs.get("/events/" + quote(told["eventID"], safe="")), 404, "NoSuchResourceException"
    )
    # What one vendor's partner told keeps nobody else's from telling the same.
    assert theirs.send("/events", event()).status_code == 201
    row = app_session.scalars(sa.select(TraceEvent).limit(1)).one()
    assert row.partner_id is not None


def test_a_token_allows_what_was_granted_and_ends_when_revoked(client, app_land, app_session):
    reader = Partner(client, token(app_land, capture=False))
    teller = Partner(client, token(app_land, read=False))
    problem(reader.send("/events", event()), 403, "SecurityException")
    problem(reader.send("/capture", document(event())), 403, "SecurityException")
    problem(teller.get("/events"), 403, "SecurityException")
    assert teller.send("/events", event()).status_code == 201
    assert len(reader.found()) == 1
    for row in app_session.scalars(sa.select(PartnerToken.id)).all():
        app_land.run(revoke_token, row, vendor_id=app_land.vendor_id, actor=app_land.owner, now=NOW)
    problem(reader.get("/events"), 401, "SecurityException")
    assert app_session.scalar(sa.select(sa.func.count()).select_from(CaptureJob)) == 1


LOT_EVENT = event(epcList=None, quantityList=[{"epcClass": LOT, "quantity": 20, "uom": "KGM"}])


def test_jobs_are_those_of_the_token(client, app_land):
    one, two = Partner(client, token(app_land)), Partner(client, token(app_land))
    answer = one.send("/capture", document(LOT_EVENT))
    assert two.get("/capture").json == []
    problem(two.get(answer.headers["Location"].removeprefix(ROOT)), 404, "NoSuchResourceException")
