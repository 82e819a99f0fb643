"""Moving orders along their arrows: each step is kept with who, when and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.claims import Demand
from kernel.db import lock
from kernel.errors import NotFound
from orders import rules
from orders.models import Order, OrderGroup, OrderLine, OrderStep
from orders.rules import PaidState


@dataclass(frozen=True)
class Act:
    """Who does something to an order, when, and why."""

    actor: Actor
    now: datetime
    reason: str = ""


def lock_group(session: Session, group_id: str) -> OrderGroup:
    """Return a group, locked and read anew.

    Locks are always taken in this order: group, orders, payments, buckets.

    :raises NotFound: when there is none.
    """
    group = lock(session, OrderGroup, group_id)
    if group is None:
        raise NotFound
    return group


def lock_orders(session: Session, group_id: str) -> Sequence[Order]:
    """Return the orders of a group, locked and read anew, in the order of their codes."""
    return session.scalars(
        sa.select(Order)
        .where(Order.group_id == group_id)
        .order_by(Order.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def lines_of(session: Session, order_ids: Iterable[str]) -> Sequence[OrderLine]:
    """Return the lines of orders, in the order in which they were written."""
    wanted = OrderLine.order_id.in_(list(order_ids))
    return session.scalars(sa.select(OrderLine).where(wanted).order_by(OrderLine.id)).all()


def demands_of(lines: Iterable[OrderLine]) -> list[Demand]:
    """Return what lines take of their buckets."""
    return [Demand(line.bucket_id, line.size * line.quantity) for line in lines]


def seats_of(lines: Iterable[OrderLine]) -> list[str]:
    """Return the ids of the lines that are seats."""
    return [line.id for line in lines if line.departure_id is not None]


def group_owner(group_id: str) -> str:
    """Return the name under which a placed group holds its claims and is paid."""
    return f"group:{group_id}"


def cash_reference(order_id: str) -> str:
    """Return the name of the payment that one vendor's carrier collects in cash."""
    return f"order:{order_id}"


def move_order(
    session: Session, order: Order, act: Act, *, state: str | None = None, goods: str | None = None
) -> None:
    """Pull an arrow of the order (``state``), of its goods (``goods``), or both.

    :raises Conflict: when a table has no such arrow; nothing moves then.
    """
    before = {"state": order.state.value, "fulfilment": order.fulfilment.value}
    order_state = rules.order_after(order.state, state) if state else order.state
    fulfilment = rules.fulfilment_after(order.fulfilment, goods) if goods else order.fulfilment
    order.state, order.fulfilment = order_state, fulfilment
    action = goods or state or ""
    note_step(session, order, action, act)
    audit.record(
        session,
        f"order.{action}",
        actor=act.actor,
        subject=("order", order.id),
        now=act.now,
        before=before,
        after={"state": order.state.value, "fulfilment": order.fulfilment.value},
        code=order.code,
        reason=act.reason,
    )


def note_step(session: Session, order: Order, action: str, act: Act) -> None:
    """Write a line of an order's history."""
    session.add(
        OrderStep(
            order_id=order.id,
            action=action,
            state=order.state.value,
            actor_id=act.actor.user_id,
            actor_name=act.actor.name,
            reason=act.reason[:500],
            at=act.now,
        )
    )
    session.flush()


def move_paid(session: Session, group: OrderGroup, action: str, act: Act) -> None:
    """Pull an arrow of a group's payment axis.

    :raises Conflict: when the table has no such arrow.
    """
    before, group.paid = group.paid, rules.paid_after(group.paid, action)
    if group.paid is not PaidState.UNPAID:
        group.pay_until = None
    session.flush()
    audit.record(
        session,
        f"order_group.{action}",
        actor=act.actor,
        subject=("order_group", group.id),
        now=act.now,
        before={"paid": before.value},
        after={"paid": group.paid.value},
        code=group.code,
        refund_vnd=group.refund_vnd,
        reason=act.reason,
    )
