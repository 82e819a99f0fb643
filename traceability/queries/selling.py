"""What the queries and imports of other trades ask about lots."""

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from traceability.models import Lot
from traceability.queries.lots import LotCard, select_cards
from traceability.rules import LotState


def may_be_sold(lot_id: InstrumentedAttribute[str | None]) -> sa.ColumnElement[bool]:
    """Return the condition that the lot of a row, if it has one, may be sold at this moment."""
    # Of one that is used up the stock says whether there is any: no hold stands in the way.
    may = sa.exists().where(Lot.id == lot_id, Lot.state.in_([LotState.OPEN, LotState.CLOSED]))
    return sa.or_(lot_id.is_(None), may)


def lot_of_code(session: Session, code: str, *, vendor_id: str) -> LotCard | None:
    """Return a vendor's lot by its code."""
    row = session.execute(
        select_cards().where(Lot.code == code, Lot.vendor_id == vendor_id)
    ).first()
    return LotCard(**row._mapping) if row else None
