"""Whether documents and events keep the rules of EPCIS 2.0: the first that is broken is named."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel.messages import msg
from traceability.epcis import shapes
from traceability.epcis.contexts import BUILT_IN, declared
from traceability.epcis.shapes import Shape, each, record, refuse, term

MOST_THINGS = 20_000
MOST_DEPTH = 20
_VERSION = re.compile(r"\d+(?:\.\d+)*", re.ASCII)


def check_context(value: Any, where: str) -> None:
    """Take a JSON-LD context: an address, prefixes, or a list of them. None is ever fetched."""
    for part in value if isinstance(value, list) else [value]:
        if not isinstance(part, str | dict):
            refuse(where, msg("This must be an address, prefixes, or a list of them."))


_EPCS = each(shapes.key, unique=True)
_AMOUNTS = each(shapes.quantity)
_COMMON: dict[str, Shape] = {
    "@context": check_context,
    "type": shapes.text,
    # JSON-LD's own word for eventID.
    "id": shapes.uri,
    "eventID": shapes.uri,
    "eventTime": shapes.instant,
    "recordTime": shapes.instant,
    "eventTimeZoneOffset": shapes.offset,
    "certificationInfo": shapes.certificates,
    "errorDeclaration": shapes.error,
}
_USUAL: dict[str, Shape] = {
    **_COMMON,
    "action": shapes.action,
    "bizStep": term("bizStep"),
    "disposition": term("disposition"),
    "readPoint": shapes.place,
    "bizLocation": shapes.place,
    "bizTransactionList": each(shapes.transaction),
    "sourceList": each(shapes.source),
    "destinationList": each(shapes.destination),
    "sensorElementList": each(shapes.sensor),
    "persistentDisposition": shapes.persistent,
}
_PACKED: dict[str, Shape] = {
    **_USUAL,
    "parentID": shapes.key,
    "childEPCs": each(shapes.key),
    "childQuantityList": _AMOUNTS,
}
_BORN: dict[str, Shape] = {
    **_USUAL,
    "ilmd": shapes.namespaced,
    "inputEPCList": _EPCS,
    "inputQuantityList": _AMOUNTS,
    "outputEPCList": _EPCS,
    "outputQuantityList": _AMOUNTS,
    "transformationID": shapes.key,
}
del _BORN["action"]
_ALWAYS = ("type", "eventTime", "eventTimeZoneOffset")
_EVENTS: dict[str, Shape] = {
    "ObjectEvent": record(
        {**_USUAL, "ilmd": shapes.namespaced, "epcList": _EPCS, "quantityList": _AMOUNTS},
        needs=(*_ALWAYS, "action"),
    ),
    "AggregationEvent": record(_PACKED, needs=(*_ALWAYS, "action")),
    "AssociationEvent": record(_PACKED, needs=(*_ALWAYS, "action", "parentID")),
    "TransactionEvent": record(
        {
            **_USUAL,
            "parentID": shapes.key,
            "epcList": each(shapes.key),
            "quantityList": _AMOUNTS,
            "bizTransactionList": each(shapes.transaction, least=1),
        },
        needs=(*_ALWAYS, "action", "bizTransactionList"),
    ),
    "TransformationEvent": record(_BORN, needs=_ALWAYS),
}
# Fields of an event of somebody's own type are held to the same shapes where they are known.
_EXTENDED = record(
    {
        **_PACKED,
        **_BORN,
        "action": shapes.action,
        "epcList": each(shapes.key),
        "quantityList": _AMOUNTS,
    },
    needs=_ALWAYS,
)


@dataclass(frozen=True)
class Document:
    """Events of a document, not yet checked, with the prefixes that hold for them."""

    prefixes: Mapping[str, str]
    events: list[Any]
    # Fields that take no part in the hash of an event.
    ignored: tuple[str, ...]
    where: str


def check_event(event: Any, where: str = "event") -> None:
    """Hold an event to the rules.

    :raises BadEvent: for the first that it breaks; ``field`` says where.
    """
    shapes.need_object(event, where)
    check_texts(event, where)
    kind = event.get("type")
    if not isinstance(kind, str) or (kind not in _EVENTS and ":" not in kind):
        refuse(f"{where}.type", msg("This is no type of event: %(type)s"), type=shapes.shown(kind))
    _EVENTS.get(kind, _EXTENDED)(event, where)
    _need_things(kind, event, where)
    if sum(len(value) for value in event.values() if isinstance(value, list)) > MOST_THINGS:
        refuse(where, msg("An event names at most %(most)s things."), most=MOST_THINGS)


def _need_things(kind: str, event: Mapping[str, Any], where: str) -> None:
    if kind == "ObjectEvent":
        _need_object_things(event, where)
    elif kind == "TransformationEvent":
        _need_transformed(event, where)
    elif kind in {"AggregationEvent", "AssociationEvent"}:
        if event["action"] != "DELETE" and not _some(event, "childEPCs", "childQuantityList"):
            refuse(f"{where}.childEPCs", msg("This is missing."))
    elif kind == "TransactionEvent":
        has_things = "epcList" in event or _some(event, "quantityList")
        if event["action"] != "DELETE" and not has_things:
            refuse(f"{where}.epcList", msg("This is missing."))


def _need_object_things(event: Mapping[str, Any], where: str) -> None:
    is_sensed = _some(event, "sensorElementList") and "readPoint" in event
    if "epcList" not in event and not _some(event, "quantityList") and not is_sensed:
        refuse(f"{where}.epcList", msg("This is missing."))
    if "ilmd" in event and event["action"] != "ADD":
        refuse(f"{where}.ilmd", msg("Master data of a lot or thing come with action ADD only."))


def _need_transformed(event: Mapping[str, Any], where: str) -> None:
    has_inputs = _some(event, "inputEPCList", "inputQuantityList")
    has_outputs = _some(event, "outputEPCList", "outputQuantityList")
    if has_inputs and has_outputs:
        return
    if not (has_inputs or has_outputs):
        refuse(f"{where}.inputQuantityList", msg("This is missing."))
    if "transformationID" not in event:
        refuse(
            f"{where}.transformationID",
            msg("An event with inputs only or outputs only needs this."),
        )


def _some(event: Mapping[str, Any], *names: str) -> bool:
    return any(event.get(name) for name in names)


def check_texts(value: Any, where: str, depth: int = 0) -> None:
    """Refuse what no database can hold, and what is nested too deep.

    :raises BadEvent: then.
    """
    if depth > MOST_DEPTH:
        refuse(where, msg("This is nested deeper than %(most)s levels."), most=MOST_DEPTH)
    if isinstance(value, dict):
        for name, item in value.items():
            check_texts(name, where, depth)
            check_texts(item, where, depth + 1)
    elif isinstance(value, list):
        for item in value:
            check_texts(item, where, depth + 1)
    else:
        _check_scalar(value, where)


def _check_scalar(value: Any, where: str) -> None:
    if isinstance(value, str) and ("\x00" in value or not _is_encodable(value)):
        refuse(where, msg("This has letters that cannot be stored."))
    if isinstance(value, float) and not math.isfinite(value):
        refuse(where, msg("This must be a number."))


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_NAMES = (
    "@context id type schemaVersion creationDate instanceIdentifier sender receiver"
    " epcisHeader epcisBody"
)


def read_document(document: Any) -> Document:
    """Return the events of an EPCISDocument or EPCISQueryDocument.

    :raises BadEvent: when what is around the events breaks a rule.
    """
    shapes.need_object(document, "document")
    kind = document.get("type")
    if kind not in {"EPCISDocument", "EPCISQueryDocument"}:
        refuse("type", msg("This must be EPCISDocument or EPCISQueryDocument."))
    is_answer = kind == "EPCISQueryDocument"
    needed = ("@context", "epcisBody") if is_answer else ("@context", "schemaVersion", "epcisBody")
    for name in needed if is_answer else (*needed, "creationDate"):
        if document.get(name) is None:
            refuse(name, msg("This is missing."))
    _check_head(document)
    body = document["epcisBody"]
    shapes.need_object(body, "epcisBody")
    place, holder, where = body, document, "epcisBody"
    if is_answer:
        place, holder, where = _answer(body)
    events = place.get("eventList")
    if not isinstance(events, list):
        refuse(f"{where}.eventList", msg("This must be a list."))
    prefixes = {**BUILT_IN, **declared(document["@context"])}
    return Document(prefixes, events, _ignored(holder), f"{where}.eventList")


def _check_head(document: Mapping[str, Any]) -> None:
    known = set(_NAMES.split())
    for name, value in document.items():
        if name == "epcisBody":
            continue
        check_texts(name, name[:80])
        check_texts(value, name[:80])
        if name not in known and ":" not in name:
            refuse(name[:80], msg("There is no such field here."))
    check_context(document["@context"], "@context")
    version = document.get("schemaVersion", "2.0")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        refuse("schemaVersion", msg("This must be a version such as 2.0."))
    if "creationDate" in document:
        shapes.instant(document["creationDate"], "creationDate")


def _answer(body: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any], str]:
    where = "epcisBody.queryResults"
    results = body.get("queryResults")
    shapes.need_object(results, where)
    assert results is not None  # noqa: S101 - for the type checker
    if not isinstance(results.get("queryName"), str):
        refuse(f"{where}.queryName", msg("This is missing."))
    found = results.get("resultsBody")
    shapes.need_object(found, f"{where}.resultsBody")
    return found, results, f"{where}.resultsBody"


def _ignored(holder: Mapping[str, Any]) -> tuple[str, ...]:
    for name, value in holder.items():
        if name.endswith(":ignoreFields") and isinstance(value, list):
            return tuple(each for each in value if isinstance(each, str))
    return ()
