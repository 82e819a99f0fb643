"""Why there is more or less of an offer than before."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.claims import Movement

MOST = 20


@dataclass(frozen=True)
class StockMove:
    """One change of what is on hand, in the listing's unit, and why."""

    change: int
    reason: str
    at: datetime


def stock_moves(session: Session, bucket_id: str | None) -> tuple[StockMove, ...]:
    """Return the last changes of a stock, the newest first; sales are told by the orders."""
    rows = session.execute(
        sa.select(Movement.d_on_hand, Movement.reason, Movement.at)
        .where(Movement.bucket_id == bucket_id, Movement.d_on_hand != 0)
        .order_by(Movement.at.desc(), Movement.id.desc())
        .limit(MOST)
    )
    return tuple(StockMove(*row) for row in rows)
