"""What of lots went into other lots: there it is accounted for."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.many import among
from traceability.models import LotEdge


def passed_on(session: Session, lot_ids: Collection[str]) -> dict[str, int]:
    """Return how much of each lot was packed into others, in its base unit."""
    if not lot_ids:
        return {}
    rows = session.execute(
        sa.select(LotEdge.src_id, sa.func.sum(LotEdge.quantity))
        .where(among(session, LotEdge.src_id, lot_ids))
        .group_by(LotEdge.src_id)
    )
    return {lot_id: int(quantity) for lot_id, quantity in rows}
