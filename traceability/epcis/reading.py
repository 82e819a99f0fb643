"""What an event is found by: its columns, its things and its other fields, in one form."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from traceability.epcis import contexts
from traceability.epcis.canonical import instant_text, plain, read_instant, value_text
from traceability.epcis.contexts import BUILT_IN
from traceability.epcis.fields import Field, fields_of
from traceability.epcis.hashing import event_hash
from traceability.epcis.words import bare_word
from traceability.rules import IdKind, WhatRole

Prefixes = Mapping[str, str]


@dataclass(frozen=True)
class What:
    """One thing of an event; ``quantity`` in ``uom``, None: not said."""

    role: WhatRole
    kind: IdKind
    ref: str
    quantity: float | None = None
    uom: str | None = None


@dataclass(frozen=True)
class Told:
    """One event, ready to be stored; ``body`` is canonical JSON with its eventID."""

    event_id: str
    # When it was declared wrong; empty: it was not.
    declared: str
    type: str
    action: str | None
    event_time: datetime
    time_offset: str
    biz_step: str | None
    disposition: str | None
    read_point: str | None
    biz_location: str | None
    transformation_id: str | None
    body: str
    whats: tuple[What, ...]
    fields: tuple[Field, ...]


def read_event(
    event: Mapping[str, Any], prefixes: Prefixes = BUILT_IN, ignored: tuple[str, ...] = ()
) -> Told:
    """Bring a checked event into its one form; without an eventID it gets the hash of its content.

    ``prefixes`` are those of its document; the event keeps those that it uses.
    """
    own = contexts.declared(event.get("@context"))
    known = {**prefixes, **own}
    body = {k: v for k, v in event.items() if k not in {"@context", "recordTime"}}
    event_id = plain(body.get("eventID")) or event_hash(event, known, ignored)
    body["eventID"] = event_id
    foreign = {k: v for k, v in known.items() if BUILT_IN.get(k) != v}
    used = contexts.used({k: v for k, v in body.items() if k != "eventID"}, foreign)
    if used:
        body["@context"] = used
    moment = read_instant(plain(event.get("eventTime")))
    assert moment is not None, "an event is checked before it is read"  # noqa: S101
    return Told(
        event_id=event_id,
        declared=_declared(event),
        type=value_text(event["type"], known),
        action=event.get("action"),
        event_time=moment,
        time_offset=plain(event["eventTimeZoneOffset"]),
        biz_step=_term("bizStep", event, known),
        disposition=_term("disposition", event, known),
        read_point=_place(event.get("readPoint"), known),
        biz_location=_place(event.get("bizLocation"), known),
        transformation_id=value_text(event.get("transformationID"), known) or None,
        body=canonical_json(body),
        whats=tuple(whats_of(event, known)),
        fields=tuple(fields_of(event, known)),
    )


def canonical_json(value: Any) -> str:
    """Return JSON with sorted keys and no spaces: the bytes that are proved."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text: str) -> str:
    """Return the SHA-256 of a text in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


_EPCS = (
    ("parentID", WhatRole.PARENT),
    ("epcList", WhatRole.EPC),
    ("childEPCs", WhatRole.CHILD),
    ("inputEPCList", WhatRole.INPUT),
    ("outputEPCList", WhatRole.OUTPUT),
)
_AMOUNTS = (
    ("quantityList", WhatRole.EPC),
    ("childQuantityList", WhatRole.CHILD),
    ("inputQuantityList", WhatRole.INPUT),
    ("outputQuantityList", WhatRole.OUTPUT),
)


def whats_of(event: Mapping[str, Any], prefixes: Prefixes) -> Iterator[What]:
    """Yield the things that an event is about, in the order of its fields."""
    for name, role in _EPCS:
        value = event.get(name)
        for epc in value if isinstance(value, list) else [value] if value else ():
            yield What(role, IdKind.INSTANCE, value_text(epc, prefixes))
    for name, role in _AMOUNTS:
        for each in event.get(name, ()):
            amount = each.get("quantity")
            yield What(
                role,
                IdKind.CLASS,
                value_text(each["epcClass"], prefixes),
                None if amount is None else float(amount),
                each.get("uom"),
            )


def _declared(event: Mapping[str, Any]) -> str:
    moment = read_instant(plain(event.get("errorDeclaration", {}).get("declarationTime")))
    return instant_text(moment) if moment else ""


def _term(name: str, event: Mapping[str, Any], prefixes: Prefixes) -> str | None:
    return bare_word(name, value_text(event[name], prefixes)) if name in event else None


def _place(value: Any, prefixes: Prefixes) -> str | None:
    return value_text(value["id"], prefixes) if value else None
