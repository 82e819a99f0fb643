"""Orders of a vendor, for the vendor itself, and which of them are not carried out yet."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.export import Sheet, read_sheet
from orders.models import Order, OrderGroup, OrderLine, OrderStep
from orders.rules import OrderState
from payments.queries import settled_at

_HEADS = (
    Order.code,
    Order.state,
    Order.fulfilment,
    Order.goods_vnd,
    Order.delivery_vnd,
    Order.placed_at,
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

_STEPS = (
    Order.code.label("order_code"),
    OrderStep.action,
    OrderStep.state,
    OrderStep.reason,
    OrderStep.at,
)
_PAID = (
    Order.code,
    OrderGroup.payment_method,
    OrderGroup.paid,
    OrderGroup.paid_by,
    (Order.goods_vnd + Order.delivery_vnd).label("amount_vnd"),
)


def order_sheets(session: Session, vendor_id: str) -> list[Sheet]:
    """Return orders and lines of a vendor, with what it needs of the buyer to carry them out."""
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
        read_sheet(
            session,
            "order_history",
            sa.select(*_STEPS).join(Order, Order.id == OrderStep.order_id).where(mine),
        ),
        _payments(session, vendor_id),
    ]


def _payments(session: Session, vendor_id: str) -> Sheet:
    """Return how each order was paid.

    A payment may cover orders of other vendors: of each only the amount of this order is told.
    """
    rows = session.execute(
        sa.select(*_PAID)
        .join(OrderGroup, OrderGroup.id == Order.group_id)
        .where(Order.vendor_id == vendor_id)
        .order_by(Order.placed_at, Order.id)
    ).all()
    times = settled_at(session, {row.paid_by for row in rows if row.paid_by})
    return Sheet(
        "payments",
        ["order_code", "method", "state", "amount_vnd", "settled_at"],
        [
            (r.code, r.payment_method, r.paid, r.amount_vnd, times.get(r.paid_by or ""))
            for r in rows
        ],
    )


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
