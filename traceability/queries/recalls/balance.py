"""Where goods of lots are by the books: moves, and shipments that are under way or came to be lots."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.many import among
from traceability.models import LotMove, Shipment, ShipmentLine
from traceability.rules import MoveKind


@dataclass(frozen=True)
class Sent:
    """So much of a lot that a vendor shipped to somebody, in the lot's base unit."""

    lot_id: str
    quantity: int
    vendor_id: str
    to_vendor_id: str | None
    to_name: str
    to_address: str
    code: str
    shipped_at: datetime
    received_at: datetime | None
    # The lot that it became in the books of the receiver.
    became_id: str | None
    # What the receiver counted; None: nobody has said.
    received: int | None

    @property
    def lost(self) -> int:
        """Return how much of it did not arrive, as the receiver counted."""
        return 0 if self.received is None else self.quantity - self.received


@dataclass
class Book:
    """The moves of a lot by kind, signed, and its shipments: what did not arrive is nowhere."""

    moves: dict[MoveKind, int] = field(default_factory=dict)
    under_way: int = 0
    became: int = 0
    lost: int = 0

    def out(self, *kinds: MoveKind) -> int:
        """Return how much went out by moves of some kinds, less what came back by them."""
        return -sum(self.moves.get(kind, 0) for kind in kinds)


def books_of(session: Session, lot_ids: Collection[str], sent: Collection[Sent]) -> dict[str, Book]:
    """Return what the books say of lots (one statement); ``sent`` are their shipments."""
    books = {lot_id: Book() for lot_id in lot_ids}
    if not books:
        return books
    rows = session.connection().execute(
        sa.select(LotMove.lot_id, LotMove.kind, sa.func.sum(LotMove.quantity))
        .where(among(session, LotMove.lot_id, lot_ids))
        .group_by(LotMove.lot_id, LotMove.kind)
    )
    for lot_id, kind, total in rows:
        books[lot_id].moves[kind] = int(total)
    for one in sent:
        books[one.lot_id].lost += one.lost
        if one.became_id is not None:
            books[one.lot_id].became += one.quantity - one.lost
        elif one.received_at is None and one.to_vendor_id is not None:
            # Nobody outside of the market says that it came.
            books[one.lot_id].under_way += one.quantity
    return books


def sent_of(session: Session, lot_ids: Collection[str]) -> tuple[Sent, ...]:
    """Return to whom lots were shipped; what was called off went nowhere."""
    if not lot_ids:
        return ()
    rows = session.connection().execute(
        sa.select(
            ShipmentLine.lot_id,
            ShipmentLine.quantity,
            Shipment.vendor_id,
            Shipment.to_vendor_id,
            Shipment.to_name,
            Shipment.to_address,
            Shipment.code,
            Shipment.shipped_at,
            Shipment.received_at,
            ShipmentLine.became_id,
            ShipmentLine.received,
        )
        .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
        .where(among(session, ShipmentLine.lot_id, lot_ids), Shipment.voided_at.is_(None))
        .order_by(Shipment.shipped_at, Shipment.id, ShipmentLine.id)
    )
    return tuple(Sent(**row._mapping) for row in rows)
