"""Events as partners read them: always those of one vendor."""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from traceability.epcis.asked import (
    COMPARES,
    AmountCompared,
    Asked,
    ColumnCompared,
    ColumnIn,
    Condition,
    FieldCompared,
    FieldIn,
    ThingIn,
)
from traceability.epcis.errors import QueryTooLarge
from traceability.models import (
    EventField,
    EventValue,
    EventWhat,
    Farm,
    LogHead,
    LogLeaf,
    Plot,
    TraceEvent,
)
from traceability.queries.naming import names_of, with_all_names

Where = sa.ColumnElement[bool]
Position = tuple[str | int, ...]


@dataclass(frozen=True)
class EventRow:
    """One event; ``body`` is JSON with its eventID and without its recordTime."""

    seq: int
    event_id: str
    event_time: datetime
    record_time: datetime
    body: str


@dataclass(frozen=True)
class EventPage:
    """Some events, and where the next ones begin; None: there are no more."""

    events: tuple[EventRow, ...]
    following: Position | None


def find_events(
    session: Session, *, vendor_id: str, asked: Asked, size: int, after: Position = ()
) -> EventPage:
    """Return a page of the events that a query asks for, after a position of an earlier page.

    Without an order they stand as they were written.

    :raises QueryTooLarge: when more match than the query wants at most.
    """
    asked = with_all_names(session, asked)
    if asked.most is not None and not after:
        _need_few(session, vendor_id, asked)
    seen = int(after[-1]) if after else 0
    left = size if asked.limit is None else min(size, asked.limit - seen)
    if left <= 0:
        return EventPage((), None)
    statement = _selected(vendor_id, asked)
    rows = session.execute(_ordered(statement, asked, after).limit(left + 1)).all()
    events = tuple(EventRow(*row) for row in rows[:left])
    is_end = len(rows) <= left or (asked.limit is not None and seen + left >= asked.limit)
    return EventPage(events, None if is_end else _position(asked, events[-1], seen + left))


@dataclass(frozen=True)
class Span:
    """A part of the log of events: leaves from ``start`` on, before ``end``."""

    start: int
    end: int
    # Of these only what was recorded from here on; None: all.
    since: datetime | None = None


def events_in_log(
    session: Session, *, vendor_id: str, asked: Asked, span: Span, size: int
) -> list[tuple[int, EventRow]]:
    """Return the first events of a part of the log that a query asks for, with their leaves.

    They stand in the order of their commits: an event that was written earlier and committed
    later stands behind one that was read before.
    """
    statement = (
        _selected(vendor_id, with_all_names(session, asked))
        .add_columns(LogLeaf.seq.label("leaf"))
        .join(LogLeaf, LogLeaf.event_seq == TraceEvent.seq)
        .where(LogLeaf.seq >= span.start, LogLeaf.seq < span.end)
        .order_by(LogLeaf.seq)
        .limit(size)
    )
    if span.since is not None:
        statement = statement.where(TraceEvent.record_time >= span.since)
    return [(leaf, EventRow(*row)) for *row, leaf in session.execute(statement)]


def log_size(session: Session) -> int:
    """Return how many events the log has."""
    return session.scalar(sa.select(LogHead.size).where(LogHead.id == 1)) or 0


def first_leaf(session: Session, *, vendor_id: str, since: datetime) -> int | None:
    """Return where a vendor's events that were recorded since a moment begin in the log."""
    return session.scalar(
        sa.select(sa.func.min(LogLeaf.seq))
        .join(TraceEvent, TraceEvent.seq == LogLeaf.event_seq)
        .where(TraceEvent.vendor_id == vendor_id, TraceEvent.record_time >= since)
    )


def event_named(session: Session, event_id: str, *, vendor_id: str) -> EventRow | None:
    """Return an event of a vendor by its id; the first telling where it was declared wrong."""
    row = session.execute(
        _columns()
        .where(TraceEvent.event_id == event_id, TraceEvent.vendor_id == vendor_id)
        .order_by(TraceEvent.declared)
        .limit(1)
    ).first()
    return EventRow(*row) if row else None


