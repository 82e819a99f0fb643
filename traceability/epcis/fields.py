"""The fields of an event that have no column of their own, as they are asked for."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from traceability.epcis.canonical import instant_text, plain, read_instant, value_text
from traceability.epcis.contexts import expanded_name
from traceability.epcis.words import bare_word

Prefixes = Mapping[str, str]
MOST_TEXT = 300
_COMMENTS = {"comment", "rdfs:comment", "@context"}


@dataclass(frozen=True)
class Field:
    """One value under one name; ``number`` where it is one."""

    name: str
    text: str | None
    number: float | None = None


def kept(text: str) -> str:
    """Return a text as it is looked up: one that is too long for an index ends in its digest."""
    if len(text) <= MOST_TEXT:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return text[: MOST_TEXT - len(digest)] + digest


def fields_of(event: Mapping[str, Any], prefixes: Prefixes) -> Iterator[Field]:
    """Yield what an event can be asked for besides its columns and its things."""
    for kind in ("set", "unset"):
        for each in event.get("persistentDisposition", {}).get(kind, ()):
            yield Field(f"persistent.{kind}", bare_word("disposition", value_text(each, prefixes)))
    yield from _parties(event, prefixes)
    yield from _errors(event.get("errorDeclaration", {}), prefixes)
    for element in event.get("sensorElementList", ()):
        yield from _sensor(element, prefixes)
    yield from _own(event.get("ilmd", {}), "ilmd", prefixes)
    yield from _own({k: v for k, v in event.items() if ":" in k}, "event", prefixes)


_PAIRS = (
    ("bizTransactionList", "bizTransaction", "transaction"),
    ("sourceList", "source", "party"),
    ("destinationList", "destination", "party"),
)


def _parties(event: Mapping[str, Any], prefixes: Prefixes) -> Iterator[Field]:
    for name, of, kind in _PAIRS:
        for each in event.get(name, ()):
            term = bare_word(kind, value_text(each.get("type"), prefixes))
            yield Field(kept(f"{of}.{term}"), kept(value_text(each[of], prefixes)))


def _errors(error: Mapping[str, Any], prefixes: Prefixes) -> Iterator[Field]:
    if "reason" in error:
        yield Field("error.reason", bare_word("reason", value_text(error["reason"], prefixes)))
    for each in error.get("correctiveEventIDs", ()):
        yield Field("error.corrective", kept(plain(each)))
    yield from _own({k: v for k, v in error.items() if ":" in k}, "error", prefixes)


_REPORT_TERMS = {"type": "measurement", "exception": "alert", "component": "component"}
_NUMBERS = {"value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"}
_TIMES = {"time", "startTime", "endTime"}


def _sensor(element: Mapping[str, Any], prefixes: Prefixes) -> Iterator[Field]:
    for name, value in element.get("sensorMetadata", {}).items():
        yield from _report_field(name, value, "", prefixes)
    for report in element.get("sensorReport", ()):
        for name, value in report.items():
            yield from _report_field(name, value, plain(report.get("uom")), prefixes)
    yield from _own({k: v for k, v in element.items() if ":" in k}, "sensor", prefixes)


def _report_field(name: str, value: Any, uom: str, prefixes: Prefixes) -> Iterator[Field]:
    if ":" in name:
        yield from _own({name: value}, "sensor", prefixes)
    elif name in _NUMBERS:
        yield Field(f"sensor.{name}.{uom}"[:MOST_TEXT], None, float(value))
    elif name in _TIMES:
        moment = read_instant(plain(value))
        yield Field(f"sensor.{name}", instant_text(moment) if moment else plain(value))
    elif name in _REPORT_TERMS:
        term = bare_word(_REPORT_TERMS[name], value_text(value, prefixes))
        yield Field(f"sensor.{name}", kept(term))
    else:
        yield Field(f"sensor.{name}", kept(value_text(value, prefixes)))


def _own(values: Mapping[str, Any], place: str, prefixes: Prefixes) -> Iterator[Field]:
    """Yield fields of somebody's own: outermost ones as ``place name``, others ``place/ name``."""
    for name, value in values.items():
        if name in _COMMENTS or name.startswith("#"):
            continue
        yield from _nested(f"{place} {expanded_name(name, prefixes)}", value, place, prefixes)


def _nested(name: str, value: Any, place: str, prefixes: Prefixes) -> Iterator[Field]:
    if isinstance(value, list):
        for each in value:
            yield from _nested(name, each, place, prefixes)
    elif isinstance(value, dict):
        yield Field(kept(name), None)
        yield from _own(value, place if place.endswith("/") else f"{place}/", prefixes)
    else:
        yield own_field(name, value, prefixes)


def own_field(name: str, value: Any, prefixes: Prefixes) -> Field:
    """Return one value of somebody's own field: an instant, a number or a text in its one form."""
    text = value_text(value, prefixes)
    moment = read_instant(text)
    if moment is not None:
        return Field(kept(name), instant_text(moment))
    return Field(kept(name), kept(text), as_number(text))


def as_number(text: str) -> float | None:
    """Return a text as a number; None where it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None
