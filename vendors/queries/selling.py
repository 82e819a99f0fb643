"""Who may sell, for the queries of other trades."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from vendors.models import Vendor
from vendors.rules import OPEN


def may_sell(vendor_id: sa.ColumnExpressionArgument[str]) -> sa.ColumnElement[bool]:
    """Return the condition that the vendor of a row may sell at this moment."""
    return sa.exists().where(Vendor.id == vendor_id, Vendor.state.in_(OPEN))


def any_vendor(session: Session) -> bool:
    """Tell whether the market has a vendor yet, in whatever state."""
    return session.scalar(sa.select(Vendor.id).limit(1)) is not None
