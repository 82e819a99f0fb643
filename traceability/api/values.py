"""Lists of values that occur in events, and the events of one value."""

import json
from dataclasses import dataclass

from flask import Response

from kernel.web.session import db
from traceability import guards
from traceability.api import paging
from traceability.api.events import answer_query
from traceability.api.frame import blueprint, json_answer, need_text
from traceability.epcis.asked import ColumnIn, Condition, ThingIn
from traceability.epcis.canonical import value_text
from traceability.epcis.contexts import BUILT_IN, EPCIS
from traceability.epcis.errors import BadParameter, NoSuchResource
from traceability.epcis.telling import DIGITAL_LINKS
from traceability.epcis.words import BIZ_STEPS, DISPOSITIONS, EVENT_TYPES, bare_word
from traceability.queries.events import event_values, has_value

RESOURCES = "any(eventTypes, epcs, bizSteps, bizLocations, readPoints, dispositions)"
TOP = (
    "eventTypes epcs bizSteps bizLocations readPoints dispositions events queries capture"
    " nextPageToken"
)


@dataclass(frozen=True)
class Kind:
    """A resource of values: how it is stored, words that are there always, its own filter."""

    kind: str
    column: str
    filter: str
    words: frozenset[str] = frozenset()
    term: str = ""


KINDS = {
    "eventTypes": Kind("type", "type", "eventType", EVENT_TYPES),
    "bizSteps": Kind("bizStep", "biz_step", "EQ_bizStep", BIZ_STEPS, "bizStep"),
    "dispositions": Kind(
        "disposition", "disposition", "EQ_disposition", DISPOSITIONS, "disposition"
    ),
    "readPoints": Kind("readPoint", "read_point", "EQ_readPoint"),
    "bizLocations": Kind("bizLocation", "biz_location", "EQ_bizLocation"),
    "epcs": Kind("epc", "", "MATCH_anyEPC"),
}


@blueprint.get("/")
@guards.partner("read")
def show_top() -> Response:
    """Return what there is."""
    return _collection(TOP.split())


@blueprint.get(f"/<{RESOURCES}:resource>")
@guards.partner("read")
def list_values(resource: str) -> Response:
    """Return the values of a kind that occur, with the words that CBV 2.0 has for it."""
    found, kind = paging.parameters(), KINDS[resource]
    size, start = paging.page_size(found), "".join(paging.page_start(found))
    vendor_id = guards.current_partner().vendor_id
    values, last = event_values(db(), kind.kind, vendor_id=vendor_id, size=size, after=start)
    if kind.words:
        later = {word for word in kind.words if word > start}
        merged = sorted({*values, *later})
        values = merged[:size]
        last = values[-1] if last is not None or len(merged) > size else None
    made = _collection(values)
    # They are kept in the one form only, whatever was asked for.
    made.headers["GS1-EPC-Format"] = DIGITAL_LINKS
    if last is not None:
        paging.lead_on(made, found, (last,))
    return made


@blueprint.get(f"/<{RESOURCES}:resource>/<path:value>", merge_slashes=False)
@guards.partner("read")
def show_value(resource: str, value: str) -> Response:
    """Return what there is of a value; for an address that ends so, its events."""
    of, _, rest = value.rpartition("/")
    if rest == "events" and of:
        return _events_of(KINDS[resource], of)
    _known(KINDS[resource], value)
    return _collection(["events"])


def _events_of(kind: Kind, value: str) -> Response:
    found, one_form = paging.parameters(), _known(kind, value)
    if kind.filter in found:
        raise BadParameter(field=kind.filter)
    return answer_query(found, _condition(kind, one_form))


def _condition(kind: Kind, value: str) -> Condition:
    if kind.column:
        return ColumnIn(kind.column, (value,))
    return ThingIn((), None, (value,))


def _known(kind: Kind, value: str) -> str:
    """Return a value in its one form.

    :raises NoSuchResource: when it does not occur.
    """
    text = value_text(need_text(value, kind.filter), BUILT_IN)
    if kind.term:
        text = bare_word(kind.term, text)
    text = text.removeprefix("https://ref.gs1.org/epcis/") if kind.kind == "type" else text
    vendor_id = guards.current_partner().vendor_id
    if text not in kind.words and not has_value(db(), kind.kind, text, vendor_id=vendor_id):
        raise NoSuchResource(field=kind.filter)
    return text


def _collection(members: list[str]) -> Response:
    return json_answer(
        json.dumps({"@context": EPCIS, "type": "Collection", "member": members}, ensure_ascii=False)
    )
