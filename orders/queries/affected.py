"""Who was sold goods of some lots, and what of it can still be stopped: for recalls."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.errors import NotFound
from kernel.many import among
from orders import rules
from orders.models import CartLine, Order, OrderAllocation, OrderGroup, OrderLine
from orders.queries.groups import Access, group_id_of
from orders.rules import DeliveryMethod, FulfilmentState, OrderState

ON_THE_WAY = frozenset({FulfilmentState.SHIPPED, FulfilmentState.READY})


@dataclass(frozen=True)
class Sold:
    """So much of one lot in one line of an order; ``quantity`` in the lot's base unit."""

    lot_id: str
    quantity: int
    title: dict[str, str]
    order_id: str
    order_code: str
    group_id: str
    vendor_id: str
    vendor_name: str
    state: OrderState
    fulfilment: FulfilmentState
    placed_at: datetime
    buyer: str
    lang: str
    delivery: DeliveryMethod
    commune: str | None

    @property
    def is_open(self) -> bool:
        """Tell whether it has not left the vendor: it can still be stopped."""
        return self.fulfilment in {FulfilmentState.PENDING, FulfilmentState.PACKED}

    @property
    def is_on_the_way(self) -> bool:
        """Tell whether it left the vendor and has not arrived."""
        return self.fulfilment in ON_THE_WAY


@dataclass(frozen=True)
class Contact:
    """How the buyer of an order is reached: for the purpose of a recall alone."""

    group_id: str
    name: str
    phone: str
    email: str | None
    lang: str
    address: str
    commune: str | None


@dataclass(frozen=True)
class InCarts:
    """Goods of a listing that lie in carts: how many carts, how much in the listing's unit."""

    carts: int
    packs: int


def sold_of(
    session: Session, lot_ids: Collection[str], *, vendor_id: str | None = None
) -> tuple[Sold, ...]:
    """Return every line of orders that are or were carried out with goods of these lots.

    What was packed counts by the lots it was packed from and what came back not at all; of what
    was not packed yet the lot counts that was shown. ``vendor_id``: of this vendor alone, who must
    not see the buyers of another.
    """
    if not lot_ids:
        return ()
    packed = (
        sa.select(OrderAllocation.lot_id, OrderAllocation.quantity, *_LINE, *_ORDER)
        .join(OrderLine, OrderLine.id == OrderAllocation.line_id)
        .where(
            among(session, OrderAllocation.lot_id, lot_ids), OrderAllocation.returned_at.is_(None)
        )
    )
    decided = sa.exists().where(OrderAllocation.line_id == OrderLine.id)
    shown = sa.select(OrderLine.lot_id, OrderLine.size * OrderLine.quantity, *_LINE, *_ORDER).where(
        among(session, OrderLine.lot_id, lot_ids), ~decided
    )
    arms = [_joined(wanted, vendor_id) for wanted in (packed, shown)]
    found = [Sold(*row) for row in session.connection().execute(sa.union_all(*arms))]
    return tuple(sorted(found, key=lambda one: (one.placed_at, one.order_id, one.lot_id)))


def _joined(wanted: sa.Select[*tuple[Any, ...]], vendor_id: str | None) -> sa.Select[Any]:
    sold = (
        wanted.join(Order, Order.id == OrderLine.order_id)
        .join(OrderGroup, OrderGroup.id == Order.group_id)
        .where(Order.state.in_(rules.LIVE))
    )
    return sold if vendor_id is None else sold.where(Order.vendor_id == vendor_id)


_LINE = (OrderLine.title,)
_ORDER = (
    Order.id,
    Order.code,
    Order.group_id,
    Order.vendor_id,
    Order.vendor_name,
    Order.state,
    Order.fulfilment,
    Order.placed_at,
    OrderGroup.contact_name,
    OrderGroup.lang,
    OrderGroup.delivery,
    OrderGroup.commune,
)


def contacts_of(session: Session, group_ids: Collection[str]) -> dict[str, Contact]:
    """Return how buyers are reached, by the order group."""
    if not group_ids:
        return {}
    rows = session.connection().execute(
        sa.select(
            OrderGroup.id,
            OrderGroup.contact_name,
            OrderGroup.contact_phone,
            OrderGroup.contact_email,
            OrderGroup.lang,
            OrderGroup.address,
            OrderGroup.commune,
        ).where(among(session, OrderGroup.id, group_ids))
    )
    return {row.id: Contact(*row) for row in rows}


def in_carts(session: Session, listing_ids: Collection[str]) -> dict[str, InCarts]:
    """Return how much of listings lies in carts, by listing."""
    if not listing_ids:
        return {}
    rows = session.execute(
        sa.select(
            CartLine.listing_id,
            sa.func.count(CartLine.cart_id.distinct()),
            sa.func.sum(CartLine.quantity),
        )
        .where(among(session, CartLine.listing_id, listing_ids), CartLine.variant_id.is_not(None))
        .group_by(CartLine.listing_id)
    )
    return {listing_id: InCarts(carts, int(packs)) for listing_id, carts, packs in rows}


def line_lots(session: Session, *, order_id: str) -> dict[str, dict[str, str]]:
    """Return the lots that lines of an order came from, with the title of the goods."""
    packed = sa.select(OrderAllocation.lot_id, OrderLine.title).join(
        OrderLine, OrderLine.id == OrderAllocation.line_id
    )
    decided = sa.exists().where(OrderAllocation.line_id == OrderLine.id)
    shown = sa.select(OrderLine.lot_id, OrderLine.title).where(
        OrderLine.lot_id.is_not(None), ~decided
    )
    found: dict[str, dict[str, str]] = {}
    for wanted in (packed, shown):
        rows = session.connection().execute(wanted.where(OrderLine.order_id == order_id))
        found.update((row[0] or "", row[1]) for row in rows)
    return found


def order_for_complaint(session: Session, access: Access, *, order_code: str) -> str:
    """Return the id of a part of an order that somebody may open.

    :raises NotFound: for whoever may not, and for a part of another order.
    """
    found = session.scalar(
        sa.select(Order.id).where(
            Order.group_id == group_id_of(session, access), Order.code == order_code
        )
    )
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Part:
    """One vendor's part of an order, as a list of notices names it."""

    group_id: str
    vendor_id: str
    order_code: str
    vendor_name: str
    buyer: str


def parts_of(session: Session, group_ids: Collection[str]) -> dict[tuple[str, str], Part]:
    """Return the parts of orders, by group and vendor."""
    if not group_ids:
        return {}
    rows = session.connection().execute(
        sa.select(
            Order.group_id,
            Order.vendor_id,
            Order.code,
            Order.vendor_name,
            OrderGroup.contact_name,
        )
        .join(OrderGroup, OrderGroup.id == Order.group_id)
        .where(among(session, Order.group_id, group_ids))
    )
    return {(row.group_id, row.vendor_id): Part(*row) for row in rows}
