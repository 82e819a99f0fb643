"""Orders as their buyer, a vendor or the office sees them; who may see is part of the query."""

import hmac
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bookings.queries import BookingView, bookings_of
from catalog.queries.reviewed import reviewed_lines
from kernel.errors import NotFound
from kernel.pages import Page
from orders import rules
from orders.models import CollectionPoint, Order, OrderGroup, OrderLine, OrderStep
from orders.queries.allocations import allocations_of
from orders.queries.carts import digest
from orders.rules import FulfilmentState, OrderState, PaidState, Standing, Step
from traceability.queries import LotCard, lot_cards
from vendors.queries import VendorCard, vendor_cards


@dataclass(frozen=True)
class Access:
    """How somebody opens an order: by its code with its key, or signed in as its buyer."""

    code: str
    key: str = field(default="", repr=False)
    user_id: str | None = None


@dataclass(frozen=True)
class Served:
    """So much of one lot that a line got, in the lot's base unit."""

    lot: LotCard
    quantity: int


@dataclass(frozen=True)
class LineView:
    """One line of an order, with what is known of its lot and its seats today."""

    row: OrderLine
    lot: LotCard | None
    booking: BookingView | None
    # Which lots it got when it was packed.
    served: tuple[Served, ...] = ()

    @property
    def is_seat(self) -> bool:
        """Tell whether it is a visit."""
        return self.row.departure_id is not None

    @property
    def lot_is_stopped(self) -> bool:
        """Tell whether its lot may not be sold or eaten now."""
        return self.lot is not None and self.lot.is_stopped


@dataclass(frozen=True)
class OrderView:
    """One vendor's part of an order."""

    row: Order
    lines: tuple[LineView, ...]
    steps: tuple[OrderStep, ...]
    standing: Standing
    vendor: VendorCard | None

    @property
    def total_vnd(self) -> int:
        """Return what the buyer pays for this part."""
        return self.row.goods_vnd + self.row.delivery_vnd

    @property
    def plain_state(self) -> str:
        """Return the message id that says where it stands."""
        return rules.plain_state(self.standing)

    @property
    def progress(self) -> tuple[Step, ...]:
        """Return the progress line."""
        return rules.progress(self.standing)

    @property
    def actions(self) -> tuple[str, ...]:
        """Return what its vendor may do next."""
        return rules.vendor_actions(self.standing)

    @property
    def buyer_may_cancel(self) -> bool:
        """Tell whether its buyer may cancel it alone."""
        return rules.buyer_may_cancel(self.standing)

    @property
    def is_delivered(self) -> bool:
        """Tell whether the buyer has everything."""
        return self.row.fulfilment is FulfilmentState.DELIVERED


@dataclass(frozen=True)
class GroupView:
    """A whole order as its buyer sees it."""

    row: OrderGroup
    orders: tuple[OrderView, ...]
    point: CollectionPoint | None

    @property
    def prepaid(self) -> bool:
        """Tell whether money comes before the goods."""
        return self.row.payment_method != "cod"

    @property
    def awaits_payment(self) -> bool:
        """Tell whether the buyer has to pay now."""
        return self.row.pay_until is not None


@dataclass(frozen=True)
class GroupRow:
    """A line of a buyer's list."""

    code: str
    placed_at: datetime
    total_vnd: int
    paid: PaidState
    states: tuple[OrderState, ...]
    titles: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class OrderRow:
    """A line of a vendor's list."""

    id: str
    code: str
    placed_at: datetime
    goods_vnd: int
    contact_name: str
    standing: Standing
    titles: tuple[tuple[int, dict[str, str]], ...]

    @property
    def plain_state(self) -> str:
        """Return the message id that says where it stands, as the vendor reads it."""
        return rules.vendor_state(self.standing)


@dataclass(frozen=True)
class RefundRow:
    """Money the office has to pay back."""

    id: str
    code: str
    refund_vnd: int
    payment_method: str
    contact_name: str
    contact_phone: str
    placed_at: datetime


