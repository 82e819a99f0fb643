"""When a pack left its farm and when it was sold, by what events tell."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.gs1.ids import lot_ids, unit_ids
from traceability.models import EventWhat, Lot, Shipment, TraceEvent
from traceability.queries.journey import is_declared_wrong, may_tell
from traceability.queries.naming import roots_of
from traceability.queries.proof.loads import events_of_loads, stays_of, stays_told

SENT, SOLD = "shipping", "retail_selling"
# Steps and when they were.
_Times = Sequence[tuple[str, datetime]]


@dataclass(frozen=True)
class Way:
    """When something went first, and was sold last; None: no event tells it.

    ``is_of_unit``: it is told of the one pack, not of its lot.
    """

    left_at: datetime | None
    sold_at: datetime | None
    is_of_unit: bool = False


def ways_of(session: Session, lot: Lot, serial: str) -> Way:
    """Return how a pack went, or its lot where nothing is told of the pack (seven statements at most).

    What is told of the crate or pallet in which it was meanwhile is told of it. What is sold at
    the farm leaves it then. Shipments that were called off, events that were declared wrong, and
    what partners of others tell, are none.
    """
    roots = roots_of(session)
    if serial:
        names = unit_ids(roots, gtin=lot.gtin, trace_code=lot.trace_code, serial=serial)
        loads = events_of_loads(session, stays_told(session, names, vendors=[lot.vendor_id]))
        told = _times(session, lot, names, loads)
        if told:
            return _way(told, is_of_unit=True)
    names = lot_ids(roots, gtin=lot.gtin, code=lot.code, trace_code=lot.trace_code)
    loads = events_of_loads(session, stays_of(session, [lot.id], root=roots[0]))
    return _way(_times(session, lot, names, loads))


def _times(session: Session, lot: Lot, names: Collection[str], loads: Collection[int]) -> _Times:
    """Return when things of these names, or loads, were sent and sold."""
    asked = {"refs": list(names), "loads": list(loads), "vendors": [lot.vendor_id]}
    return [(row.step, row.at) for row in session.execute(_told(), asked)]


def _way(told: _Times, *, is_of_unit: bool = False) -> Way:
    sold = max((at for step, at in told if step == SOLD), default=None)
    return Way(min((at for _step, at in told), default=None), sold, is_of_unit)


@cache
def _told() -> sa.Select[*tuple[Any, ...]]:
    called_off = sa.exists().where(
        Shipment.event_seq == TraceEvent.seq, Shipment.voided_at.is_not(None)
    )
    named = sa.select(EventWhat.event_seq).where(
        EventWhat.ref.in_(sa.bindparam("refs", expanding=True))
    )
    return sa.select(TraceEvent.biz_step.label("step"), TraceEvent.event_time.label("at")).where(
        TraceEvent.seq.in_(named) | TraceEvent.seq.in_(sa.bindparam("loads", expanding=True)),
        TraceEvent.biz_step.in_([SENT, SOLD]),
        may_tell(sa.bindparam("vendors", expanding=True)),
        ~is_declared_wrong(),
        ~called_off,
    )
