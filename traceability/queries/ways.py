"""When a pack left its farm and when it was sold, by what events tell."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.gs1.ids import lot_id, unit_id
from traceability.models import EventWhat, Lot, Shipment, TraceEvent
from traceability.queries.journey import is_declared_wrong

SENT, SOLD = "shipping", "retail_selling"


@dataclass(frozen=True)
class Way:
    """When something went first, and was sold last; None: no event tells it.

    ``is_of_unit``: it is told of the one pack, not of its lot.
    """

    left_at: datetime | None
    sold_at: datetime | None
    is_of_unit: bool = False


def ways_of(session: Session, lot: Lot, serial: str, *, root: str) -> Way:
    """Return how a pack went, or its lot where nothing is told of the pack (one statement).

    What is sold at the farm leaves it then. Shipments that were called off, and events that
    were declared wrong, are none.
    """
    whole = lot_id(root, gtin=lot.gtin, code=lot.code, trace_code=lot.trace_code)
    pack = unit_id(root, gtin=lot.gtin, trace_code=lot.trace_code, serial=serial) if serial else ""
    rows = session.execute(_told(), {"refs": [whole, pack]}).all()
    told = {(row.ref, row.step): row for row in rows}
    is_of_unit = any(ref == pack for ref, _step in told)
    ref = pack if is_of_unit else whole
    sent, sold = told.get((ref, SENT)), told.get((ref, SOLD))
    begun = [row.first for row in (sent, sold) if row is not None]
    return Way(min(begun, default=None), sold.last if sold else None, is_of_unit)


@cache
def _told() -> sa.Select[*tuple[Any, ...]]:
    called_off = sa.exists().where(
        Shipment.event_seq == TraceEvent.seq, Shipment.voided_at.is_not(None)
    )
    return (
        sa.select(
            EventWhat.ref,
            TraceEvent.biz_step.label("step"),
            sa.func.min(TraceEvent.event_time).label("first"),
            sa.func.max(TraceEvent.event_time).label("last"),
        )
        .join(EventWhat, EventWhat.event_seq == TraceEvent.seq)
        .where(
            EventWhat.ref.in_(sa.bindparam("refs", expanding=True)),
            TraceEvent.biz_step.in_([SENT, SOLD]),
            ~is_declared_wrong(),
            ~called_off,
        )
        .group_by(EventWhat.ref, TraceEvent.biz_step)
    )
