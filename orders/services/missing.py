"""Orders that cannot be met: more was sold than the lots of the goods hold any more."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import HOUSE
from kernel.claims import Bucket
from kernel.quantity import written
from orders.models import Order, OrderGroup, OrderLine, OrderStep
from orders.rules import FulfilmentState
from orders.services.letters import tell_vendors
from orders.services.recalling import WAITING
from orders.services.steps import Act, note_step

ACTION = "goods_missing"


@dataclass(frozen=True)
class _Wanting:
    """An order that waits for goods: how much it takes of their stock."""

    order: Order
    title: dict[str, str]
    quantity: int


def tell_missing(session: Session, bucket_id: str, *, missing: int, now: datetime) -> None:
    """Note on the orders that came last that they cannot be met, and write to their vendor.

    As many as ``missing`` in the stock's unit: who ordered first is served first. Where nothing
    happened since an order was noted, it is not told again.
    """
    unit = session.get_one(Bucket, bucket_id).unit
    for one in _last(_waiting(session, bucket_id), missing):
        if _last_action(session, one.order.id) == ACTION:
            continue
        lacks = written(missing, unit)
        note_step(session, one.order, ACTION, Act(HOUSE, now, lacks))
        tell_vendors(session, [one.order], ACTION, now=now, title=one.title, missing=lacks)


def _waiting(session: Session, bucket_id: str) -> Sequence[_Wanting]:
    """Return orders that are paid, or paid on delivery, and not packed; the last one first."""
    sizes = (
        sa.select(
            OrderLine.order_id,
            sa.func.sum(OrderLine.size * OrderLine.quantity).label("quantity"),
            sa.func.min(OrderLine.id).label("line_id"),
        )
        .where(OrderLine.bucket_id == bucket_id)
        .group_by(OrderLine.order_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(Order, OrderLine.title, sizes.c.quantity)
        .join(sizes, sizes.c.order_id == Order.id)
        .join(OrderLine, OrderLine.id == sizes.c.line_id)
        .join(OrderGroup, OrderGroup.id == Order.group_id)
        .where(
            Order.state.in_(WAITING),
            Order.fulfilment == FulfilmentState.PENDING,
            OrderGroup.pay_until.is_(None),
        )
        .order_by(Order.placed_at.desc(), Order.id.desc())
    )
    return [_Wanting(order, title, int(quantity)) for order, title, quantity in rows]


def _last(orders: Sequence[_Wanting], missing: int) -> Iterator[_Wanting]:
    for one in orders:
        if missing <= 0:
            return
        yield one
        missing -= one.quantity


def _last_action(session: Session, order_id: str) -> str | None:
    return session.scalar(
        sa.select(OrderStep.action)
        .where(OrderStep.order_id == order_id)
        .order_by(OrderStep.at.desc(), OrderStep.id.desc())
        .limit(1)
    )