def event_values(
    session: Session, kind: str, *, vendor_id: str, size: int, after: str = ""
) -> tuple[list[str], str | None]:
    """Return a page of the values that occur in a vendor's events, and the last one to go on."""
    values = session.scalars(
        sa.select(EventValue.value)
        .where(EventValue.vendor_id == vendor_id, EventValue.kind == kind, EventValue.value > after)
        .order_by(EventValue.value)
        .limit(size + 1)
    ).all()
    return list(values[:size]), values[size - 1] if len(values) > size else None


def has_value(session: Session, kind: str, value: str, *, vendor_id: str) -> bool:
    """Tell whether a value occurs in a vendor's events, by any of its names."""
    wanted = sa.select(EventValue.value).where(
        EventValue.vendor_id == vendor_id,
        EventValue.kind == kind,
        EventValue.value.in_(names_of(session, [value])[value]),
    )
    return session.scalar(wanted.limit(1)) is not None


def known_prefixes(session: Session, *, vendor_id: str) -> dict[str, tuple[str, ...]]:
    """Return the namespaces that each prefix named in a vendor's events."""
    found: dict[str, list[str]] = {}
    for value in session.scalars(
        sa.select(EventValue.value)
        .where(EventValue.vendor_id == vendor_id, EventValue.kind == "prefix")
        .order_by(EventValue.value)
    ):
        prefix, _, space = value.partition(" ")
        found.setdefault(prefix, []).append(space)
    return {prefix: tuple(spaces) for prefix, spaces in found.items()}


def _columns() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        TraceEvent.seq,
        TraceEvent.event_id,
        TraceEvent.event_time,
        TraceEvent.record_time,
        TraceEvent.body,
    )


def _selected(vendor_id: str, asked: Asked) -> sa.Select[*tuple[Any, ...]]:
    return _columns().where(
        TraceEvent.vendor_id == vendor_id, *(_where(each) for each in asked.conditions)
    )


def _need_few(session: Session, vendor_id: str, asked: Asked) -> None:
    assert asked.most is not None  # noqa: S101 - for the type checker
    hits = _selected(vendor_id, asked).with_only_columns(TraceEvent.seq).limit(asked.most + 1)
    if (session.scalar(sa.select(sa.func.count()).select_from(hits.subquery())) or 0) > asked.most:
        raise QueryTooLarge(most=asked.most)


def _ordered(
    statement: sa.Select[*tuple[Any, ...]], asked: Asked, after: Position
) -> sa.Select[*tuple[Any, ...]]:
    if asked.order_by is None:
        statement = statement.order_by(TraceEvent.seq)
        return statement.where(TraceEvent.seq > after[0]) if after else statement
    if isinstance(asked.order_by, str):
        return _by_column(statement, asked, after)
    return _by_field(statement, asked.order_by, is_descending=asked.is_descending).offset(
        int(after[-1]) if after else 0
    )


def _by_column(
    statement: sa.Select[*tuple[Any, ...]], asked: Asked, after: Position
) -> sa.Select[*tuple[Any, ...]]:
    column = getattr(TraceEvent, str(asked.order_by))
    place = sa.tuple_(column, TraceEvent.seq)
    way = operator.lt if asked.is_descending else operator.gt
    if after:
        moment = datetime.fromisoformat(str(after[0]))
        statement = statement.where(way(place, sa.tuple_(moment, after[1])))
    direct = sa.desc if asked.is_descending else sa.asc
    return statement.order_by(direct(column), direct(TraceEvent.seq))


def _by_field(
    statement: sa.Select[*tuple[Any, ...]], names: Sequence[str], *, is_descending: bool
) -> sa.Select[*tuple[Any, ...]]:
    """Order by an own field of the outermost level; events without it stand last."""
    own = aliased(EventField)
    value = (
        sa.select(
            own.event_seq, sa.func.min(own.number).label("number"), sa.func.min(own.text).label("t")
        )
        .where(own.name.in_(names))
        .group_by(own.event_seq)
        .subquery()
    )
    direct = sa.desc if is_descending else sa.asc
    return statement.outerjoin(value, value.c.event_seq == TraceEvent.seq).order_by(
        value.c.t.is_(None), direct(value.c.number), direct(value.c.t), TraceEvent.seq
    )


