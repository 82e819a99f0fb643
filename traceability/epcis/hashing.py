"""The event hash ID of CBV 2.0 (8.9): the same fact has the same name, wherever it is written.

The order of the fields follows the published vectors of the algorithm's authors: lists of
transactions, sources and destinations stand in the tail, sorted together with ILMD and extensions.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from typing import Any

from traceability.epcis.canonical import plain, time_text, value_text
from traceability.epcis.contexts import expanded_name
from traceability.epcis.words import full_word

Prefixes = Mapping[str, str]
Writer = Callable[[str, Any, Prefixes], str]

_COMMENTS = {"comment", "rdfs:comment"}
# What says when and why it is told, not what happened.
_LEFT_OUT = {"@context", "type", "eventID", "recordTime", "errorDeclaration", *_COMMENTS}
_QUANTITY = ("epcClass", "quantity", "uom")
_METADATA_ORDER = (
    "time startTime endTime deviceID deviceMetadata rawData dataProcessingMethod bizRules"
)
_METADATA = tuple(_METADATA_ORDER.split())
_REPORT_ORDER = (
    "type exception deviceID deviceMetadata rawData dataProcessingMethod time microorganism"
    " chemicalSubstance value component stringValue booleanValue hexBinaryValue uriValue minValue"
    " maxValue meanValue sDev percRank percValue uom coordinateReferenceSystem"
)
_REPORT = tuple(_REPORT_ORDER.split())
_REPORT_WORDS = {"type": "measurement", "exception": "alert", "component": "component"}


def event_hash(event: Mapping[str, Any], prefixes: Prefixes, ignored: Collection[str] = ()) -> str:
    """Return the name of an event by its content, such as ``ni:///sha-256;…?ver=CBV2.0``.

    ``prefixes`` are those of its contexts; ``ignored`` names fields of the outermost level.
    """
    digest = hashlib.sha256(prehash(event, prefixes, ignored).encode("utf-8", "surrogatepass"))
    return f"ni:///sha-256;{digest.hexdigest()}?ver=CBV2.0"


def prehash(event: Mapping[str, Any], prefixes: Prefixes, ignored: Collection[str] = ()) -> str:
    """Return the text that is hashed."""
    head = "".join(
        write(name, event[name], prefixes) for name, write in _HEAD.items() if name in event
    )
    left_out = _LEFT_OUT | {*ignored}
    tail = [
        text
        for name, value in event.items()
        if name not in _HEAD and name not in left_out
        for text in _tail(name, value, prefixes)
    ]
    kind = event.get("type", "")
    return f"eventType={value_text(kind, prefixes)}{head}{''.join(sorted(tail))}"


def _tail(name: str, value: Any, prefixes: Prefixes) -> list[str]:
    if name in _PAIRS and isinstance(value, list):
        kind, of = _PAIRS[name]
        found = sorted(_pair(each, kind, of, prefixes) for each in value)
        return [name + "".join(found)] if found else []
    return _extension(name, value, prefixes)


_PAIRS = {
    "bizTransactionList": ("transaction", "bizTransaction"),
    "sourceList": ("party", "source"),
    "destinationList": ("party", "destination"),
}


def _pair(each: Any, kind: str, of: str, prefixes: Prefixes) -> str:
    if not isinstance(each, dict):
        return ""
    typed = f"type={_word(kind, each['type'], prefixes)}" if "type" in each else ""
    return typed + (f"{of}={value_text(each[of], prefixes)}" if of in each else "")


def _extension(name: str, value: Any, prefixes: Prefixes) -> list[str]:
    """Return a field of somebody's own with all below it; a list repeats the name."""
    if isinstance(value, list):
        return [text for each in value for text in _extension(name, each, prefixes)]
    key = expanded_name(name, prefixes)
    if not isinstance(value, dict):
        text = value_text(value, prefixes)
        return [f"{key}={text}" if text else key]
    inner = [
        text
        for child, each in value.items()
        if child not in _COMMENTS and child != "#text"
        for text in _extension(child, each, prefixes)
    ]
    own = value_text(value.get("#text"), prefixes)
    return [key + (f"={own}" if own else "") + "".join(sorted(inner))]


