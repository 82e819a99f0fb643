"""Which lots were made from a lot, however often it was packed again."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.models import Lot, LotEdge


def derived_lots(session: Session, lot_id: str) -> list[str]:
    """Return the lots made from a lot, not itself; a circle in the edges ends by itself."""
    step = sa.select(LotEdge.dst_id.label("id")).where(LotEdge.src_id == lot_id).cte(recursive=True)
    step = step.union(sa.select(LotEdge.dst_id).join(step, LotEdge.src_id == step.c.id))
    found = session.scalars(sa.select(Lot.id).join(step, step.c.id == Lot.id).order_by(Lot.id))
    return [key for key in found if key != lot_id]
