"""Orders, collection points and reviews from the office's tables.

An order walks through the same services as one of today, at the times of its
row, so that claims, bookings and the ledger agree with it. Nobody is written to.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.services.people import find_user
from bookings.queries import bookings_of, departure_rows
from bookings.services import redeem
from catalog.queries import listing_page
from catalog.queries.offers import listing_ids_by_code
from catalog.queries.reviewed import reviewed_lines
from catalog.services.reviews import add_review
from kernel import audit, places
from kernel.actor import Actor
from kernel.errors import Invalid
from kernel.ids import new_token
from kernel.mail import quiet
from kernel.messages import msg
from orders.models import Cart, CartLine, CollectionPoint, Order, OrderGroup, OrderLine
from orders.queries.baskets import quote, read_basket, read_terms
from orders.queries.carts import Bearer, digest
from orders.rules import DeliveryMethod
from orders.services.checkout import PlacedOrder, Purchase, place_order
from orders.services.fulfil import act_on_order
from orders.services.paying import expire_group, mark_refunded, take_money
from orders.services.steps import lines_of
from payments.services.settle import settle_payment


@dataclass(frozen=True)
class LineRow:
    """One line: a pack by listing and size, or a visit by listing and start."""

    listing_code: str
    quantity: int
    size: int | None = None
    starts_at: datetime | None = None


@dataclass(frozen=True)
class OrderRow:
    """One order of a table with its lines; ``code`` is the key.

    ``state`` is one of STATES and counts for all vendors of the order;
    ``changed_at`` is when it was reached, by default soon after ``placed_at``.
    """

    code: str
    contact_name: str
    contact_phone: str
    method: str
    state: str
    placed_at: datetime
    lines: tuple[LineRow, ...]
    delivery: DeliveryMethod = DeliveryMethod.DELIVERY
    commune: str | None = None
    address: str = ""
    point_code: str = ""
    contact_email: str | None = None
    account: str = ""
    note: str = ""
    reason: str = ""
    lang: str = "vi"
    changed_at: datetime | None = None


@dataclass(frozen=True)
class PointRow:
    """One collection point of a table; ``code`` is the key."""

    code: str
    name: Mapping[str, str]
    commune: str
    address: str
    hours: Mapping[str, str] = field(default_factory=dict)
    active: bool = True


@dataclass(frozen=True)
class ReviewRow:
    """What the buyer of an order said of a listing in it; both are the key."""

    order_code: str
    listing_code: str
    rating: int
    body: str
    written_at: datetime
    lang: str = "vi"
    author_name: str = ""


STATES = (
    "awaiting_payment",
    "placed",
    "confirmed",
    "packed",
    "shipped",
    "ready",
    "completed",
    "canceled",
    "expired",
    "refund_due",
    "refunded",
)

# What vendors do to goods until a state is reached.
_GOODS_WALKS: dict[str, tuple[str, ...]] = {
    "confirmed": ("confirm",),
    "packed": ("confirm", "pack"),
    "shipped": ("confirm", "pack", "ship"),
    "ready": ("confirm", "pack", "make_ready"),
}
_OFF = frozenset({"canceled", "refund_due", "refunded"})
_UNPAID = frozenset({"awaiting_payment", "expired"})


def import_order(session: Session, row: OrderRow, *, actor: Actor, now: datetime) -> str:
    """Take over an order and walk it to its state; one that is known is kept. Return its id.

    :raises Invalid: when a value cannot be used; ``field`` names the column.
    """
    known = session.scalar(sa.select(OrderGroup.id).where(OrderGroup.code == row.code))
    if known is not None:
        return known
    _check(row, now)
    with quiet(session):
        placed = _place(session, row, actor)
        _walk(session, row, placed, actor)
    return placed.group_id


def import_point(session: Session, row: PointRow, *, actor: Actor, now: datetime) -> str:
    """Make a collection point, or bring the one of this code up to date; return its id.

    :raises Invalid: when the commune is unknown.
    """
    places.commune(row.commune)
    point = session.scalar(sa.select(CollectionPoint).where(CollectionPoint.code == row.code))
    if point is None:
        point = CollectionPoint(code=row.code)
        session.add(point)
    point.name, point.hours = dict(row.name), dict(row.hours)
    point.commune, point.address, point.active = row.commune, row.address, row.active
    session.flush()
    subject = ("collection_point", point.id)
    audit.record(session, "collection_point.imported", actor=actor, subject=subject, now=now)
    return point.id


def import_review(session: Session, row: ReviewRow, *, actor: Actor, now: datetime) -> str:
    """Take over a review of a delivered line; one that is known is kept. Return the line's id.

    :raises Invalid: when no such line was delivered.
    """
    del actor, now  # the review is its buyer's, at its own time
    found = session.execute(
        sa.select(OrderLine, OrderGroup.contact_name, Order.fulfilment)
        .join(Order, Order.id == OrderLine.order_id)
        .join(OrderGroup, OrderGroup.id == Order.group_id)
        .where(
            OrderGroup.code == row.order_code,
            OrderLine.listing_id.in_(listing_ids_by_code(session, [row.listing_code]).values()),
        )
        .order_by(OrderLine.id)
    ).first()
    if found is None or found.fulfilment.value != "delivered":
        raise Invalid(msg("Nothing of this listing was delivered with this order."), field="order")
    line = found.OrderLine
    if line.id not in reviewed_lines(session, [line.id]):
        add_review(
            session,
            listing_id=line.listing_id,
            line_ref=line.id,
            author_name=row.author_name or found.contact_name,
            rating=row.rating,
            body=row.body,
            lang=row.lang,
            now=row.written_at,
        )
    return str(line.id)


def _check(row: OrderRow, now: datetime) -> None:
    if row.state not in STATES:
        raise Invalid(msg("Unknown state: %(state)s."), field="state", state=row.state)
    if row.method == "cod" and row.state in _UNPAID | {"refund_due", "refunded"}:
        raise Invalid(msg("An order in cash is never in this state."), field="state")
    if not row.lines:
        raise Invalid(msg("An order has at least one line."), field="lines")
    if row.placed_at > now or (row.changed_at or row.placed_at) > now:
        raise Invalid(msg("This lies in the future."), field="placed_at")
    if row.state == "completed" and any((line.starts_at or now) > now for line in row.lines):
        raise Invalid(msg("This visit lies in the future."), field="state")


def _place(session: Session, row: OrderRow, actor: Actor) -> PlacedOrder:
    """Put the lines into a basket of their own and order it at the row's time."""
    token, at = new_token(), row.placed_at
    buyer_id = find_user(session, row.account) if row.account else None
    cart = Cart(id=_cart_id(row.code), token_hash=digest(token), updated_at=at, placed=0)
    session.add(cart)
    session.flush()
    session.add_all(_cart_line(session, cart, line, at) for line in row.lines)
    session.flush()
    basket, terms = read_basket(session, cart, now=at), read_terms(session, now=at)
    purchase = Purchase(
        checkout=0,
        shown_total_vnd=quote(basket, row.delivery, terms).total_vnd,
        contact_name=row.contact_name,
        contact_phone=row.contact_phone,
        contact_email=row.contact_email,
        delivery=row.delivery,
        commune=row.commune,
        address=row.address,
        collection_point_id=_point_id(session, row.point_code),
        note=row.note,
        method=row.method,
        lang=row.lang,
    )
    placed = place_order(session, Bearer(token), purchase=purchase, actor=actor, now=at)
    session.delete(cart)
    return _rename(session, placed, row.code, buyer_id)


