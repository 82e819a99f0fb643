"""Stored events as they are told: an EPCISQueryDocument around bodies that are JSON already."""

import json
from collections.abc import Iterable
from datetime import datetime

from traceability.epcis.canonical import instant_text
from traceability.epcis.contexts import EPCIS
from traceability.epcis.translating import as_digital_links

DIGITAL_LINKS = "Always_GS1_Digital_Link"


def event_text(body: str, recorded_at: datetime, *, epc_format: str) -> str:
    """Return one event with its recordTime."""
    shown = as_digital_links(body) if epc_format == DIGITAL_LINKS else body
    return f'{shown[:-1]},"recordTime":"{instant_text(recorded_at)}"}}'


def query_document(
    events: Iterable[str], *, name: str, subscription_id: str = "", at: datetime
) -> str:
    """Return events as the answer to a query of a name."""
    of = {"subscriptionID": subscription_id} if subscription_id else {}
    head = json.dumps({"queryName": name, **of, "resultsBody": {"eventList": []}})
    results = head.replace('"eventList": []', f'"eventList": [{",".join(events)}]', 1)
    return (
        f'{{"@context": ["{EPCIS}"], "type": "EPCISQueryDocument", "schemaVersion": "2.0", '
        f'"creationDate": "{instant_text(at)}", "epcisBody": {{"queryResults": {results}}}}}'
    )
