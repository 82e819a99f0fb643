"""What orders does by itself, every minute or every night."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import claims
from orders.models import Cart, CartLine, OrderGroup
from orders.services.paying import expire_group

EMPTY_CART_LASTS = timedelta(days=14)
CART_LASTS = timedelta(days=90)
BATCH = 200


def expire_unpaid(session: Session, now: datetime) -> int:
    """Let unpaid groups past their time expire and return how many did (asks no network)."""
    due = session.scalars(
        sa.select(OrderGroup.id)
        .where(OrderGroup.pay_until <= now)
        .order_by(OrderGroup.id)
        .limit(BATCH)
    ).all()
    return sum(expire_group(session, group_id, now=now) for group_id in due)


def sweep_claims(session: Session, now: datetime) -> int:
    """Mark holds that ended by themselves and return how many there were."""
    return claims.sweep(session, now=now)


def purge_carts(session: Session, now: datetime) -> int:
    """Remove baskets that are empty, or that nobody has touched for long; return how many."""
    filled = sa.select(CartLine.id).where(CartLine.cart_id == Cart.id).exists()
    old = session.scalars(
        sa.select(Cart.id)
        .where(
            sa.or_(
                Cart.updated_at < now - CART_LASTS,
                sa.and_(Cart.updated_at < now - EMPTY_CART_LASTS, ~filled),
            )
        )
        .order_by(Cart.id)
        .limit(BATCH)
    ).all()
    session.execute(sa.delete(CartLine).where(CartLine.cart_id.in_(old)))
    session.execute(sa.delete(Cart).where(Cart.id.in_(old)))
    return len(old)
