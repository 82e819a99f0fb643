"""What buyers and vendors are told: messages in the transaction of their cause."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kernel.mail import Address, notify
from orders.models import Order, OrderGroup
from vendors.queries import vendor_cards


def tell_buyer(
    session: Session, group: OrderGroup, template: str, *, now: datetime, **values: Any
) -> None:
    """Write to whoever placed an order."""
    to = Address(email=group.contact_email, phone=group.contact_phone, lang=group.lang)
    notify(
        session,
        f"orders/{template}",
        to=to,
        now=now,
        code=group.code,
        name=group.contact_name,
        **values,
    )


def tell_vendors(
    session: Session, orders: Iterable[Order], template: str, *, now: datetime, **values: Any
) -> None:
    """Write to the vendors of orders, each about its own."""
    orders = list(orders)
    cards = vendor_cards(session, {order.vendor_id for order in orders})
    for order in orders:
        notify(
            session,
            f"orders/{template}",
            to=Address(phone=cards[order.vendor_id].phone),
            now=now,
            code=order.code,
            order_id=order.id,
            vendor_id=order.vendor_id,
            goods_vnd=order.goods_vnd,
            **values,
        )