def _rename(session: Session, placed: PlacedOrder, code: str, buyer_id: str | None) -> PlacedOrder:
    """Give an order the code by which its table knows it."""
    group = session.get_one(OrderGroup, placed.group_id)
    group.code, group.buyer_id = code, buyer_id
    for number, order in enumerate(_orders(session, placed.group_id), 1):
        order.code = f"{code}-{number}"
    session.flush()
    return replace(placed, code=code)


def _walk(session: Session, row: OrderRow, placed: PlacedOrder, actor: Actor) -> None:
    """Do what was done until the row's state was reached."""
    orders = _orders(session, placed.group_id)
    if row.state == "expired":
        group = session.get_one(OrderGroup, placed.group_id)
        expire_group(session, placed.group_id, now=group.pay_until or row.placed_at)
    if row.state in _UNPAID:
        return
    last = row.changed_at or row.placed_at + timedelta(minutes=10)
    if placed.payment_id is not None:
        _pay(session, placed, row.placed_at + (last - row.placed_at) / 10)
    for order in orders:
        lines = lines_of(session, [order.id])
        actions = _actions(row.state, row.delivery, lines)
        for number, action in enumerate(actions, 1):
            at = row.placed_at + (last - row.placed_at) * number / len(actions)
            _act(session, order, action, _as_owner(actor, order.vendor_id), (at, row.reason))
    if row.state == "refunded":
        office = replace(actor, roles=actor.roles | {"finance"})
        mark_refunded(session, placed.group_id, note=row.code, actor=office, now=last)


