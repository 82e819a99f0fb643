"""In which crates and on which pallets lots were, and what happened to those meanwhile."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from traceability.gs1.ids import load_id
from traceability.models import (
    EventWhat,
    LogisticUnit,
    Shipment,
    ShipmentLine,
    TraceEvent,
    UnitContent,
)
from traceability.queries.journey import is_declared_wrong, may_tell
from traceability.rules import IdKind, WhatRole


@dataclass(frozen=True)
class Stay:
    """A crate or pallet in which a lot was, as events name it; half-open in whole milliseconds.

    ``after`` is the event that put it there: of the same instant, only later ones count.
    """

    name: str
    since: datetime
    until: datetime | None
    after: int

    def covers(self, at: datetime, seq: int) -> bool:
        """Tell whether an event happened while the lot was in there."""
        begun = self.since <= at and seq > self.after
        return begun and (self.until is None or at < self.until)


@dataclass(frozen=True)
class _Content:
    unit: str
    since: datetime
    until: datetime | None
    in_seq: int


def stays_of(session: Session, lot_ids: Collection[str], *, root: str) -> list[Stay]:
    """Return where lots were: in crates, and on the pallets these stood on (one statement).

    What left with a shipment is in there until the receiver has it, or until the crate is
    filled again: so long partners tell of the load alone.
    """
    lot, above = aliased(UnitContent), aliased(UnitContent)
    crate, pallet = aliased(LogisticUnit), aliased(LogisticUnit)
    rows = session.execute(
        sa.select(
            *_cells(lot, crate),
            *_cells(above, pallet),
        )
        .join(crate, crate.id == lot.unit_id)
        .outerjoin(above, sa.and_(above.child_id == lot.unit_id, _overlap(lot, above)))
        .outerjoin(pallet, pallet.id == above.unit_id)
        .where(lot.lot_id.in_(lot_ids))
        .order_by(lot.since, lot.id, above.since)
    )
    return list(dict.fromkeys(stay for row in rows for stay in _stays(row, root)))


def events_of_loads(session: Session, stays: Sequence[Stay]) -> set[int]:
    """Return the events that name a load, and no lot, while a lot was in it (one statement)."""
    if not stays:
        return set()
    lots = aliased(EventWhat)
    rows = session.execute(
        sa.select(EventWhat.ref, TraceEvent.seq, TraceEvent.event_time)
        .join(TraceEvent, TraceEvent.seq == EventWhat.event_seq)
        .where(
            EventWhat.ref.in_({stay.name for stay in stays}),
            # What names lots tells of those; what is put beside it is another matter, too.
            ~sa.exists().where(
                lots.event_seq == TraceEvent.seq,
                (lots.kind == IdKind.CLASS)
                | ((EventWhat.role == WhatRole.PARENT) & (lots.role == WhatRole.CHILD)),
            ),
        )
    ).all()
    by_name: dict[str, list[Stay]] = {}
    for stay in stays:
        by_name.setdefault(stay.name, []).append(stay)
    return {seq for ref, seq, at in rows if any(one.covers(at, seq) for one in by_name[ref])}


def stays_told(session: Session, names: Collection[str], *, vendors: Collection[str]) -> list[Stay]:
    """Return in which loads one thing of these names was, and on which pallets those stood.

    As events of these vendors tell it: partners put single packs into crates, which the house
    counts by their lots (four statements at most).
    """
    crates = [stay for _name, stay in _told(session, names, vendors)]
    pallets = _told(session, {stay.name for stay in crates}, vendors)
    above = [
        _common(crate, stay) for crate in crates for name, stay in pallets if name == crate.name
    ]
    return [*crates, *(stay for stay in above if stay.until is None or stay.since < stay.until)]


def _told(
    session: Session, names: Collection[str], vendors: Collection[str]
) -> list[tuple[str, Stay]]:
    """Return in which loads events put things of these names, each with its name."""
    if not names:
        return []
    child, parent = aliased(EventWhat), aliased(EventWhat)
    rows = session.execute(
        _aggregations(parent, vendors)
        .add_columns(child.ref.label("thing"))
        .join(child, (child.event_seq == TraceEvent.seq) & (child.role == WhatRole.CHILD))
        .where(child.ref.in_(names))
    ).all()
    ends = [row for row in rows if row.action == "DELETE"]
    ends += _emptied(session, {row.load for row in rows}, vendors)
    return [
        (row.thing, Stay(row.load, row.at, _end(row, ends), row.seq))
        for row in rows
        if row.action != "DELETE"
    ]


def _emptied(
    session: Session, loads: Collection[str], vendors: Collection[str]
) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Return events by which all that was in loads was taken out: they name nothing inside."""
    if not loads:
        return []
    parent, child = aliased(EventWhat), aliased(EventWhat)
    is_named = sa.exists().where(child.event_seq == TraceEvent.seq, child.role == WhatRole.CHILD)
    return session.execute(
        _aggregations(parent, vendors)
        .add_columns(sa.literal(None).label("thing"))
        .where(parent.ref.in_(loads), TraceEvent.action == "DELETE", ~is_named)
    ).all()


