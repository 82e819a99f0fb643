"""A vendor whose time of keeping is over leaves no name on old orders."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from orders.models import Order


def forget_vendor_name(session: Session, vendor_id: str) -> None:
    """Take the copied name off the vendor's orders; amounts and lines stay."""
    session.execute(sa.update(Order).where(Order.vendor_id == vendor_id).values(vendor_name="-"))
