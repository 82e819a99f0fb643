"""Which lots the lines of orders got."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from orders.models import OrderAllocation, OrderLine

# So many lots are looked up by one statement.
_AT_ONCE = 5000


@dataclass(frozen=True)
class Allocation:
    """So much of one lot that a line got, in the lot's base unit."""

    order_id: str
    line_id: str
    lot_id: str
    quantity: int
    packed_at: datetime
    shipped_at: datetime | None
    delivered_at: datetime | None


_COLUMNS = [getattr(OrderAllocation, name) for name in Allocation.__dataclass_fields__]


def allocations_of(session: Session, order_ids: Collection[str]) -> list[Allocation]:
    """Return what orders got of which lots and did not give back (one statement)."""
    return _read(session, OrderAllocation.order_id.in_(order_ids))


def allocations_of_lots(session: Session, lot_ids: Sequence[str]) -> Iterator[Allocation]:
    """Yield which orders got something of lots and did not give it back, however many lots."""
    for start in range(0, len(lot_ids), _AT_ONCE):
        wanted = OrderAllocation.lot_id.in_(lot_ids[start : start + _AT_ONCE])
        yield from _read(session, wanted)


def orders_with_lot(lot_id: str) -> sa.CompoundSelect[str]:
    """Return the orders that got something of a lot, or will as far as anybody can say."""
    got = sa.select(OrderAllocation.order_id).where(
        OrderAllocation.lot_id == lot_id, OrderAllocation.returned_at.is_(None)
    )
    decided = sa.exists().where(OrderAllocation.line_id == OrderLine.id)
    named = sa.select(OrderLine.order_id).where(OrderLine.lot_id == lot_id, ~decided)
    return got.union(named)


def _read(session: Session, wanted: sa.ColumnElement[bool]) -> list[Allocation]:
    rows = session.execute(
        sa.select(*_COLUMNS)
        .where(wanted, OrderAllocation.returned_at.is_(None))
        .order_by(OrderAllocation.id)
    )
    return [Allocation(**row._mapping) for row in rows]
