"""Large documents are answered at once and worked off by the worker, whatever happens to it."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from kernel import clock
from kernel.db import transaction
from kernel.storage import Storage, open_storage
from shop import worker
from tests.together import at_once
from tests.traceability.land import NOW, Land
from tests.traceability.partners import ROOT, Partner, document, event, token
from tests.traceability.test_epcis_queries import FIELDS, JSON
from traceability.api import capture as capture_api
from traceability.models import CaptureJob, PartnerToken, TraceEvent
from traceability.queries import partners as asked
from traceability.rules.partners import CaptureState
from traceability.services import capture_jobs
from traceability.services.capture import IN_REQUEST, PROCEED, ROLLBACK
from traceability.services.capture_jobs import FOLDER, hand_in, key_of, sweep_documents, work_off
from traceability.services.events import write_event
from traceability.services.partners import Grant, make_token, revoke_token

MANY = IN_REQUEST + 400


def event_no(number, **changes):
    return event(eventID=f"urn:uuid:{number:036d}", **changes)


def many(*more, count=MANY):
    return document(*map(event_no, range(count)), *more)


@pytest.fixture
def partner(client, app_land):
    return Partner(client, token(app_land))


@pytest.fixture
def storage(settings):
    return open_storage(settings)


@pytest.fixture
def work(app, settings):
    """Return what the worker does in its thread."""
    step = worker.capturing(app.extensions["sessionmaker"], settings)

    def run(after=timedelta(0)):
        with clock.fixed(NOW + after):
            return step()

    return run


def path_of(answer):
    assert answer.status_code == 202, answer.text
    return answer.headers["Location"].removeprefix(ROOT)


def count_events(session):
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(TraceEvent))


def test_a_large_document_is_answered_at_once_and_stored_by_the_worker(
    partner, work, storage, app_session
):
    path = path_of(partner.send("/capture", many()))
    waiting = {
        "captureID": path.rpartition("/")[2],
        "createdAt": "2026-11-23T03:00:00.000Z",
        "running": True,
        "success": True,
        "captureErrorBehaviour": "rollback",
        "errors": [],
        "eventsTotal": MANY,
        "eventsDone": 0,
    }
    assert partner.get(path).json == waiting
    assert partner.get("/capture").json == [waiting]
    assert count_events(app_session) == 0
    assert len(list(storage.keys(FOLDER))) == 1
    assert work(timedelta(seconds=5)) == 1
    job = partner.get(path).json
    assert (job["running"], job["success"]) == (False, True)
    assert job["finishedAt"] == "2026-11-23T03:00:05.000Z"
    assert "eventsDone" not in job
    assert count_events(app_session) == MANY
    assert list(storage.keys(FOLDER)) == []
    assert work() == 0


def test_with_rollback_one_bad_event_keeps_all_out(partner, work, app_session):
    bad = event_no(MANY, bizStep="transforming")
    path = path_of(partner.send("/capture", many(bad)))
    assert work() == 1
    job = partner.get(path).json
    assert (job["running"], job["success"]) == (False, False)
    (error,) = job["errors"]
    assert error["type"] == "epcisException:ValidationException"
    assert error["instance"] == f"epcisBody.eventList[{MANY}].bizStep"
    assert count_events(app_session) == 0


def test_with_proceed_the_good_ones_are_stored(partner, work, app_session):
    bad = event_no(MANY, bizStep="transforming")
    sent = partner.send(
        "/capture", many(bad, event_no(MANY + 1)), GS1_Capture_Error_Behaviour="proceed"
    )
    path = path_of(sent)
    assert work() == 1
    job = partner.get(path).json
    assert (job["success"], len(job["errors"])) == (False, 1)
    assert count_events(app_session) == MANY + 1


def test_what_is_around_the_events_is_refused_at_once(partner, storage):
    body = many() | {"schemaVersion": "two"}
    answer = partner.send("/capture", body)
    assert answer.status_code == 400
    assert answer.json["title"].startswith("schemaVersion: ")
    assert list(storage.keys(FOLDER)) == []


def test_a_token_has_only_so_many_waiting(partner, storage, monkeypatch):
    monkeypatch.setattr(capture_jobs, "MOST_WAITING", 1)
    path_of(partner.send("/capture", many()))
    answer = partner.send("/capture", many())
    assert (answer.status_code, answer.json["type"]) == (
        503,
        "epcisException:ImplementationException",
    )
    assert len(list(storage.keys(FOLDER))) == 1


def test_a_token_that_was_withdrawn_stores_nothing_more(partner, work, app_land, app_session):
    path = path_of(partner.send("/capture", many()))
    token_id = app_session.scalar(sa.select(PartnerToken.id))
    app_land.run(revoke_token, token_id, vendor_id=app_land.vendor_id, actor=app_land.owner)
    assert work() == 1
    app_session.expire_all()
    job = app_session.get_one(CaptureJob, path.rpartition("/")[2])
    assert (job.state, job.success, job.events) == (CaptureState.FINISHED, False, 0)
    assert job.errors[0]["type"] == "epcisException:SecurityException"
    assert count_events(app_session) == 0


def test_a_document_that_cannot_be_worked_off_is_given_up_at_last(
    partner, work, storage, app_session
):
    path = path_of(partner.send("/capture", many()))
    (key,) = storage.keys(FOLDER)
    storage.delete(key)
    for minutes in range(0, 60, 6):
        assert work(timedelta(minutes=minutes)) == 0
    job = partner.get(path).json
    assert (job["running"], job["success"]) == (False, False)
    assert job["errors"][0]["title"] == "This document could not be stored. Please send it again."
    row = app_session.get_one(CaptureJob, path.rpartition("/")[2])
    assert (row.state, row.attempts) == (CaptureState.FAILED, 8)


def test_what_requests_left_behind_is_swept(app_session, storage, app_land):
    kept, left = "01KB00000000000000000000KT", "01KB00000000000000000000FT"
    whom = _partner(app_land)
    for each in (kept, left):
        storage.put(key_of(each), b"{}", "application/json")
    app_land.run(hand_in, kept, total=1, behaviour=ROLLBACK, partner=whom)
    old = NOW + timedelta(days=900)
    assert sweep_documents(app_session, storage, now=NOW - timedelta(days=900)) == 0
    assert sweep_documents(app_session, storage, now=old) == 1
    assert list(storage.keys(FOLDER)) == [key_of(kept)]


@examples(
    max_examples=40,
    deadline=None,
)
@given(
    changes=st.lists(st.dictionaries(FIELDS, JSON, max_size=3), min_size=1, max_size=3),
    behaviour=st.sampled_from([ROLLBACK, PROCEED]),
)
def test_whatever_a_document_holds_its_job_ends(partner, work, app_session, changes, behaviour):
    # So small a document would not wait.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(capture_api, "IN_REQUEST", 0)
        body = document(*(event() | each for each in changes))
        answer = partner.send("/capture", body, GS1_Capture_Error_Behaviour=behaviour)
    if answer.status_code == 400:
        return
    job_id = path_of(answer).rpartition("/")[2]
    assert work() == 1
    app_session.rollback()
    job = app_session.get_one(CaptureJob, job_id)
    assert (job.state, job.done, job.attempts) == (CaptureState.FINISHED, len(changes), 0)


# Workers that die, and several at once; on both engines.


class Memory(Storage):
    """Keeps bytes in memory."""

    def __init__(self):
        self.kept = {}

    def put(self, key, data, media_type):
        self.kept[key] = data

    def get(self, key):
        return self.kept[key]

    def exists(self, key):
        return key in self.kept

    def delete(self, key):
        self.kept.pop(key, None)

    def keys(self, prefix):
        yield from self.kept


def _partner(land):
    grant = Grant("Shop", may_read=True, may_capture=True)
    land.run(make_token, land.vendor_id, grant=grant, actor=land.owner)
    token_id = land.session.scalar(sa.select(PartnerToken.id))
    return asked.Partner(token_id, land.vendor_id, may_read=True, may_capture=True)


def _handed_in(land, behaviour, count=1200):
    storage, job_id = Memory(), "01KB00000000000000000000JB"
    storage.put(key_of(job_id), json.dumps(many(count=count)).encode(), "")
    whom = _partner(land)
    land.run(hand_in, job_id, total=count, behaviour=behaviour, partner=whom)
    return storage, job_id


class Killed(BaseException):
    """The worker dies: nothing is tidied up."""


@pytest.mark.parametrize(("behaviour", "left"), [(ROLLBACK, 0), (PROCEED, 500)])
def test_a_worker_that_dies_leaves_the_rest_to_the_next(
    session, maker, monkeypatch, behaviour, left
):
    land = Land(session)
    storage, job_id = _handed_in(land, behaviour)
    whole, steps = capture_jobs.step, []

    def dying(session, taken, part, *, start, **rest):
        steps.append(start)
        whole(session, taken, part, start=start, **rest)
        if behaviour == ROLLBACK or start:
            raise Killed

    monkeypatch.setattr(capture_jobs, "step", dying)
    with pytest.raises(Killed):
        work_off(maker, storage, clock=lambda: NOW)
    monkeypatch.setattr(capture_jobs, "step", whole)
    session.rollback()
    job = session.get_one(CaptureJob, job_id)
    assert (job.state, job.done, job.finished_at) == (CaptureState.RUNNING, left, None)
    assert count_events(session) == left
    assert work_off(maker, storage, clock=lambda: NOW) == 1
    session.rollback()
    job = session.get_one(CaptureJob, job_id)
    assert (job.state, job.done, job.events) == (CaptureState.FINISHED, 1200, 1200)
    assert job.success
    assert count_events(session) == 1200
    assert storage.kept == {}


def test_two_workers_at_one_document_store_it_once(session, maker):
    land = Land(session)
    storage, job_id = _handed_in(land, PROCEED)
    assert not [e for e in at_once(lambda _: work_off(maker, storage, clock=lambda: NOW), 3)
                if isinstance(e, Exception)]  # fmt: skip
    while work_off(maker, storage, clock=lambda: NOW + timedelta(hours=1)):
        pass
    session.rollback()
    job = session.get_one(CaptureJob, job_id)
    assert (job.state, job.done, job.events, job.errors) == (CaptureState.FINISHED, 1200, 1200, [])
    assert count_events(session) == 1200


def test_a_part_that_somebody_else_has_stored_is_not_counted_again(session, maker):
    land = Land(session)
    _, job_id = _handed_in(land, PROCEED)
    with maker() as other, transaction(other):
        taken = capture_jobs.take(other, job_id, now=NOW)
    part = capture_jobs.Judged({}, [])
    for _ in range(2):
        with maker() as other, transaction(other):
            capture_jobs.step(other, taken, part, start=0, count=500, now=NOW)
    assert session.get_one(CaptureJob, job_id).done == 500
    with maker() as other, transaction(other):
        capture_jobs.step(other, taken, part, start=500, count=500, now=NOW)
    session.rollback()
    assert session.get_one(CaptureJob, job_id).done == 1000


def test_what_is_there_already_is_no_error(session, maker):
    land = Land(session)
    storage, job_id = _handed_in(land, ROLLBACK, count=300)
    land.run(write_event, event_no(7), vendor_id=land.vendor_id)
    assert work_off(maker, storage, clock=lambda: NOW) == 1
    job = session.get_one(CaptureJob, job_id)
    assert (job.success, job.events) == (True, 299)
