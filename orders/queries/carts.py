"""Whose basket is it: found by the token in a browser's cookie, or by who is signed in."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from orders.models import Cart, CartLine


@dataclass(frozen=True)
class Bearer:
    """Who holds a basket: a browser with a token, a person who is signed in, or both."""

    token: str | None = field(default=None, repr=False)
    user_id: str | None = None


def digest(token: str) -> str:
    """Return what is kept of a token: its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()


def access_key(token: str, cart_key: str) -> str:
    """Return the key that opens an order without signing in.

    Only the browser that placed the order can make it again: a second press
    of the button leads to the same page.
    """
    return hmac.new(token.encode(), cart_key.encode(), hashlib.sha256).hexdigest()


def owner_key(cart_id: str) -> str:
    """Return the name under which a basket holds its claims."""
    return f"cart:{cart_id}"


def find_cart(session: Session, bearer: Bearer, *, locked: bool = False) -> Cart | None:
    """Return a bearer's basket, if there is one (no statement for who cannot have any)."""
    whose = _whose(bearer)
    if whose is None:
        return None
    wanted = sa.select(Cart).where(whose).order_by(Cart.user_id.is_(None), Cart.id.desc()).limit(1)
    if locked:
        wanted = wanted.with_for_update(key_share=True)
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def cart_lines(session: Session, cart_id: str) -> Sequence[CartLine]:
    """Return the lines of a basket in the order in which they were put in."""
    return session.scalars(
        sa.select(CartLine)
        .where(CartLine.cart_id == cart_id)
        .order_by(CartLine.id)
        .execution_options(populate_existing=True)
    ).all()


def basket_count(session: Session, bearer: Bearer) -> int:
    """Return how many lines a bearer's basket has: at most one statement.

    The header shows a copy kept in a cookie and asks nothing.
    """
    whose = _whose(bearer)
    if whose is None:
        return 0
    counted = sa.select(sa.func.count()).select_from(CartLine).join(Cart).where(whose)
    return session.scalar(counted) or 0


def _whose(bearer: Bearer) -> sa.ColumnElement[bool] | None:
    """Return the condition for a bearer's basket: one of somebody else is never opened."""
    by_token = (
        sa.and_(Cart.token_hash == digest(bearer.token), Cart.user_id.is_(None))
        if bearer.token
        else None
    )
    if bearer.user_id is None:
        return by_token
    mine = Cart.user_id == bearer.user_id
    return mine if by_token is None else sa.or_(mine, by_token)
