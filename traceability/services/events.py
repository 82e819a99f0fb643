"""The log of events: each is checked, named by its content and written once."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from traceability.epcis.canonical import instant_text
from traceability.epcis.checking import check_event
from traceability.epcis.reading import Told, read_event
from traceability.models import EventField, EventValue, EventWhat, TraceEvent
from traceability.services.proof.logging import note_events

# So many keys are looked up by one statement.
_AT_ONCE = 500
_NO_COLUMN = {"content", "whats", "fields", "prefixes"}


def write_event(
    session: Session, body: dict[str, Any], *, vendor_id: str | None, now: datetime
) -> int:
    """Write one EPCIS 2.0 event of the house and return its place in the log.

    ``body`` has neither eventID nor recordTime; the same event written twice is one row.
    ``vendor_id`` says whose records it belongs to.

    :raises BadEvent: when it breaks a rule; ``field`` says where.
    """
    check_event(body)
    told = read_event(body)
    written = write_events(session, [told], whose=Whose(vendor_id), now=now)
    return written.places[key(told)]


def declare_wrong(
    session: Session, seq: int, *, reason: str, correctives: Sequence[int] = (), now: datetime
) -> int:
    """Tell an event of the house once more, with the declaration that it was wrong.

    The same id, in a row of its own: nothing that was told is changed (EPCIS 2.0, 7.4.1).
    ``reason`` is did_not_occur or incorrect_data; ``correctives`` are the places in the log of
    the events that tell what is right. Return the place of the declaration.
    """
    wrong = session.get_one(TraceEvent, seq)
    ids = session.scalars(sa.select(TraceEvent.event_id).where(TraceEvent.seq.in_(correctives)))
    declaration: dict[str, Any] = {"declarationTime": instant_text(now), "reason": reason}
    if right := sorted(ids):
        declaration["correctiveEventIDs"] = right
    body = {**json.loads(wrong.body), "errorDeclaration": declaration}
    check_event(body)
    told = read_event(body)
    whose = Whose(wrong.vendor_id, wrong.partner_id)
    return write_events(session, [told], whose=whose, now=now).places[key(told)]


@dataclass(frozen=True)
class Whose:
    """To whose records events belong, and which partner told them (None: the market itself)."""

    vendor_id: str | None
    partner_id: str | None = None


@dataclass(frozen=True)
class Written:
    """Where events stand in the log, by id and time of declaration; ``new`` were not there yet."""

    places: dict[tuple[str, str], int]
    new: frozenset[tuple[str, str]]


def write_events(
    session: Session, events: Sequence[Told], *, whose: Whose, now: datetime
) -> Written:
    """Write events in the order of their times; those that are there already stay as they are.

    The order is the same whoever writes: two that write the same events at once wait for each
    other but never crosswise.
    """
    by_key: dict[tuple[str, str], Told] = {}
    for told in events:
        by_key.setdefault(key(told), told)
    ordered = sorted(by_key.values(), key=lambda told: (told.event_time, told.event_id))
    rows = [_row(told, whose, now) for told in ordered]
    places = _insert(session, rows) if rows else {}
    new = [(seq, by_key[each]) for each, seq in places.items()]
    for table, values in (
        (EventWhat, [row for seq, told in new for row in _rows(seq, told.whats)]),
        (EventField, [row for seq, told in new for row in _rows(seq, told.fields)]),
    ):
        if values:
            session.connection().execute(sa.insert(table), values)
    _note_values(session, [told for _, told in new], whose.vendor_id or "")
    note_events(session, places.values())
    missing = [each for each in by_key if each not in places]
    return Written(places | _known(session, missing, whose.vendor_id), frozenset(places))


def key(told: Told) -> tuple[str, str]:
    """Return by what an event of a vendor is told from others."""
    return told.event_id, told.declared


def _row(told: Told, whose: Whose, now: datetime) -> dict[str, Any]:
    columns = {k: v for k, v in vars(told).items() if k not in _NO_COLUMN}
    return columns | vars(whose) | {"record_time": now}


def _rows(seq: int, values: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for position, value in enumerate(values):
        yield {"event_seq": seq, "position": position, **vars(value)}


def _insert(session: Session, rows: list[dict[str, Any]]) -> dict[tuple[str, str], int]:
    written = session.connection().execute(
        _engine(session)
        .insert(TraceEvent.__table__)
        .on_conflict_do_nothing()
        .returning(TraceEvent.event_id, TraceEvent.declared, TraceEvent.seq),
        rows,
    )
    return {(event_id, declared): seq for event_id, declared, seq in written}


def _note_values(session: Session, events: Sequence[Told], vendor_id: str) -> None:
    values = sorted({value for told in events for value in told.values()})
    if values:
        session.connection().execute(
            _engine(session).insert(EventValue.__table__).on_conflict_do_nothing(),
            [{"vendor_id": vendor_id, "kind": kind, "value": value} for kind, value in values],
        )


def _engine(session: Session) -> Any:
    return sqlite if session.get_bind().dialect.name == "sqlite" else postgresql


def _known(
    session: Session, keys: Sequence[tuple[str, str]], vendor_id: str | None
) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for start in range(0, len(keys), _AT_ONCE):
        some = {event_id for event_id, _ in keys[start : start + _AT_ONCE]}
        rows = session.execute(
            sa.select(TraceEvent.event_id, TraceEvent.declared, TraceEvent.seq).where(
                TraceEvent.event_id.in_(some),
                TraceEvent.vendor_id.is_not_distinct_from(vendor_id),
            )
        )
        found.update({(event_id, declared): seq for event_id, declared, seq in rows})
    return found
