"""The worker is killed over a large document of events: the next one stores the rest, once."""

import json
import os
import signal

import httpx
import pytest
import sqlalchemy as sa

from shop.sessions import open_sessions
from tests.fault.running import environ_of, serving, wait_until
from tests.traceability.land import Land
from tests.traceability.partners import document, event, token
from traceability.models import CaptureJob, TraceEvent

MANY = 5_000


@pytest.mark.fault
def test_a_document_survives_the_worker_that_was_at_it(sqlite_url, tmp_path, settings):
    maker = open_sessions(settings)
    with maker() as session:
        bearer = {"Authorization": f"Bearer {token(Land(session))}"}
    body = document(*(event(eventID=f"urn:uuid:{number:036d}") for number in range(MANY)))
    with serving(environ_of(tmp_path, sqlite_url)) as market:
        sent = httpx.post(
            f"{market.address}/epcis/v2/capture",
            content=json.dumps(body),
            headers=bearer
            | {"Content-Type": "application/json", "GS1-Capture-Error-Behaviour": "proceed"},
            timeout=30,
        )
        assert sent.status_code == 202, sent.text
        path = market.address + sent.headers["Location"]

        def job():
            return httpx.get(path, headers=bearer, timeout=30).json()

        wait_until(lambda: job().get("eventsDone", MANY), 30, "some of it is stored")
        assert job()["running"], "it was done before it could be killed"
        for pid in market.worker():
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not job()["running"], 60, "the rest is stored by the next worker")
        assert job()["success"]
    with maker() as session:
        row = session.scalars(sa.select(CaptureJob)).one()
        assert (row.done, row.events, row.errors, row.document_key) == (MANY, MANY, [], None)
        ids = session.scalars(
            sa.select(TraceEvent.event_id).where(TraceEvent.partner_id.is_not(None))
        )
        assert len(ids.all()) == MANY
    assert list((tmp_path / "files").rglob("captures/*.json")) == []
