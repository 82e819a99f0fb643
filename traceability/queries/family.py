"""Which lots were packed from which: ids only, however long the chain, whatever goes round."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.models import LotEdge


def descendants_of(lot_id: str) -> sa.Select[str]:
    """Return the statement of a lot and everything packed from it.

    The recursion is on the id alone, with UNION: no cycle runs for ever, no depth is cut off.
    """
    begun = sa.select(sa.literal(lot_id, sa.String(26)).label("id")).cte("family", recursive=True)
    family = begun.union(sa.select(LotEdge.dst_id).join(begun, LotEdge.src_id == begun.c.id))
    return sa.select(family.c.id)


def descendants(session: Session, lot_id: str) -> set[str]:
    """Return the ids of a lot and everything packed from it."""
    return set(session.scalars(descendants_of(lot_id)))