def _word(kind: str, value: Any, prefixes: Prefixes) -> str:
    return full_word(kind, value_text(value, prefixes))


def _value(name: str, value: Any, prefixes: Prefixes) -> str:
    text = value_text(value, prefixes)
    return f"{name}={text}" if text else ""


def _time(name: str, value: Any, _prefixes: Prefixes) -> str:
    return f"{name}={time_text(plain(value).strip())}"


def _term(name: str, value: Any, prefixes: Prefixes) -> str:
    return f"{name}={_word(name, value, prefixes)}"


def _repeated(name: str, value: Any, prefixes: Prefixes) -> str:
    values = value if isinstance(value, list) else [value]
    return "".join(sorted(text for each in values for text in _extension(name, each, prefixes)))


def _epcs(name: str, value: Any, prefixes: Prefixes) -> str:
    found = sorted(f"epc={value_text(each, prefixes)}" for each in value)
    return name + "".join(found) if found else ""


def _quantities(name: str, value: Any, prefixes: Prefixes) -> str:
    found = sorted(
        "quantityElement" + "".join(_value(k, each[k], prefixes) for k in _QUANTITY if k in each)
        for each in value
    )
    return name + "".join(found) if found else ""


def _dispositions(name: str, value: Any, prefixes: Prefixes) -> str:
    text = "".join(
        "".join(sorted(f"{k}={_word('disposition', each, prefixes)}" for each in value.get(k, ())))
        for k in ("set", "unset")
    )
    return name + text if text else ""


def _place(name: str, value: Any, prefixes: Prefixes) -> str:
    return name + _ordered(value, ("id",), {}, prefixes)


def _sensors(name: str, value: Any, prefixes: Prefixes) -> str:
    found = sorted("sensorElement" + _sensor(each, prefixes) for each in value)
    return name + "".join(found) if found else ""


def _sensor(element: Mapping[str, Any], prefixes: Prefixes) -> str:
    text = ""
    if "sensorMetadata" in element:
        text = "sensorMetadata" + _ordered(element["sensorMetadata"], _METADATA, {}, prefixes)
    reports = sorted(
        "sensorReport" + _ordered(each, _REPORT, _REPORT_WORDS, prefixes)
        for each in element.get("sensorReport", ())
    )
    own = {k: v for k, v in element.items() if k not in {"sensorMetadata", "sensorReport"}}
    return text + "".join(reports) + _ordered(own, (), {}, prefixes)


def _ordered(
    value: Mapping[str, Any], order: Collection[str], words: Mapping[str, str], prefixes: Prefixes
) -> str:
    """Return known fields in their order, then those of somebody's own, sorted."""
    text = ""
    for name in order:
        if name not in value:
            continue
        if name in words:
            text += f"{name}={_word(words[name], value[name], prefixes)}"
        else:
            write = _time if "time" in name.lower() else _value
            text += write(name, value[name], prefixes)
    own = [
        part
        for name, each in value.items()
        if name not in order and ":" in name and name not in _COMMENTS
        for part in _extension(name, each, prefixes)
    ]
    return text + "".join(sorted(own))


_HEAD: dict[str, Writer] = {
    "eventTime": _time,
    "eventTimeZoneOffset": _value,
    "certificationInfo": _repeated,
    "parentID": _value,
    "epcList": _epcs,
    "inputEPCList": _epcs,
    "childEPCs": _epcs,
    "quantityList": _quantities,
    "childQuantityList": _quantities,
    "inputQuantityList": _quantities,
    "outputEPCList": _epcs,
    "outputQuantityList": _quantities,
    "action": _value,
    "transformationID": _value,
    "bizStep": _term,
    "disposition": _term,
    "persistentDisposition": _dispositions,
    "readPoint": _place,
    "bizLocation": _place,
    "sensorElementList": _sensors,
}
