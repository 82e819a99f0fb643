"""Placing an order: one call, one transaction, no network."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

import bookings.services as bookings
from kernel import audit, claims
from kernel.actor import Actor
from kernel.claims import Demand, SoldOut
from kernel.errors import Conflict, Invalid
from kernel.events import emit
from kernel.ids import new_token, short_code
from kernel.messages import msg
from kernel.places import commune
from orders import rules
from orders.errors import EmptyBasket, MethodNotOffered, NotForSale, PricesChanged, SellerAway
from orders.events import OrderPlaced
from orders.models import Cart, CartLine, CollectionPoint, Order, OrderGroup, OrderLine
from orders.queries.baskets import (
    Basket,
    BasketLine,
    Parcel,
    Quote,
    Terms,
    quote,
    read_basket,
    read_terms,
)
from orders.queries.carts import Bearer, access_key, digest, find_cart, owner_key
from orders.rules import DeliveryMethod, FulfilmentState, OrderState, PaidState
from orders.services.cart import not_enough
from orders.services.conditions import Buyer, need_delivered, need_room
from orders.services.letters import tell_buyer, tell_vendors
from orders.services.paying import carry_out
from orders.services.steps import Act, cash_reference, group_owner, note_step
from payments.queries import payment_of
from payments.rules import Method
from payments.services.collect import open_payment


@dataclass(frozen=True)
class Purchase:
    """What a buyer has filled in and agreed to.

    ``checkout`` and ``shown_total_vnd`` are what the page showed: they tell a
    second press and a changed price.
    """

    checkout: int
    shown_total_vnd: int
    contact_name: str
    contact_phone: str
    contact_email: str | None
    delivery: DeliveryMethod
    commune: str | None
    address: str
    collection_point_id: str | None
    note: str
    method: str
    lang: str
    agreed: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlacedOrder:
    """What the page needs to go on; ``key`` is empty when only an account opens the order."""

    group_id: str
    code: str
    key: str
    payment_id: str | None
    method: str


@dataclass(frozen=True)
class _Written:
    """A group as it is being written."""

    group: OrderGroup
    orders: tuple[tuple[Order, Parcel], ...]
    lines: tuple[tuple[OrderLine, BasketLine], ...]

    @property
    def seats(self) -> list[OrderLine]:
        return [line for line, _ in self.lines if line.departure_id]


def place_order(
    session: Session, bearer: Bearer, *, purchase: Purchase, actor: Actor, now: datetime
) -> PlacedOrder:
    """Turn a basket into one order for each vendor, claimed, and paid for or to be paid.

    A second press of the button finds the first order.

    :raises EmptyBasket: when there is nothing to order.
    :raises PricesChanged: when the total is not the one that was shown.
    :raises NotForSale: when something was taken off the shelf.
    :raises NotEnoughLeft: when something was bought by others meanwhile.
    :raises OverOrderLimit, OverBuyerLimit, NotDelivered, OnlyFetched: see `conditions`.
    """
    cart = find_cart(session, bearer, locked=True)
    if cart is None:
        raise EmptyBasket
    if purchase.checkout != cart.placed:
        return _placed_before(session, cart, bearer, purchase.checkout)
    basket, terms = read_basket(session, cart, now=now), read_terms(session, now=now)
    costs = _check(session, basket, purchase, terms)
    need_room(session, basket, _buyer(bearer, purchase), now=now)
    key = access_key(bearer.token or new_token(), _cart_key(cart))
    group = OrderGroup(
        code=short_code(),
        access_hash=digest(key),
        cart_key=_cart_key(cart),
        buyer_id=bearer.user_id,
        paid=PaidState.UNPAID if costs.total_vnd else PaidState.PAID,
        placed_at=now,
        pay_until=_pay_until(purchase.method, costs, terms, now),
        **_copied(purchase, costs),
    )
    written = _write(session, group, basket, costs)
    _claim(session, written, cart, now)
    _book(session, written, actor, now)
    payment_id = _ask_for_money(session, written, actor, now)
    _empty(session, cart, now)
    _tell(session, written, Act(actor, now), key, purchase.agreed)
    return PlacedOrder(group.id, group.code, key, payment_id, group.payment_method)


def _placed_before(session: Session, cart: Cart, bearer: Bearer, checkout: int) -> PlacedOrder:
    """Return the order that an earlier press of the same button placed."""
    cart_key = f"{cart.id}:{checkout}"
    group = session.scalars(sa.select(OrderGroup).where(OrderGroup.cart_key == cart_key)).first()
    if group is None:
        raise Conflict
    key = access_key(bearer.token, cart_key) if bearer.token else ""
    if digest(key) != group.access_hash:
        key = ""
    paid = payment_of(session, group_owner(group.id))
    return PlacedOrder(group.id, group.code, key, paid.id if paid else None, group.payment_method)


def _buyer(bearer: Bearer, purchase: Purchase) -> Buyer:
    return Buyer(bearer.user_id, purchase.contact_phone, purchase.contact_email)


def _cart_key(cart: Cart) -> str:
    return f"{cart.id}:{cart.placed}"


def _check(session: Session, basket: Basket, purchase: Purchase, terms: Terms) -> Quote:
    """Read prices and rules anew and refuse what does not hold any more."""
    if not basket.lines:
        raise EmptyBasket
    back = next((line.good.back_on for line in basket.lines if line.good.back_on), None)
    if back:
        raise SellerAway(day=back.strftime("%d/%m/%Y"))
    if not all(line.good.for_sale for line in basket.lines):
        raise NotForSale
    if not all(parcel.vendor.is_open for parcel in basket.parcels):
        raise NotForSale
    _check_address(session, basket, purchase)
    costs = quote(basket, purchase.delivery, terms)
    if purchase.method not in rules.methods_offered(
        rules.METHODS,
        total_vnd=costs.total_vnd,
        has_seats=basket.has_seats,
        cod_most_vnd=terms.cod_most_vnd,
    ):
        raise MethodNotOffered(field="method")
    if costs.total_vnd != purchase.shown_total_vnd:
        raise PricesChanged
    return costs


def _check_address(session: Session, basket: Basket, purchase: Purchase) -> None:
    wanted = purchase.delivery
    if (wanted is DeliveryMethod.NONE) == basket.has_goods:
        raise Invalid(msg("Choose how the goods reach you."), field="delivery")
    if wanted is DeliveryMethod.DELIVERY:
        if not purchase.commune or not purchase.address:
            raise Invalid(msg("Write the address to deliver to."), field="address")
        commune(purchase.commune)
        need_delivered(basket, purchase.commune)
    if wanted is DeliveryMethod.COLLECTION:
        point = session.get(CollectionPoint, purchase.collection_point_id or "")
        if point is None or not point.active:
            raise Invalid(msg("Choose a collection point."), field="collection_point")


def _pay_until(method: str, costs: Quote, terms: Terms, now: datetime) -> datetime | None:
    if method == "cod" or costs.total_vnd == 0:
        return None
    return now + timedelta(minutes=terms.pay_minutes[method])


def _copied(purchase: Purchase, costs: Quote) -> dict[str, object]:
    sends = purchase.delivery is DeliveryMethod.DELIVERY
    collects = purchase.delivery is DeliveryMethod.COLLECTION
    return {
        "lang": purchase.lang,
        "contact_name": purchase.contact_name,
        "contact_phone": purchase.contact_phone,
        "contact_email": (purchase.contact_email or "").lower() or None,
        "delivery": purchase.delivery,
        "commune": purchase.commune if sends else None,
        "address": purchase.address if sends else "",
        "collection_point_id": purchase.collection_point_id if collects else None,
        "note": purchase.note,
        "payment_method": purchase.method,
        "goods_vnd": costs.goods_vnd,
        "delivery_vnd": costs.delivery_vnd,
        "total_vnd": costs.total_vnd,
    }


def _write(session: Session, group: OrderGroup, basket: Basket, costs: Quote) -> _Written:
    """Write the group, an order for each vendor, and the lines as they were shown."""
    session.add(group)
    session.flush()
    orders = tuple(
        (
            Order(
                group_id=group.id,
                vendor_id=parcel.vendor.id,
                vendor_name=parcel.vendor.name,
                code=f"{group.code}-{number}",
                state=OrderState.PLACED,
                fulfilment=FulfilmentState.PENDING,
                goods_vnd=parcel.goods_vnd,
                delivery_vnd=costs.fees_vnd[parcel.vendor.id],
                placed_at=group.placed_at,
            ),
            parcel,
        )
        for number, parcel in enumerate(basket.parcels, 1)
    )
    session.add_all(order for order, _ in orders)
    session.flush()
    lines = tuple((_line(order, line), line) for order, parcel in orders for line in parcel.lines)
    session.add_all(line for line, _ in lines)
    session.flush()
    return _Written(group, orders, lines)


def _line(order: Order, line: BasketLine) -> OrderLine:
    good = line.good
    return OrderLine(
        order_id=order.id,
        listing_id=good.listing_id,
        variant_id=None if good.is_seat else good.key,
        departure_id=good.key if good.is_seat else None,
        lot_id=good.lot_id,
        title=good.title,
        label=good.label,
        art=good.art,
        tint=good.tint,
        size=good.size,
        quantity=line.quantity,
        price_vnd=good.price_vnd,
        total_vnd=line.total_vnd,
        **(asdict(good.weight) if good.weight else {}),
        deliver_from=good.deliver_from,
        deliver_until=good.deliver_until,
        best_before=good.best_before,
        bucket_id=good.bucket_id,
        starts_at=good.starts_at,
        harvested_on=good.harvested_on,
    )


def _claim(session: Session, written: _Written, cart: Cart, now: datetime) -> None:
    """Let the basket's holds become the group's, under the same locks: nobody comes between.

    Cash settles at once; a card's hold outlives its time until the provider has answered.
    """
    group, owner = written.group, group_owner(written.group.id)
    pieces = [(line.good, line.quantity) for _, line in written.lines]
    demands = [Demand(good.bucket_id, good.size * count) for good, count in pieces]
    claims.release(session, owner_key(cart.id), now=now)
    try:
        if group.pay_until is None:
            claims.settle(session, owner, demands, now=now)
        else:
            claims.hold(session, owner, demands, until=group.pay_until, now=now)
    except SoldOut as refusal:
        raise not_enough(refusal, pieces) from refusal
    if group.pay_until is not None and group.payment_method == "card":
        claims.pin(session, owner, pinned=True)


def _book(session: Session, written: _Written, actor: Actor, now: datetime) -> None:
    group = written.group
    for line in sorted(written.seats, key=lambda seat: seat.departure_id or ""):
        bookings.book(
            session,
            line_ref=line.id,
            departure_id=line.departure_id or "",
            seats=line.quantity,
            contact_name=group.contact_name,
            contact_phone=group.contact_phone,
            actor=actor,
            now=now,
        )


def _ask_for_money(session: Session, written: _Written, actor: Actor, now: datetime) -> str | None:
    """Open one payment for the group; cash is collected by each vendor's carrier apart."""
    group = written.group
    if group.payment_method != "cod":
        owner = group_owner(group.id)
        return _open(session, owner, group.total_vnd, group.payment_method, (actor, now))
    for order, _ in written.orders:
        amount = order.goods_vnd + order.delivery_vnd
        _open(session, cash_reference(order.id), amount, "cod", (actor, now))
    return None


