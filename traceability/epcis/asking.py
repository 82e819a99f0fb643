"""What a query asks for: the house's own table of parameters (EPCIS 2.0, 8.2.7.1).

Values of one parameter are alternatives; parameters hold together. Everything is brought into the
form it is stored in, so that a bare word, its web address and its URN ask for the same.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from kernel.messages import msg
from traceability.epcis.asked import (
    AmountCompared,
    Asked,
    ColumnCompared,
    ColumnIn,
    Condition,
    FieldCompared,
    FieldIn,
    Known,
    ThingIn,
)
from traceability.epcis.canonical import instant_text, plain, read_instant, value_text
from traceability.epcis.contexts import BUILT_IN
from traceability.epcis.errors import BadParameter, BadQuery
from traceability.epcis.fields import as_number, kept
from traceability.epcis.words import ACTIONS, EVENT_TYPES, WORDS, bare_word
from traceability.rules import IdKind, WhatRole

MOST_VALUES = 200
Values = tuple[str, ...]


def read_query(parameters: Mapping[str, Sequence[str]], known: Known) -> Asked:
    """Read parameters, each a list of texts.

    :raises BadParameter: for an unknown one, or a value that cannot be used; ``field`` is which.
    """
    rest = {name: list(values) for name, values in parameters.items()}
    order = _pop_one(rest, "orderBy")
    direction = _pop_one(rest, "orderDirection") or "DESC"
    limit = _count(_pop_one(rest, "eventCountLimit"), "eventCountLimit")
    most = _count(_pop_one(rest, "maxEventCount"), "maxEventCount")
    if direction not in {"ASC", "DESC"}:
        raise BadParameter(msg("This must be ASC or DESC."), field="orderDirection")
    if limit is not None and most is not None:
        raise BadParameter(
            msg("eventCountLimit and maxEventCount exclude each other."), field="maxEventCount"
        )
    if limit is not None and order is None:
        raise BadParameter(msg("eventCountLimit needs orderBy."), field="eventCountLimit")
    conditions = [
        condition
        for name, values in rest.items()
        if (condition := _condition(name, values, known)) is not None
    ]
    return Asked(tuple(conditions), _order(order, known), direction == "DESC", limit, most)


def parameters_of(query: Any) -> dict[str, list[str]]:
    """Return the parameters of a query written as JSON, each as a list of texts.

    :raises BadQuery: for anything but an object of scalars and lists of them.
    """
    if not isinstance(query, dict):
        raise BadQuery(msg("This must be an object with fields."), field="query")
    found: dict[str, list[str]] = {}
    for name, value in query.items():
        if name == "@context":
            continue
        values = value if isinstance(value, list) else [value]
        if not values or not all(isinstance(each, str | int | float) for each in values):
            raise BadQuery(msg("Give texts, numbers, or a list of them."), field=name[:80])
        found[name] = [plain(each) for each in values]
    return found


def _condition(name: str, values: Sequence[str], known: Known) -> Condition | None:
    wanted = tuple(value for value in values if value)
    if not wanted or len(wanted) > MOST_VALUES:
        raise BadParameter(msg("Give one to %(most)s values."), field=name[:80], most=MOST_VALUES)
    read = _PLAIN.get(name)
    if read is not None:
        return read(name, wanted)
    for form, read_family in _FAMILIES:
        found = form.fullmatch(name)
        if found:
            return read_family(found, wanted, known)
    raise BadParameter(msg("There is no such parameter."), field=name[:80])


def _pop_one(rest: dict[str, list[str]], name: str) -> str | None:
    values = rest.pop(name, None)
    return None if values is None else one(name, values)


def one(name: str, values: Sequence[str]) -> str:
    """Return the only value of a parameter.

    :raises BadParameter: when there are several, or none.
    """
    if len(values) != 1 or not values[0]:
        raise BadParameter(msg("Give exactly one value."), field=name[:80])
    return values[0]


def _count(text: str | None, name: str) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"[1-9]\d{0,8}", text, re.ASCII):
        raise BadParameter(msg("This must be a whole number from 1 on."), field=name)
    return int(text)


def _order(name: str | None, known: Known) -> str | Values | None:
    if name is None:
        return None
    columns = {"eventTime": "event_time", "recordTime": "record_time"}
    if name in columns:
        return columns[name]
    if ":" not in name:
        raise BadParameter(
            msg("Events are ordered by eventTime, recordTime or a field with a prefix."),
            field="orderBy",
        )
    return tuple(kept(f"event {each}") for each in known.names(name))


def _one_form(text: str) -> str:
    return value_text(text, BUILT_IN)


def _terms(column: str, kind: str) -> Callable[[str, Values], Condition]:
    def read(name: str, values: Values) -> Condition:
        return ColumnIn(column, tuple(_term(name, kind, value) for value in values))

    return read


def _term(name: str, kind: str, value: str) -> str:
    word = bare_word(kind, _one_form(value))
    if word not in WORDS[kind] and ":" not in word:
        raise BadParameter(
            msg("%(word)s is no word of CBV 2.0 here."), field=name[:80], word=value[:80]
        )
    return word


def _places(column: str, *, is_below: bool = False) -> Callable[[str, Values], Condition]:
    def read(_name: str, values: Values) -> Condition:
        return ColumnIn(column, tuple(map(_one_form, values)), is_below)

    return read


def _actions(name: str, values: Values) -> Condition:
    if not set(values) <= ACTIONS:
        raise BadParameter(msg("This must be ADD, OBSERVE or DELETE."), field=name)
    return ColumnIn("action", values)


def _types(name: str, values: Values) -> Condition:
    full = tuple(_one_form(value).removeprefix("https://ref.gs1.org/epcis/") for value in values)
    wrong = [value for value in full if value not in EVENT_TYPES and ":" not in value]
    if wrong:
        raise BadParameter(
            msg("This is no type of event: %(type)s"), field=name, type=wrong[0][:80]
        )
    return ColumnIn("type", full)


def _ids(_name: str, values: Values) -> Condition:
    return ColumnIn("event_id", values)


def _moment(name: str, text: str) -> datetime:
    # A plus that was not percent-encoded has become a space.
    moment = read_instant(text.strip().replace(" ", "+"))
    if moment is None:
        raise BadParameter(
            msg("This must be a date and time with offset, such as 2026-11-20T07:30:00+07:00."),
            field=name[:80],
        )
    return moment


def _time(column: str) -> Callable[[str, Values], Condition]:
    def read(name: str, values: Values) -> Condition:
        return ColumnCompared(column, name[:2], _moment(name, one(name, values)))

    return read


def _declared(name: str, values: Values) -> Condition:
    return ColumnCompared("declared", name[:2], instant_text(_moment(name, one(name, values))))


def _boolean(name: str, values: Values) -> bool:
    text = one(name, values).lower()
    if text not in {"true", "false"}:
        raise BadParameter(msg("This must be true or false."), field=name)
    return text == "true"


def _has_error(name: str, values: Values) -> Condition | None:
    return ColumnCompared("declared", "GT", "") if _boolean(name, values) else None


def _things(kind: IdKind, *roles: WhatRole) -> Callable[[str, Values], Condition]:
    def read(_name: str, values: Values) -> Condition:
        plain = [value for value in values if not value.startswith("urn:epc:idpat:")]
        patterns = [value for value in values if value.startswith("urn:epc:idpat:")]
        # A pattern also names the class itself, as an epcClass does.
        return ThingIn(
            roles, kind, tuple(map(_one_form, (*plain, *patterns))), tuple(map(_one_form, patterns))
        )

    return read


def _amount(found: re.Match[str], values: Values, _known: Known) -> Condition:
    return AmountCompared(found[1], _number(found[0], values), found[2])


def _number(name: str, values: Values) -> float:
    number = as_number(one(name, values).strip())
    if number is None:
        raise BadParameter(msg("This must be a number."), field=name[:80])
    return number


def _party(found: re.Match[str], values: Values, known: Known) -> Condition:
    of = found[1]
    kind = "transaction" if of == "bizTransaction" else "party"
    spelled = known.names(found[2]) if found[2] not in WORDS[kind] else (found[2],)
    names = tuple(kept(f"{of}.{bare_word(kind, _one_form(each))}") for each in spelled)
    return FieldIn(names, tuple(kept(_one_form(value)) for value in values))


def _persistent(name: str, values: Values) -> Condition:
    kind = name.rpartition("_")[2]
    words = tuple(_term(name, "disposition", value) for value in values)
    return FieldIn((f"persistent.{kind}",), words)


def _reasons(name: str, values: Values) -> Condition:
    return FieldIn(("error.reason",), tuple(_term(name, "reason", value) for value in values))


def _corrective(_name: str, values: Values) -> Condition:
    return FieldIn(("error.corrective",), tuple(map(kept, values)))


def _sensed(name: str, values: Values) -> Condition:
    named = name.removeprefix("EQ_")
    if named == "type":
        texts = tuple(bare_word("measurement", _one_form(value)) for value in values)
    elif named == "booleanValue":
        texts = ("true" if _boolean(name, values) else "false",)
    else:
        texts = tuple(map(_one_form, values))
    return FieldIn((f"sensor.{named}",), tuple(map(kept, texts)))


def _sensed_time(name: str, values: Values) -> Condition:
    moment = instant_text(_moment(name, one(name, values)))
    return FieldCompared((f"sensor.{name[3:]}",), name[:2], moment)


def _measured(found: re.Match[str], values: Values, _known: Known) -> Condition:
    names = (f"sensor.{found[2]}.{found[3]}",)
    return FieldCompared(names, found[1], _number(found[0], values))


_SECTIONS = {None: "event", "ILMD": "ilmd", "ERROR_DECLARATION": "error", "SENSOR": "sensor"}


def _own(found: re.Match[str], values: Values, known: Known) -> Condition:
    place = _SECTIONS[found["section"]] + ("/" if found["inner"] else "")
    names = tuple(kept(f"{place} {each}") for each in known.names(found["name"]))
    compare = found["compare"]
    if compare == "EXISTS":
        return FieldIn(names)
    if compare == "EQ":
        return FieldIn(names, tuple(map(_own_text, values)))
    value = one(found[0], values).strip()
    number = as_number(value)
    if number is None:
        return FieldCompared(names, compare, instant_text(_moment(found[0], value)))
    return FieldCompared(names, compare, number)


def _own_text(value: str) -> str:
    moment = read_instant(value)
    return instant_text(moment) if moment else kept(_one_form(value))


_I, _C = IdKind.INSTANCE, IdKind.CLASS
_R = WhatRole
_PLAIN: Mapping[str, Callable[[str, Values], Condition | None]] = {
    "eventType": _types,
    "GE_eventTime": _time("event_time"),
    "LT_eventTime": _time("event_time"),
    "GE_recordTime": _time("record_time"),
    "LT_recordTime": _time("record_time"),
    "EQ_action": _actions,
    "EQ_bizStep": _terms("biz_step", "bizStep"),
    "EQ_disposition": _terms("disposition", "disposition"),
    "EQ_persistentDisposition_set": _persistent,
    "EQ_persistentDisposition_unset": _persistent,
    "EQ_readPoint": _places("read_point"),
    "WD_readPoint": _places("read_point", is_below=True),
    "EQ_bizLocation": _places("biz_location"),
    "WD_bizLocation": _places("biz_location", is_below=True),
    "EQ_transformationID": _places("transformation_id"),
    "MATCH_epc": _things(_I, _R.EPC, _R.CHILD),
    "MATCH_parentID": _things(_I, _R.PARENT),
    "MATCH_inputEPC": _things(_I, _R.INPUT),
    "MATCH_outputEPC": _things(_I, _R.OUTPUT),
    "MATCH_anyEPC": _things(_I),
    "MATCH_epcClass": _things(_C, _R.EPC, _R.CHILD),
    "MATCH_inputEPCClass": _things(_C, _R.INPUT),
    "MATCH_outputEPCClass": _things(_C, _R.OUTPUT),
    "MATCH_anyEPCClass": _things(_C),
    "EQ_eventID": _ids,
    "EXISTS_errorDeclaration": _has_error,
    # The schema of queries spells it with one more line below.
    "GE_errorDeclarationTime": _declared,
    "GE_errorDeclaration_Time": _declared,
    "LT_errorDeclarationTime": _declared,
    "LT_errorDeclaration_Time": _declared,
    "EQ_errorReason": _reasons,
    "EQ_correctiveEventID": _corrective,
    **dict.fromkeys(
        (f"{c}_{n}" for c in ("GE", "LT") for n in ("startTime", "endTime", "time")), _sensed_time
    ),
    **dict.fromkeys(
        (
            "EQ_type",
            "EQ_deviceID",
            "EQ_dataProcessingMethod",
            "EQ_microorganism",
            "EQ_chemicalSubstance",
            "EQ_bizRules",
            "EQ_stringValue",
            "EQ_hexBinaryValue",
            "EQ_uriValue",
            "EQ_booleanValue",
        ),
        _sensed,
    ),
}
_CMP = r"(EQ|GT|GE|LT|LE)"
_FAMILIES: Sequence[tuple[re.Pattern[str], Callable[[re.Match[str], Values, Known], Condition]]] = (
    (re.compile(rf"{_CMP}_quantity(?:_([A-Z0-9]{{2,3}}))?", re.ASCII), _amount),
    (
        re.compile(
            rf"{_CMP}_(value|minValue|maxValue|meanValue|sDev|percRank|percValue)_([\w%/]{{1,20}})"
        ),
        _measured,
    ),
    (re.compile(r"EQ_(bizTransaction|source|destination)_(.+)"), _party),
    (
        re.compile(
            r"(?P<compare>EQ|GT|GE|LT|LE|EXISTS)(?P<inner>_INNER)?"
            r"(?:_(?P<section>ILMD|ERROR_DECLARATION|SENSOR)(?:ELEMENT|METADATA|REPORT)?)?"
            r"_(?P<name>[^:]+:.+)"
        ),
        _own,
    ),
)
