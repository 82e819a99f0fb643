"""Lots and edges by the thousand, written without the steps that made them."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.db import transaction
from kernel.ids import new_id
from kernel.quantity import Unit
from tests.traceability.land import NOW, TODAY
from traceability.models import Lot, LotEdge, TraceEvent
from traceability.rules import LotKind, LotState


def write_lots(
    session: Session, vendor_id: str, names: Iterable[str], *, quantity: int = 1000
) -> None:
    """Write open packed lots whose ids, codes and trace codes are these names."""
    rows = [
        {
            "id": name,
            "vendor_id": vendor_id,
            "code": name,
            "trace_code": name,
            "kind": LotKind.PACKED,
            "product": {"vi": "Vải", "en": "Lychee"},
            "unit": Unit.GRAM,
            "quantity": quantity,
            "harvested_on": TODAY,
            "state": LotState.OPEN,
            "state_reason": "",
            "state_at": NOW,
            "inside_interval": False,
            "created_at": NOW,
            "version": 1,
        }
        for name in names
    ]
    with transaction(session):
        session.execute(sa.insert(Lot), rows)


def write_edges(session: Session, edges: Iterable[tuple[str, str, int]]) -> None:
    """Write that so much of one lot went into another; one event stands behind them all."""
    with transaction(session):
        event = TraceEvent(
            event_id=f"ni:///sha-256;{new_id()}?ver=CBV2.0",
            type="TransformationEvent",
            event_time=NOW,
            time_offset="+07:00",
            record_time=NOW,
            body="{}",
        )
        session.add(event)
        session.flush()
        rows = [
            {
                "id": new_id(),
                "src_id": src,
                "dst_id": dst,
                "event_seq": event.seq,
                "quantity": quantity,
                "at": NOW,
            }
            for src, dst, quantity in edges
        ]
        session.execute(sa.insert(LotEdge), rows)
