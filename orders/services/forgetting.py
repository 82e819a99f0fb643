"""A vendor whose time of keeping is over leaves no name on old orders."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from orders.models import Order, OrderStep


def forget_vendor_name(session: Session, vendor_id: str) -> None:
    """Take the names off the vendor's orders and their history; amounts and lines stay."""
    mine = sa.select(Order.id).where(Order.vendor_id == vendor_id)
    session.execute(
        sa.update(OrderStep)
        .where(OrderStep.order_id.in_(mine))
        .values(actor_name="", actor_id=None)
    )
    session.execute(sa.update(Order).where(Order.vendor_id == vendor_id).values(vendor_name="-"))