def _actions(state: str, delivery: DeliveryMethod, lines: Sequence[OrderLine]) -> tuple[str, ...]:
    if state in _OFF:
        return ("cancel",)
    if all(line.departure_id for line in lines):
        return ("attend",) if state == "completed" else ()
    if state == "completed":
        way = "ready" if delivery is DeliveryMethod.COLLECTION else "shipped"
        return (*_GOODS_WALKS[way], "deliver")
    return _GOODS_WALKS.get(state, ())


def _act(
    session: Session, order: Order, action: str, actor: Actor, when: tuple[datetime, str]
) -> None:
    at, reason = when
    if action == "attend":
        _let_guests_in(session, order, actor)
    words = reason or "Hết hàng" if action == "cancel" else ""
    act_on_order(session, order.id, action=action, actor=actor, now=at, reason=words)


def _let_guests_in(session: Session, order: Order, actor: Actor) -> None:
    seats = [line.id for line in lines_of(session, [order.id])]
    for booking in bookings_of(session, seats).values():
        redeem(
            session,
            vendor_id=order.vendor_id,
            code=booking.code,
            actor=actor,
            now=booking.starts_at,
        )


def _as_owner(actor: Actor, vendor_id: str) -> Actor:
    """Return who imports, with the rights of a vendor's owner for the walk."""
    return replace(actor, memberships={vendor_id: frozenset({"owner"})})


def _pay(session: Session, placed: PlacedOrder, at: datetime) -> None:
    payment_id = placed.payment_id or ""
    settle_payment(session, payment_id, source="desk", now=at)
    group = session.get_one(OrderGroup, placed.group_id)
    take_money(session, group.id, payment_id=payment_id, amount_vnd=group.total_vnd, now=at)


def _orders(session: Session, group_id: str) -> Sequence[Order]:
    wanted = sa.select(Order).where(Order.group_id == group_id).order_by(Order.id)
    return session.scalars(wanted).all()


def _cart_id(code: str) -> str:
    """Return an id made of the code: two imports at once cannot both take an order over."""
    made = base64.b32encode(hashlib.sha256(f"import:{code}".encode()).digest())
    return made.decode()[:26]


def _cart_line(session: Session, cart: Cart, row: LineRow, at: datetime) -> CartLine:
    listing_id = listing_ids_by_code(session, [row.listing_code]).get(row.listing_code)
    if listing_id is None:
        raise Invalid(
            msg("There is no listing %(code)s."), field="listing_code", code=row.listing_code
        )
    seat = row.starts_at is not None
    return CartLine(
        cart_id=cart.id,
        listing_id=listing_id,
        variant_id=None if seat else _variant_id(session, row, at),
        departure_id=_departure_id(session, listing_id, row) if seat else None,
        quantity=row.quantity,
        price_vnd=0,
        added_at=at,
    )


def _variant_id(session: Session, row: LineRow, at: datetime) -> str:
    found = listing_page(session, row.listing_code, now=at)
    packs = {pack.size: pack.id for pack in found.packs} if found else {}
    size = row.size or (min(packs) if packs else 0)
    if size not in packs:
        raise Invalid(msg("There is no such pack size."), field="size")
    return packs[size]


def _departure_id(session: Session, listing_id: str, row: LineRow) -> str:
    if row.starts_at is None:
        raise Invalid(msg("There is no such departure."), field="starts_at")
    found = departure_rows(session, listing_id=listing_id, since=row.starts_at, size=1).items
    if not found or found[0].starts_at != row.starts_at:
        raise Invalid(msg("There is no such departure."), field="starts_at")
    return found[0].id


def _point_id(session: Session, code: str) -> str | None:
    if not code:
        return None
    return session.scalar(sa.select(CollectionPoint.id).where(CollectionPoint.code == code))
