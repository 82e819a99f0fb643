"""What waits for a vendor this morning."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from orders.models import Order, OrderGroup
from orders.rules import FulfilmentState, OrderState


@dataclass(frozen=True)
class Waiting:
    """How many orders wait for each of a vendor's next steps."""

    to_confirm: int
    to_pack: int
    to_send: int


def waiting_orders(session: Session, *, vendor_id: str) -> Waiting:
    """Count a vendor's open orders by what is to be done next (one statement).

    Orders whose buyers have still to pay wait for them, not for the vendor.
    """
    rows = session.execute(
        sa.select(Order.state, Order.fulfilment, sa.func.count())
        .join(OrderGroup, OrderGroup.id == Order.group_id)
        .where(
            Order.vendor_id == vendor_id,
            Order.state.in_([OrderState.PLACED, OrderState.CONFIRMED]),
            OrderGroup.pay_until.is_(None),
        )
        .group_by(Order.state, Order.fulfilment)
    ).all()
    confirmed = {row[1]: row[2] for row in rows if row[0] is OrderState.CONFIRMED}
    return Waiting(
        to_confirm=sum(row[2] for row in rows if row[0] is OrderState.PLACED),
        to_pack=confirmed.get(FulfilmentState.PENDING, 0),
        to_send=confirmed.get(FulfilmentState.PACKED, 0),
    )
