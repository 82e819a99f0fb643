"""Orders and carts of goods that a recall stops: many at one go."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import claims
from kernel.actor import Actor
from kernel.ids import new_id
from kernel.many import among
from orders.models import Order, OrderStep
from orders.queries.affected import sold_of
from orders.rules import OrderState

WAITING = (OrderState.PLACED, OrderState.CONFIRMED)
CARTS = "cart:"


def stop_orders(
    session: Session,
    lot_ids: Collection[str],
    *,
    recalled: bool,
    reason: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Note on every open order of these lots that it is stopped; return how many they are.

    What keeps it from being packed or sent is the state of its lots.
    """
    orders = {one.order_id for one in sold_of(session, lot_ids) if one.is_open}
    waiting = session.execute(
        sa.select(Order.id, Order.state).where(
            among(session, Order.id, orders), Order.state.in_(WAITING)
        )
    ).all()
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "order_id": row.id,
            "action": "lot_recalled" if recalled else "lot_held",
            "state": row.state.value,
            "actor_id": actor.user_id,
            "actor_name": actor.name,
            "reason": reason[:500],
            "at": now,
        }
        for row in waiting
    ]
    if rows:
        session.execute(sa.insert(OrderStep.__table__), rows)  # type: ignore[arg-type]
    return len(rows)


def free_carts(session: Session, bucket_ids: Collection[str], *, now: datetime) -> int:
    """Give up what carts hold of these stocks; return how many holds there were.

    The lines stay in the carts, where buyers see that the goods are not to be had now.
    """
    return claims.release_all(session, bucket_ids, of=CARTS, now=now)
