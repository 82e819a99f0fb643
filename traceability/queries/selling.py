"""A condition for the queries of other trades."""

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from traceability.models import Lot
from traceability.rules import LotState


def may_be_sold(lot_id: InstrumentedAttribute[str | None]) -> sa.ColumnElement[bool]:
    """Return the condition that the lot of a row, if it has one, may be sold at this moment."""
    is_open = sa.exists().where(Lot.id == lot_id, Lot.state == LotState.OPEN)
    return sa.or_(lot_id.is_(None), is_open)
