"""EPC URNs of an event written as Digital Links: the other way would need GS1's list of prefixes."""

import json
from typing import Any

from traceability.epcis.ids import canonical_id

_LISTS = {"epcList", "childEPCs", "inputEPCList", "outputEPCList"}
_SINGLE = {"parentID", "transformationID", "epcClass", "source", "destination", "bizTransaction"}
_PLACES = {"readPoint", "bizLocation"}


def as_digital_links(body: str) -> str:
    """Return canonical JSON of an event with its identifiers as Digital Links."""
    if '"urn:epc:' not in body:
        return body
    return json.dumps(
        _translated(json.loads(body)), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def _translated(event: dict[str, Any]) -> dict[str, Any]:
    return {name: _field(name, value) for name, value in event.items()}


def _field(name: str, value: Any) -> Any:
    if name in _LISTS:
        return [canonical_id(each) for each in value]
    if name in _SINGLE and isinstance(value, str):
        return canonical_id(value)
    if name in _PLACES:
        return {**value, "id": canonical_id(value["id"])}
    # Elements of quantity lists, transactions, sources and destinations.
    if name.endswith("List") and isinstance(value, list):
        return [_translated(each) if isinstance(each, dict) else each for each in value]
    return value
