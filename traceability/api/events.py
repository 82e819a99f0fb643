"""Events: asked for, read one by one, told one by one."""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from flask import Response, request

from kernel import clock
from kernel.db import transaction
from kernel.web.session import db
from traceability import guards
from traceability.api import paging
from traceability.api.frame import (
    DIGITAL_LINK,
    blueprint,
    epc_format,
    json_answer,
    need_text,
    read_body,
)
from traceability.epcis.asked import Condition, Known
from traceability.epcis.asking import read_query
from traceability.epcis.canonical import instant_text
from traceability.epcis.contexts import EPCIS
from traceability.epcis.errors import NoSuchResource
from traceability.epcis.translating import as_digital_links
from traceability.queries.events import (
    EventRow,
    event_named,
    find_events,
    known_prefixes,
    limited,
)
from traceability.services.capture import capture_event

SIMPLE = "SimpleEventQuery"


@blueprint.get("/events")
@guards.partner("read")
def query_events() -> Response:
    """Return the events that the parameters ask for."""
    return answer_query(paging.parameters())


@blueprint.post("/events")
@guards.partner("capture")
def tell_event() -> Response:
    """Store one event."""
    body = read_body()
    with transaction(db()) as session:
        event_id = capture_event(session, body, partner=guards.current_partner(), now=clock.now())
    made = Response(status=201)
    made.headers["Location"] = f"{blueprint.url_prefix}/events/{quote(event_id, safe='')}"
    return made


@blueprint.get("/events/<path:event_id>", merge_slashes=False)
@guards.partner("read")
def show_event(event_id: str) -> Response:
    """Return one event by its id."""
    vendor_id = guards.current_partner().vendor_id
    found = event_named(db(), need_text(event_id, "eventID"), vendor_id=vendor_id)
    if found is None:
        raise NoSuchResource(field="eventID")
    return document([found], SIMPLE)


def answer_query(
    found: dict[str, list[str]],
    *more: Condition,
    name: str = SIMPLE,
    query: Mapping[str, Sequence[str]] | None = None,
    declared: Mapping[str, str] | None = None,
) -> Response:
    """Return a page of events: parameters of the address with further conditions, or a query.

    :raises EpcisError: for what cannot be asked.
    """
    size, start = paging.page_size(found), paging.page_start(found)
    vendor_id = guards.current_partner().vendor_id
    asked = read_query(
        query if query is not None else _filters(found),
        Known(
            {**_extensions(), **(declared or {})},
            known_prefixes(db(), vendor_id=vendor_id),
        ),
    )
    page = find_events(
        db(), vendor_id=vendor_id, asked=limited(asked, *more), size=size, after=start
    )
    made = document(page.events, name)
    if page.following is not None:
        paging.lead_on(made, found, page.following)
    return made


def document(events: Sequence[EventRow], name: str) -> Response:
    """Return events as an EPCISQueryDocument; their bodies are JSON already."""
    translates = epc_format() == DIGITAL_LINK
    listed = ",".join(_written(each, translates=translates) for each in events)
    head = json.dumps({"queryName": name, "resultsBody": {"eventList": []}})
    results = head.replace('"eventList": []', f'"eventList": [{listed}]', 1)
    return json_answer(
        f'{{"@context": ["{EPCIS}"], "type": "EPCISQueryDocument", "schemaVersion": "2.0", '
        f'"creationDate": "{instant_text(clock.now())}", '
        f'"epcisBody": {{"queryResults": {results}}}}}'
    )


def _written(event: EventRow, *, translates: bool) -> str:
    body = as_digital_links(event.body) if translates else event.body
    return f'{body[:-1]},"recordTime":"{instant_text(event.record_time)}"}}'


def _filters(found: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {
        name: paging.split(values)
        for name, values in found.items()
        if name not in {"perPage", "nextPageToken"}
    }


def _extensions() -> dict[str, str]:
    """Return the prefixes that the client declares for its parameters."""
    pairs = (each.partition("=") for each in request.headers.get("GS1-Extensions", "").split(","))
    return {name.strip(): space.strip() for name, _, space in pairs if space.strip()}