def _position(asked: Asked, last: EventRow, count: int) -> Position:
    if asked.order_by is None:
        return (last.seq, count)
    if isinstance(asked.order_by, str):
        return (getattr(last, asked.order_by).isoformat(), last.seq, count)
    return (count,)


def _where(condition: Condition) -> Where:
    return _READERS[type(condition)](condition)


def _column_in(condition: ColumnIn) -> Where:
    column = getattr(TraceEvent, condition.column)
    found = [column.in_(condition.values)]
    if condition.is_below:
        # A part of a place has its number behind it: a plot of a farm.
        found += [column.startswith(f"{each}/254/", autoescape=True) for each in condition.values]
        found += [column.in_(_plots_below(root, codes)) for root, codes in _farms(condition.values)]
    return sa.or_(*found)


_OWN_PLACE = re.compile(r"(https?://[^/?#]+)/p/(\w{1,12})", re.ASCII)


def _farms(places: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Return the codes of places that the house named itself, by the address they stand under."""
    found: dict[str, list[str]] = {}
    for each in places:
        if own := _OWN_PLACE.fullmatch(each):
            found.setdefault(own[1], []).append(own[2])
    return list(found.items())


def _plots_below(root: str, codes: Sequence[str]) -> sa.Select[str]:
    """Select what the plots of farms with these codes are called: a code does not tell its farm."""
    return (
        sa.select(sa.literal(f"{root}/p/") + Plot.trace_code)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Farm.trace_code.in_(codes))
    )


def _column_compared(condition: ColumnCompared) -> Where:
    column = getattr(TraceEvent, condition.column)
    compared: Where = COMPARES[condition.compare](column, condition.value)
    # An event that was not declared wrong has an empty time.
    return compared & (column > "") if condition.column == "declared" else compared


def _thing_in(condition: ThingIn) -> Where:
    found: list[Where] = [EventWhat.ref.in_(condition.values)]
    found += [EventWhat.ref.startswith(f"{each}/", autoescape=True) for each in condition.patterns]
    hits = sa.select(EventWhat.event_seq).where(sa.or_(*found))
    if condition.kind is not None:
        hits = hits.where(EventWhat.kind == condition.kind)
    if condition.roles:
        hits = hits.where(EventWhat.role.in_(condition.roles))
    return TraceEvent.seq.in_(hits)


def _amount_compared(condition: AmountCompared) -> Where:
    hits = sa.select(EventWhat.event_seq).where(
        COMPARES[condition.compare](EventWhat.quantity, condition.value)
    )
    if condition.uom is not None:
        hits = hits.where(EventWhat.uom == condition.uom)
    return TraceEvent.seq.in_(hits)


def _field_in(condition: FieldIn) -> Where:
    hits = sa.select(EventField.event_seq).where(EventField.name.in_(condition.names))
    if condition.texts:
        hits = hits.where(EventField.text.in_(condition.texts))
    return TraceEvent.seq.in_(hits)


def _field_compared(condition: FieldCompared) -> Where:
    is_number = isinstance(condition.value, float)
    column = EventField.number if is_number else EventField.text
    return TraceEvent.seq.in_(
        sa.select(EventField.event_seq).where(
            EventField.name.in_(condition.names),
            COMPARES[condition.compare](column, condition.value),
        )
    )


_READERS: dict[type[Any], Callable[[Any], Where]] = {
    ColumnIn: _column_in,
    ColumnCompared: _column_compared,
    ThingIn: _thing_in,
    AmountCompared: _amount_compared,
    FieldIn: _field_in,
    FieldCompared: _field_compared,
}


def limited(asked: Asked, *more: Condition) -> Asked:
    """Return a query with further conditions."""
    return replace(asked, conditions=(*more, *asked.conditions))
