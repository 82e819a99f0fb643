"""Orders of a vendor, for the vendor itself, and which of them are not carried out yet."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.export import Sheet, read_sheet
from orders.models import Order, OrderGroup, OrderLine
from orders.rules import OrderState

_HEADS = (
    Order.code,
    Order.state,
    Order.fulfilment,
    Order.goods_vnd,
    Order.delivery_vnd,
    Order.placed_at,
    OrderGroup.payment_method,
    OrderGroup.paid,
    OrderGroup.delivery,
    OrderGroup.contact_name,
    OrderGroup.contact_phone,
    OrderGroup.commune,
    OrderGroup.address,
    OrderGroup.note,
)
_LINES = (
    Order.code.label("order_code"),
    OrderLine.title,
    OrderLine.label,
    OrderLine.quantity,
    OrderLine.price_vnd,
    OrderLine.total_vnd,
    OrderLine.lot_id,
    OrderLine.starts_at,
)


def order_sheets(session: Session, vendor_id: str) -> list[Sheet]:
    """Return orders and lines of a vendor, with what it needs of the buyer to carry them out.

    A payment may cover orders of other vendors: only how this order stands is told.
    """
    mine = Order.vendor_id == vendor_id
    return [
        read_sheet(
            session,
            "orders",
            sa.select(*_HEADS).join(OrderGroup, OrderGroup.id == Order.group_id).where(mine),
        ),
        read_sheet(
            session,
            "order_lines",
            sa.select(*_LINES).join(Order, Order.id == OrderLine.order_id).where(mine),
        ),
    ]


def open_orders(session: Session, vendor_id: str) -> list[str]:
    """Return the codes of orders and bookings that are not carried out yet, at most twenty."""
    waiting = (OrderState.PLACED, OrderState.CONFIRMED)
    return list(
        session.scalars(
            sa.select(Order.code)
            .where(Order.vendor_id == vendor_id, Order.state.in_(waiting))
            .order_by(Order.placed_at)
            .limit(20)
        )
    )


def order_ids(session: Session, vendor_id: str) -> list[str]:
    """Return the orders of a vendor."""
    return list(session.scalars(sa.select(Order.id).where(Order.vendor_id == vendor_id)))
