"""Reads what a phone sends: JSON of an app that may be older than this server."""

import json
import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import request
from flask_babel import gettext

from kernel.errors import DomainError, Invalid
from kernel.messages import msg
from kernel.quantity import Unit, parse_quantity, read_number
from kernel.web.forms import clean
from traceability.forms import QUANTITY_UNITS
from traceability.rules import Activity, Measure, Measured
from traceability.services.diary import EntryFacts
from traceability.services.lots import HarvestFacts
from traceability.services.photos import MOST_PIECE_BYTES, Piece
from traceability.services.recorder import Extra, Sent

MOST_BYTES = 512 * 1024
MOST_ENTRIES = 20
MOST_PHOTOS = 6
MOST_DIGESTS = 200
LENGTHS = {
    "note": 1000,
    "worker": 120,
    "input_name": 120,
    "active_ingredient": 120,
    "dose": 80,
}
_KEY = re.compile(r"[A-Za-z0-9-]{8,40}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_EARLIEST, _LATEST = 2000, 2100

Body = Mapping[str, Any]


class NoEntries(DomainError):
    """What was sent is no list of entries."""

    code, status = "no_entries", 400
    message = msg("This request could not be understood.")


class TooMuch(DomainError):
    """More was sent than the diary of a phone ever needs."""

    code, status = "too_much", 413
    message = msg("This file is too large.")


def read_bytes(most: int) -> bytes:
    """Return what was sent, of at most so many bytes.

    :raises TooMuch: for more.
    """
    if (request.content_length or 0) > most:
        raise TooMuch
    data = request.get_data()
    if len(data) > most:
        raise TooMuch
    return data


def read_json() -> Body:
    """Return the object that was sent.

    :raises NoEntries: for anything else.
    """
    try:
        found = json.loads(read_bytes(MOST_BYTES))
    except (ValueError, RecursionError):
        raise NoEntries from None
    if not isinstance(found, dict):
        raise NoEntries
    return found


def read_entries(body: Body) -> list[Body]:
    """Return the entries of a body, each with a key of its own.

    :raises NoEntries: when there are none, too many, or one without a key.
    """
    entries = body.get("entries")
    if not isinstance(entries, list) or not 0 < len(entries) <= MOST_ENTRIES:
        raise NoEntries
    for entry in entries:
        key = entry.get("key") if isinstance(entry, dict) else None
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise NoEntries
    return entries


def read_digests(body: Body) -> list[str]:
    """Return the digests of pictures that a body asks for.

    :raises NoEntries: for anything else.
    """
    found = body.get("digests")
    if not isinstance(found, list) or len(found) > MOST_DIGESTS:
        raise NoEntries
    if not all(isinstance(one, str) and _DIGEST.fullmatch(one) for one in found):
        raise NoEntries
    return found


def read_piece() -> Piece:
    """Return the piece of a picture that was sent; its place stands in the address.

    :raises Invalid: when it does not.
    """
    start, total = (request.args.get(name, "") for name in ("at", "of"))
    if not all(re.fullmatch(r"\d{1,8}", one, re.ASCII) for one in (start, total)):
        raise Invalid(field="photos")
    return Piece(int(start), int(total), read_bytes(MOST_PIECE_BYTES))


def read_base(entry: Body) -> str:
    """Return the entry that this one corrects; empty for a new one."""
    return _text(entry, "base_id", 26)


def read_reason(entry: Body) -> str:
    """Return why an entry is corrected; a phone need not ask."""
    return _text(entry, "reason", 300) or gettext("Corrected on the phone")


def read_sent(entry: Body, *, lang: str, device: object) -> Sent:
    """Return one entry as the use case takes it.

    :raises Invalid: naming the field that is wrong.
    """
    activity = _activity(entry)
    season_id = _text(entry, "season_id", 26)
    extra = _extra(entry, device)
    spoken = entry.get("lang")
    lang = spoken if spoken in ("vi", "en") else lang
    if activity is Activity.HARVEST:
        return Sent(season_id, _harvest(entry, lang), extra, lang)
    facts = EntryFacts(
        client_key=entry["key"],
        activity=activity,
        done_on=_day(entry, "done_on"),
        note=_note(entry, lang),
        worker=_text(entry, "worker"),
        input_name=_text(entry, "input_name"),
        active_ingredient=_text(entry, "active_ingredient"),
        dose=_text(entry, "dose"),
        phi_days=_days(entry, "phi_days") if activity is Activity.SPRAY else None,
        input_batch_id=_text(entry, "input_batch_id", 26) or None,
        quantities=_used(entry),
    )
    return Sent(season_id, facts, extra, lang)


def _extra(entry: Body, device: object) -> Extra:
    lat, lon = _place(entry) or (None, None)
    device_id = device if isinstance(device, str) and _KEY.fullmatch(device) else ""
    return Extra(_device_time(entry), lat, lon, _media(entry), device_id)


def _used(entry: Body) -> tuple[Measured, ...]:
    """Read how much was taken from the shed, such as 20 ml."""
    text = _text(entry, "used", 30)
    if not text:
        return ()
    found = re.fullmatch(r"([\d.,]+)\s*([^\W\d_]{1,10})", text)
    if not found:
        raise Invalid(msg("Write an amount such as 2 kg or 0,5 kg."), field="used")
    try:
        number = read_number(found[1])
    except Invalid as refusal:
        raise Invalid(refusal.message, field="used") from None
    return (Measured(Measure.USED, number.numerator, number.denominator, found[2]),)


def _harvest(entry: Body, lang: str) -> HarvestFacts:
    unit_name = _text(entry, "unit", 10) or "kg"
    unit = QUANTITY_UNITS.get(unit_name, Unit.GRAM)
    try:
        bare = unit_name if unit is not Unit.PIECE else ""
        amount = parse_quantity(_text(entry, "quantity_text", 30), unit, bare=bare)
    except Invalid as refusal:
        raise Invalid(refusal.message, field="quantity", **refusal.values) from None
    return HarvestFacts(
        client_key=entry["key"],
        harvested_on=_day(entry, "done_on"),
        quantity=amount,
        unit=unit,
        note=_note(entry, lang),
        worker=_text(entry, "worker"),
        best_before=_day(entry, "best_before") if entry.get("best_before") else None,
    )


def _activity(entry: Body) -> Activity:
    asked = entry.get("activity")
    for one in Activity:
        if one.value == asked:
            return one
    raise Invalid(field="activity")


def _text(entry: Body, name: str, most: int | None = None) -> str:
    text = clean(entry.get(name) or "")
    longest = most or LENGTHS[name]
    if not isinstance(text, str):
        raise Invalid(field=name)
    if len(text) > longest:
        raise Invalid(msg("This is too long: at most %(most)s letters."), field=name, most=longest)
    return text


def _note(entry: Body, lang: str) -> dict[str, str]:
    text = _text(entry, "note")
    return {lang: text} if text else {}


def _day(entry: Body, name: str) -> date:
    try:
        found = date.fromisoformat(_text(entry, name, 10))
    except ValueError:
        raise Invalid(msg("Write a day such as 23/11/2026."), field=name) from None
    if not _EARLIEST <= found.year <= _LATEST:
        raise Invalid(msg("Write a day such as 23/11/2026."), field=name)
    return found


def _days(entry: Body, name: str) -> int | None:
    found = entry.get(name)
    if found is None:
        return None
    if not isinstance(found, int) or isinstance(found, bool) or abs(found) > 10_000:
        raise Invalid(msg("This is not a number."), field=name)
    return found


def _media(entry: Body) -> tuple[str, ...]:
    found = entry.get("media") or []
    if not isinstance(found, list) or len(found) > MOST_PHOTOS:
        raise Invalid(field="photos")
    if not all(isinstance(one, str) and _DIGEST.fullmatch(one) for one in found):
        raise Invalid(field="photos")
    return tuple(found)


def _device_time(entry: Body) -> datetime | None:
    """Return when the phone says it was done; a clock that is nonsense tells nothing."""
    said = entry.get("happened_at")
    try:
        found = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    if found is None or found.tzinfo is None or not _EARLIEST <= found.year <= _LATEST:
        return None
    return found


def _place(entry: Body) -> tuple[float, float] | None:
    """Return where it was done, in degrees of WGS 84, if the person wished to tell."""
    lat, lon = entry.get("lat"), entry.get("lon")
    if lat is None and lon is None:
        return None
    for value, most in ((lat, 90), (lon, 180)):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Invalid(field="place")
        if abs(value) > most or not math.isfinite(value):
            raise Invalid(field="place")
    return float(lat), float(lon)  # type: ignore[arg-type]
