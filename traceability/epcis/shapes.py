"""Which fields an event may have, and what each holds: the rules of EPCIS 2.0 in the house's words.

A shape takes a value and where it stands, such as ``eventList[2].quantityList[0].uom``, and
refuses it by :class:`BadEvent`.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, NoReturn

from kernel.messages import msg
from traceability.epcis.canonical import plain, read_instant
from traceability.epcis.errors import BadEvent
from traceability.epcis.ids import canonical_id, has_wrong_digit
from traceability.epcis.words import ACTIONS, WORDS, bare_word

Shape = Callable[[Any, str], None]

MOST_ID = 300
_OFFSET = re.compile(r"[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)", re.ASCII)
_UOM = re.compile(r"[A-Z0-9]{2,3}", re.ASCII)
_HEX = re.compile(r"[A-Fa-f0-9]+", re.ASCII)


def refuse(where: str, message: str, **values: object) -> NoReturn:
    """Refuse a value by the place where it stands.

    :raises BadEvent: always.
    """
    raise BadEvent(message, field=where, **values)


def text(value: Any, where: str) -> None:
    """Take a text, an empty one too."""
    if not isinstance(value, str):
        refuse(where, msg("This must be a text."))


def uri(value: Any, where: str) -> None:
    """Take an identifier or address: a text without spaces, at most 300 letters."""
    text(value, where)
    if not value or any(each.isspace() for each in value):
        refuse(where, msg("This must be an identifier without spaces."))
    if len(value) > MOST_ID or len(canonical_id(value)) > MOST_ID:
        refuse(where, msg("This identifier is longer than %(most)s letters."), most=MOST_ID)


def key(value: Any, where: str) -> None:
    """Take an identifier of a thing, place or party; a key of GS1 needs its right check digit."""
    uri(value, where)
    if ":" not in value:
        refuse(where, msg("This must be a whole URI, such as a GS1 Digital Link."))
    if has_wrong_digit(value):
        refuse(where, msg("The check digit of this GS1 key is wrong: %(key)s"), key=value)


def instant(value: Any, where: str) -> None:
    """Take a date-time of RFC 3339 with its offset."""
    if not isinstance(value, str) or read_instant(value) is None:
        refuse(
            where,
            msg("This must be a date and time with offset, such as 2026-11-20T07:30:00+07:00."),
        )


def offset(value: Any, where: str) -> None:
    """Take an offset such as +07:00."""
    if not isinstance(value, str) or not _OFFSET.fullmatch(value):
        refuse(where, msg("This must be an offset such as +07:00."))


def number(value: Any, where: str) -> None:
    """Take a number that a double can hold."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not abs(value) < 1e300:
        refuse(where, msg("This must be a number."))


def boolean(value: Any, where: str) -> None:
    """Take true or false."""
    if not isinstance(value, bool):
        refuse(where, msg("This must be true or false."))


def pattern(form: re.Pattern[str], message: str) -> Shape:
    """Return a shape of texts of a form."""

    def check(value: Any, where: str) -> None:
        if not isinstance(value, str) or not form.fullmatch(value):
            refuse(where, message)

    return check


uom = pattern(
    _UOM, msg("This must be a unit code of two or three capitals or digits, such as KGM.")
)
hex_binary = pattern(_HEX, msg("This must be written in hex digits."))


def action(value: Any, where: str) -> None:
    """Take ADD, OBSERVE or DELETE."""
    if value not in ACTIONS if isinstance(value, str) else True:
        refuse(where, msg("This must be ADD, OBSERVE or DELETE."))


def term(kind: str) -> Shape:
    """Return a shape of terms: a bare word of CBV 2.0, or a whole address of somebody's own."""

    def check(value: Any, where: str) -> None:
        text(value, where)
        is_known = bare_word(kind, value) in WORDS[kind]
        if not is_known and (":" not in value or value.startswith("urn:epcglobal:cbv:")):
            refuse(where, msg("%(word)s is no word of CBV 2.0 here."), word=value[:80] or "-")
        uri(value, where)

    return check


