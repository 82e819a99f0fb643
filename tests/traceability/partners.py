"""What the tests of the event repository share: a partner at the door, and events to tell."""

import json
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.traceability.land import NOW, Land
from traceability.epcis.contexts import EPCIS
from traceability.services.partners import Grant, make_token

ROOT = "/epcis/v2"
LOT = "https://id.gs1.org/01/08936012345681/10/P261121-03"
PALLET = "https://id.gs1.org/00/189360123000000014"
HOUSE = "https://id.gs1.org/414/8936012340013"


def token(land: Land, *, read: bool = True, capture: bool = True) -> str:
    grant = Grant("Siêu thị Hồng", may_read=read, may_capture=capture)
    return land.run(make_token, land.vendor_id, grant=grant, actor=land.owner, now=NOW)


@dataclass
class Partner:
    """A program that asks with a token."""

    client: FlaskClient
    token: str

    def headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} | more

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> TestResponse:
        return self.client.get(
            ROOT + path, query_string=query or None, headers=self.headers(headers or {})
        )

    def send(self, path: str, body: Any, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = self.headers({"Content-Type": "application/json"} | named)
        data = body if isinstance(body, bytes) else json.dumps(body)
        return self.client.post(ROOT + path, data=data, headers=sent)

    def job(self, answer: TestResponse) -> dict[str, Any]:
        assert answer.status_code == 202, answer.text
        return self.get(answer.headers["Location"].removeprefix(ROOT)).json

    def found(self, path: str = "/events", **query: Any) -> list[dict[str, Any]]:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return events_in(answer)

    def steps(self, path: str = "/events", **query: Any) -> list[str]:
        return [event.get("bizStep", "") for event in self.found(path, **query)]


def events_in(answer: TestResponse) -> list[dict[str, Any]]:
    return answer.json["epcisBody"]["queryResults"]["resultsBody"]["eventList"]


def event(**changes: Any) -> dict[str, Any]:
    """Return an event that says the pallet was shipped, with other fields where they are given."""
    told = {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "eventTime": "2026-11-21T18:00:00.000+07:00",
        "eventTimeZoneOffset": "+07:00",
        "epcList": [PALLET],
        "readPoint": {"id": HOUSE},
    } | changes
    return {name: value for name, value in told.items() if value is not None}


def document(*events: Any, **prefixes: str) -> dict[str, Any]:
    return {
        "@context": [EPCIS, prefixes],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-23T10:00:00.000+07:00",
        "epcisBody": {"eventList": list(events)},
    }