def group_id_of(session: Session, access: Access) -> str:
    """Return the id of the group that somebody may open (one statement).

    :raises NotFound: for a wrong code and for a wrong key alike.
    """
    row = session.execute(
        sa.select(OrderGroup.id, OrderGroup.access_hash, OrderGroup.buyer_id).where(
            OrderGroup.code == access.code
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    by_key = bool(access.key) and hmac.compare_digest(digest(access.key), row.access_hash)
    if not by_key and (access.user_id is None or access.user_id != row.buyer_id):
        raise NotFound
    return str(row.id)


def group_view(session: Session, access: Access) -> GroupView:
    """Return an order with all its parts (at most 8 statements).

    :raises NotFound: for whoever may not see it.
    """
    group = session.get_one(OrderGroup, group_id_of(session, access), populate_existing=True)
    orders = session.scalars(
        sa.select(Order)
        .where(Order.group_id == group.id)
        .order_by(Order.id)
        .execution_options(populate_existing=True)
    ).all()
    point = (
        session.get(CollectionPoint, group.collection_point_id)
        if group.collection_point_id
        else None
    )
    return GroupView(group, _views(session, group, orders), point)


def vendor_order(session: Session, order_id: str, *, vendor_id: str) -> GroupView:
    """Return a group with one vendor's own order and no other's.

    :raises NotFound: for the order of another vendor.
    """
    order = session.scalars(
        sa.select(Order)
        .where(Order.id == order_id, Order.vendor_id == vendor_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if order is None:
        raise NotFound
    group = session.get_one(OrderGroup, order.group_id, populate_existing=True)
    point = (
        session.get(CollectionPoint, group.collection_point_id)
        if group.collection_point_id
        else None
    )
    return GroupView(group, _views(session, group, [order], served=True), point)


def orders_of_buyer(
    session: Session, user_id: str, *, page: int = 1, size: int = 20
) -> Page[GroupRow]:
    """Return a buyer's orders, newest first (three statements)."""
    groups = session.scalars(
        sa.select(OrderGroup)
        .where(OrderGroup.buyer_id == user_id)
        .order_by(OrderGroup.placed_at.desc(), OrderGroup.id.desc())
        .offset((page - 1) * size)
        .limit(size + 1)
        .execution_options(populate_existing=True)
    ).all()
    states, titles = defaultdict(list), defaultdict(list)
    rows = session.execute(
        sa.select(Order.group_id, Order.state, OrderLine.title)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.group_id.in_([group.id for group in groups]))
        .order_by(OrderLine.id)
    )
    for group_id, state, title in rows:
        states[group_id].append(state)
        titles[group_id].append(title)
    made = [
        GroupRow(
            code=group.code,
            placed_at=group.placed_at,
            total_vnd=group.total_vnd,
            paid=group.paid,
            states=tuple(dict.fromkeys(states[group.id])),
            titles=tuple(titles[group.id]),
        )
        for group in groups
    ]
    return Page.cut(made, page, size)


# What a vendor's list can be narrowed to, and what that means.
LISTS: dict[str, sa.ColumnElement[bool]] = {
    "new": Order.state == OrderState.PLACED,
    "preparing": sa.and_(
        Order.state == OrderState.CONFIRMED,
        Order.fulfilment.in_([FulfilmentState.PENDING, FulfilmentState.PACKED]),
    ),
    "on_the_way": sa.and_(
        Order.state == OrderState.CONFIRMED,
        Order.fulfilment.in_([FulfilmentState.SHIPPED, FulfilmentState.READY]),
    ),
    "done": Order.state == OrderState.COMPLETED,
    "off": Order.state.in_([OrderState.CANCELED, OrderState.EXPIRED]),
}


def orders_of_vendor(
    session: Session, vendor_id: str, *, which: str = "", page: int = 1, size: int = 20
) -> Page[OrderRow]:
    """Return a vendor's orders, newest first, of one of LISTS or of all (two statements)."""
    wanted = sa.select(Order, OrderGroup).join(OrderGroup).where(Order.vendor_id == vendor_id)
    if which in LISTS:
        wanted = wanted.where(LISTS[which])
    found = session.execute(
        wanted.order_by(Order.placed_at.desc(), Order.id.desc())
        .offset((page - 1) * size)
        .limit(size + 1)
        .execution_options(populate_existing=True)
    ).all()
    lines = _lines(session, [order for order, _ in found])
    made = [
        OrderRow(
            id=order.id,
            code=order.code,
            placed_at=order.placed_at,
            goods_vnd=order.goods_vnd,
            contact_name=group.contact_name,
            standing=standing_of(group, order, lines[order.id]),
            titles=tuple((line.quantity, line.title) for line in lines[order.id]),
        )
        for order, group in found
    ]
    return Page.cut(made, page, size)


def refunds_due(session: Session, *, page: int = 1, size: int = 30) -> Page[RefundRow]:
    """Return the groups whose buyers wait for money, oldest first."""
    rows = session.execute(
        sa.select(
            OrderGroup.id,
            OrderGroup.code,
            OrderGroup.refund_vnd,
            OrderGroup.payment_method,
            OrderGroup.contact_name,
            OrderGroup.contact_phone,
            OrderGroup.placed_at,
        )
        .where(OrderGroup.paid == PaidState.REFUND_DUE)
        .order_by(OrderGroup.placed_at, OrderGroup.id)
        .offset((page - 1) * size)
        .limit(size + 1)
    ).all()
    return Page.cut([RefundRow(*row) for row in rows], page, size)


def lines_with_review(session: Session, group: GroupView) -> frozenset[str]:
    """Return the delivered lines of an order that have a review (one statement)."""
    delivered = [order for order in group.orders if order.is_delivered]
    return reviewed_lines(session, [line.row.id for order in delivered for line in order.lines])


def collection_points(session: Session) -> Sequence[CollectionPoint]:
    """Return where orders can be fetched."""
    active = sa.select(CollectionPoint).where(CollectionPoint.active)
    return session.scalars(active.order_by(CollectionPoint.code)).all()


def _lines(session: Session, orders: Sequence[Order]) -> dict[str, list[OrderLine]]:
    found: dict[str, list[OrderLine]] = defaultdict(list)
    wanted = OrderLine.order_id.in_([order.id for order in orders])
    for line in session.scalars(sa.select(OrderLine).where(wanted).order_by(OrderLine.id)):
        found[line.order_id].append(line)
    return found


def standing_of(group: OrderGroup, order: Order, lines: Sequence[OrderLine]) -> Standing:
    """Return what rules need to know of one vendor's order."""
    return Standing(
        state=order.state,
        fulfilment=order.fulfilment,
        paid=group.paid,
        method=group.payment_method,
        delivery=group.delivery,
        has_goods=any(line.departure_id is None for line in lines),
    )


def _views(
    session: Session, group: OrderGroup, orders: Sequence[Order], *, served: bool = False
) -> tuple[OrderView, ...]:
    """Return orders with their lines; ``served``: with the lots they got, for their vendor."""
    lines = _lines(session, orders)
    flat = [line for own in lines.values() for line in own]
    got = allocations_of(session, [order.id for order in orders]) if served else []
    named = {line.lot_id for line in flat if line.lot_id} | {one.lot_id for one in got}
    lots = lot_cards(session, named)
    of_line: dict[str, list[Served]] = defaultdict(list)
    for one in got:
        of_line[one.line_id].append(Served(lots[one.lot_id], one.quantity))
    seats = [line.id for line in flat if line.departure_id]
    booked = bookings_of(session, seats) if seats else {}
    steps: dict[str, list[OrderStep]] = defaultdict(list)
    wanted = OrderStep.order_id.in_([order.id for order in orders])
    for step in session.scalars(sa.select(OrderStep).where(wanted).order_by(OrderStep.id)):
        steps[step.order_id].append(step)
    vendors = vendor_cards(session, {order.vendor_id for order in orders})
    return tuple(
        OrderView(
            row=order,
            lines=tuple(
                LineView(
                    line,
                    lots.get(line.lot_id or ""),
                    booked.get(line.id),
                    tuple(of_line[line.id]),
                )
                for line in lines[order.id]
            ),
            steps=tuple(steps[order.id]),
            standing=standing_of(group, order, lines[order.id]),
            vendor=vendors.get(order.vendor_id),
        )
        for order in orders
    )
