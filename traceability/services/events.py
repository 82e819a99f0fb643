"""The log of events: each is checked, named by its content and written once."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from traceability.epcis.reading import Told, read_event
from traceability.models import EventField, EventWhat, TraceEvent

# So many keys are looked up by one statement.
_AT_ONCE = 500
_OWN_ROWS = {"whats", "fields"}


def write_event(
    session: Session, body: dict[str, Any], *, vendor_id: str | None, now: datetime
) -> int:
    """Write one EPCIS 2.0 event of the house and return its place in the log.

    ``body`` has neither eventID nor recordTime; the same event written twice is one row.
    ``vendor_id`` says whose records it belongs to.
    """
    told = read_event(body)
    return write_events(session, [told], vendor_id=vendor_id, now=now)[told.event_id, told.declared]


def write_events(
    session: Session, events: Sequence[Told], *, vendor_id: str | None, now: datetime
) -> dict[tuple[str, str], int]:
    """Write events in the order of their times; return the places of all, known ones too.

    The order is the same whoever writes: two that write the same events at once wait for each
    other but never crosswise.
    """
    by_key = {(told.event_id, told.declared): told for told in events}
    ordered = sorted(by_key.values(), key=lambda told: (told.event_time, told.event_id))
    rows = [_row(told, vendor_id, now) for told in ordered]
    written = _insert(session, rows) if rows else {}
    new = [(seq, by_key[key]) for key, seq in written.items()]
    for table, values in (
        (EventWhat, [row for seq, told in new for row in _rows(seq, told.whats)]),
        (EventField, [row for seq, told in new for row in _rows(seq, told.fields)]),
    ):
        if values:
            session.execute(sa.insert(table), values)
    missing = [key for key in by_key if key not in written]
    return written | _known(session, missing)


def _row(told: Told, vendor_id: str | None, now: datetime) -> dict[str, Any]:
    columns = {k: v for k, v in vars(told).items() if k not in _OWN_ROWS}
    return columns | {"vendor_id": vendor_id, "record_time": now}


def _rows(seq: int, values: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for position, value in enumerate(values):
        yield {"event_seq": seq, "position": position, **vars(value)}


def _insert(session: Session, rows: list[dict[str, Any]]) -> dict[tuple[str, str], int]:
    engine = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    written = session.connection().execute(
        engine.insert(TraceEvent.__table__)
        .on_conflict_do_nothing(index_elements=["event_id", "declared"])
        .returning(TraceEvent.event_id, TraceEvent.declared, TraceEvent.seq),
        rows,
    )
    return {(event_id, declared): seq for event_id, declared, seq in written}


def _known(session: Session, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for start in range(0, len(keys), _AT_ONCE):
        rows = session.execute(
            sa.select(TraceEvent.event_id, TraceEvent.declared, TraceEvent.seq).where(
                sa.tuple_(TraceEvent.event_id, TraceEvent.declared).in_(
                    keys[start : start + _AT_ONCE]
                )
            )
        )
        found.update({(event_id, declared): seq for event_id, declared, seq in rows})
    return found