def _open(
    session: Session, reference: str, amount_vnd: int, method: str, by: tuple[Actor, datetime]
) -> str | None:
    if amount_vnd == 0:
        return None
    actor, now = by
    return open_payment(
        session,
        reference=reference,
        amount_vnd=amount_vnd,
        method=Method(method),
        actor=actor,
        now=now,
    )


def _empty(session: Session, cart: Cart, now: datetime) -> None:
    session.execute(sa.delete(CartLine).where(CartLine.cart_id == cart.id))
    cart.placed += 1
    cart.held_until, cart.updated_at = None, now
    session.flush()


def _tell(session: Session, written: _Written, act: Act, key: str, agreed: tuple[str, ...]) -> None:
    group = written.group
    for order, _ in written.orders:
        note_step(session, order, "place", act)
    audit.record(
        session,
        "order_group.placed",
        actor=act.actor,
        subject=("order_group", group.id),
        now=act.now,
        after={"total_vnd": group.total_vnd, "contact_phone": group.contact_phone},
        code=group.code,
        total_vnd=group.total_vnd,
        method=group.payment_method,
        agreed=list(agreed),
    )
    emit(session, OrderPlaced(group.id, group.code), now=act.now)
    tell_buyer(
        session,
        group,
        "placed",
        now=act.now,
        key=key,
        total_vnd=group.total_vnd,
        method=group.payment_method,
    )
    orders = [order for order, _ in written.orders]
    if group.total_vnd == 0:
        carry_out(session, group, orders, [line for line, _ in written.lines], act)
    elif group.payment_method == "cod":
        tell_vendors(session, orders, "vendor_new", now=act.now)