def each(shape: Shape, *, least: int = 0, unique: bool = False) -> Shape:
    """Return a shape of lists."""

    def check(value: Any, where: str) -> None:
        if not isinstance(value, list):
            refuse(where, msg("This must be a list."))
        if len(value) < least:
            refuse(where, msg("This list must not be empty."))
        for index, item in enumerate(value):
            shape(item, f"{where}[{index}]")
        if unique and len(set(value)) < len(value):
            refuse(where, msg("The same stands in this list twice."))

    return check


def record(
    fields: Mapping[str, Shape], *, needs: Collection[str] = (), is_open: bool = True
) -> Shape:
    """Return a shape of objects; an open one may have namespaced fields besides."""

    def check(value: Any, where: str) -> None:
        need_object(value, where)
        for name in needs:
            if name not in value:
                refuse(f"{where}.{name}", msg("This is missing."))
        for name, item in value.items():
            shape = fields.get(name)
            if shape is not None:
                shape(item, f"{where}.{name}")
            elif not is_open or ":" not in name:
                refuse(f"{where}.{name[:80]}", msg("There is no such field here."))

    return check


def need_object(value: Any, where: str) -> None:
    """Take an object of any fields.

    :raises BadEvent: for anything else.
    """
    if not isinstance(value, dict):
        refuse(where, msg("This must be an object with fields."))


def namespaced(value: Any, where: str) -> None:
    """Take an object whose fields all have a namespace."""
    need_object(value, where)
    for name in value:
        if ":" not in name:
            refuse(f"{where}.{name[:80]}", msg("The name of this field needs a namespace."))


def certificates(value: Any, where: str) -> None:
    """Take one address of a certificate, or a list of them."""
    if isinstance(value, list):
        each(uri)(value, where)
    else:
        uri(value, where)


quantity = record(
    {"epcClass": key, "quantity": number, "uom": uom}, needs=("epcClass",), is_open=False
)
place = record({"id": key}, needs=("id",))
dispositions = each(term("disposition"), least=1, unique=True)
transaction = record(
    {"type": term("transaction"), "bizTransaction": uri},
    needs=("bizTransaction",),
    is_open=False,
)
source = record({"type": term("party"), "source": key}, needs=("type", "source"), is_open=False)
destination = record(
    {"type": term("party"), "destination": key}, needs=("type", "destination"), is_open=False
)
error = record(
    {
        "declarationTime": instant,
        "reason": term("reason"),
        "correctiveEventIDs": each(uri),
    },
    needs=("declarationTime",),
)
_TIMES = dict.fromkeys(("time", "startTime", "endTime"), instant)
_DEVICE = dict.fromkeys(
    ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"), uri
)
_NUMBERS = dict.fromkeys(
    ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"), number
)
report = record(
    {
        **_DEVICE,
        **_NUMBERS,
        # The list of measurements grows from edition to edition: a word that is not on it is taken.
        "type": uri,
        "exception": term("alert"),
        "component": term("component"),
        "time": instant,
        "microorganism": uri,
        "chemicalSubstance": uri,
        "coordinateReferenceSystem": uri,
        "stringValue": text,
        "booleanValue": boolean,
        "hexBinaryValue": hex_binary,
        "uriValue": uri,
        "uom": text,
    },
    needs=("type",),
)
sensor = record(
    {
        "type": text,
        "sensorMetadata": record({**_TIMES, **_DEVICE}),
        "sensorReport": each(report, least=1),
    },
    needs=("sensorReport",),
)


def persistent(value: Any, where: str) -> None:
    """Take the dispositions that begin and end to hold: one of the two lists at least."""
    record({"set": dispositions, "unset": dispositions}, is_open=False)(value, where)
    if not value:
        refuse(where, msg("This needs set or unset."))


def shown(value: Any) -> str:
    """Return a value as a message may show it."""
    return plain(value)[:80]
