"""EPC URNs of an event written as Digital Links: the other way would need GS1's list of prefixes.

Only URNs are rewritten. A Digital Link stays as it was told, with its host and all its levels: the
one form by which events are compared drops some of them.
"""

import json
from typing import Any

from traceability.epcis.ids import canonical_id
from traceability.epcis.reading import canonical_json

_LISTS = {"epcList", "childEPCs", "inputEPCList", "outputEPCList"}
_SINGLE = {
    "parentID",
    "transformationID",
    "epcClass",
    "source",
    "destination",
    "bizTransaction",
    "deviceID",
}
_PLACES = {"readPoint", "bizLocation"}
_SENSORS = {"sensorMetadata", "sensorReport"}
_URN = "urn:epc:"


def as_digital_links(body: str) -> str:
    """Return canonical JSON of an event with its identifiers as Digital Links."""
    if f'"{_URN}' not in body:
        return body
    return canonical_json(_translated(json.loads(body)))


def _translated(event: dict[str, Any]) -> dict[str, Any]:
    return {name: _field(name, value) for name, value in event.items()}


def _field(name: str, value: Any) -> Any:
    if name in _LISTS:
        return list(map(_link, value))
    if name in _SINGLE:
        return _link(value)
    if name in _PLACES:
        return {**value, "id": _link(value["id"])}
    if name in _SENSORS or name.endswith("List"):
        return _parts(value)
    return value


def _parts(value: Any) -> Any:
    """Return elements of quantities, transactions, sources, destinations and sensors."""
    if isinstance(value, list):
        return list(map(_parts, value))
    return _translated(value) if isinstance(value, dict) else value


def _link(value: Any) -> Any:
    return canonical_id(value) if isinstance(value, str) and value.startswith(_URN) else value