def _aggregations(parent: type[EventWhat], vendors: Collection[str]) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            TraceEvent.seq,
            TraceEvent.event_time.label("at"),
            TraceEvent.action,
            parent.ref.label("load"),
        )
        .join(parent, (parent.event_seq == TraceEvent.seq) & (parent.role == WhatRole.PARENT))
        .where(TraceEvent.type == "AggregationEvent", may_tell(vendors), ~is_declared_wrong())
        .order_by(TraceEvent.event_time, TraceEvent.seq)
    )


def _end(
    begun: sa.Row[*tuple[Any, ...]], ends: Sequence[sa.Row[*tuple[Any, ...]]]
) -> datetime | None:
    """Return when a thing that was put into a load was taken out of it; None: it is in there."""
    out = (
        one.at
        for one in ends
        if one.load == begun.load and one.thing in {None, begun.thing}
        if (one.at, one.seq) > (begun.at, begun.seq)
    )
    return min(out, default=None)


def _common(crate: Stay, pallet: Stay) -> Stay:
    """Return the time for which a thing was in a crate and that stood on a pallet."""
    ends = [one.until for one in (crate, pallet) if one.until is not None]
    since, after = max(crate.since, pallet.since), max(crate.after, pallet.after)
    return Stay(pallet.name, since, min(ends, default=None), after)


def _stays(row: Sequence[Any], root: str) -> Iterator[Stay]:
    inner, outer = _content(row[:8], root), _content(row[8:], root)
    if inner is None:
        return
    yield _stay(inner.unit, inner)
    if outer is not None:
        yield _stay(outer.unit, inner, outer)


def _content(cells: Sequence[Any], root: str) -> _Content | None:
    sscc, code, since, in_seq, until, out_seq, filled, came = cells
    if code is None:
        return None
    if until is not None and out_seq is None:
        # It was shipped: no event says that it was taken out.
        until = min((end for end in (filled, came) if end is not None), default=None)
    return _Content(load_id(root, sscc=sscc, code=code), since, until, in_seq)


def _stay(name: str, *contents: _Content) -> Stay:
    """Return the time that several spans have in common."""
    ends = [one.until for one in contents if one.until is not None]
    end = min(ends, default=None)
    return Stay(
        name,
        _floor(max(one.since for one in contents)),
        _floor(end) if end else None,
        max(one.in_seq for one in contents),
    )


def _floor(at: datetime) -> datetime:
    """Return an instant as events tell it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _overlap(one: type[UnitContent], two: type[UnitContent]) -> sa.ColumnElement[bool]:
    return sa.and_(
        two.until.is_(None) | (two.until > one.since),
        one.until.is_(None) | (one.until > two.since),
    )


def _cells(content: type[UnitContent], unit: type[LogisticUnit]) -> tuple[Any, ...]:
    """Return what is read of one content: its unit, its time, and how it ended."""
    again = aliased(UnitContent)
    filled = (
        sa.select(sa.func.min(again.since))
        .where(again.unit_id == content.unit_id, again.since >= content.until)
        .scalar_subquery()
    )
    came = (
        sa.select(sa.func.min(sa.func.coalesce(Shipment.received_at, Shipment.voided_at)))
        .join(ShipmentLine, ShipmentLine.shipment_id == Shipment.id)
        .where(ShipmentLine.lot_id == content.lot_id, Shipment.shipped_at == content.until)
        .scalar_subquery()
    )
    cells = (unit.sscc, unit.code, content.since, content.in_seq, content.until, content.out_seq)
    return (*cells, filled, came)
