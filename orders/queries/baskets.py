"""The basket as its page and the checkout see it: read anew each time, nothing stale."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kernel import claims
from kernel.clock import local_date
from kernel.rules_table import rules_of
from orders import rules
from orders.models import Cart, CartLine
from orders.queries.carts import cart_lines
from orders.queries.goods import Good, goods, priced_together
from orders.rules import DeliveryMethod
from vendors.queries import VendorCard, vendor_cards


@dataclass(frozen=True)
class BasketLine:
    """One thing in a basket; ``left`` is known where nothing is held any more.

    ``over``: the basket holds more of its listing than one order may.
    """

    id: str
    good: Good
    quantity: int
    seen_price_vnd: int
    left: int | None
    over: bool = False

    @property
    def total_vnd(self) -> int:
        """Return what the line costs now."""
        return self.good.price_vnd * self.quantity

    @property
    def is_short(self) -> bool:
        """Tell whether there is less than is wanted."""
        return self.left is not None and self.left < self.quantity

    @property
    def can_be_bought(self) -> bool:
        """Tell whether the line can go into an order."""
        return self.good.for_sale and not self.is_short and not self.over

    @property
    def price_changed(self) -> bool:
        """Tell whether it costs something else than when the buyer chose it."""
        return self.good.price_vnd != self.seen_price_vnd


@dataclass(frozen=True)
class Parcel:
    """What one vendor sells in this basket."""

    vendor: VendorCard
    lines: tuple[BasketLine, ...]

    @property
    def goods_vnd(self) -> int:
        """Return what the goods of this vendor cost."""
        return sum(line.total_vnd for line in self.lines)

    @property
    def has_goods(self) -> bool:
        """Tell whether something has to be carried."""
        return any(not line.good.is_seat for line in self.lines)


@dataclass(frozen=True)
class Basket:
    """A basket by vendors; ``checkout`` numbers the order it will become."""

    cart_id: str
    checkout: int
    parcels: tuple[Parcel, ...]
    held_until: datetime | None
    is_held: bool

    @property
    def lines(self) -> tuple[BasketLine, ...]:
        """Return all lines."""
        return tuple(line for parcel in self.parcels for line in parcel.lines)

    @property
    def goods_vnd(self) -> int:
        """Return what everything costs, without delivery."""
        return sum(parcel.goods_vnd for parcel in self.parcels)

    @property
    def has_goods(self) -> bool:
        """Tell whether something has to be carried."""
        return any(parcel.has_goods for parcel in self.parcels)

    @property
    def has_seats(self) -> bool:
        """Tell whether a visit is among the things."""
        return any(line.good.is_seat for line in self.lines)

    @property
    def is_ready(self) -> bool:
        """Tell whether it can be ordered as it stands."""
        return bool(self.parcels) and all(line.can_be_bought for line in self.lines)


@dataclass(frozen=True)
class Terms:
    """The dated rules a checkout goes by."""

    delivery_fee_vnd: int
    cod_most_vnd: int
    # Minutes for which a payment is waited for, by method.
    pay_minutes: dict[str, int]


@dataclass(frozen=True)
class Quote:
    """What a basket costs in all, for one way of delivery."""

    goods_vnd: int
    fees_vnd: dict[str, int]

    @property
    def delivery_vnd(self) -> int:
        """Return the delivery fees of all vendors."""
        return sum(self.fees_vnd.values())

    @property
    def total_vnd(self) -> int:
        """Return what the buyer pays."""
        return self.goods_vnd + self.delivery_vnd


def read_basket(session: Session, cart: Cart, *, now: datetime) -> Basket:
    """Return a basket with today's prices (at most 8 statements)."""
    lines = cart_lines(session, cart.id)
    wanted = [(key_of(line), line.quantity) for line in lines]
    found = priced_together(wanted, goods(session, lines, now=now))
    is_held = cart.held_until is not None and cart.held_until > now
    free = {} if is_held else _free(session, found.values(), now)
    shown = [
        _line(
            line,
            found[key],
            None if is_held else _left(line, lines, found, free),
            over=_is_over(found[key], lines, found),
        )
        for line in lines
        if (key := key_of(line)) in found
    ]
    vendors = vendor_cards(session, sorted({line.good.vendor_id for line in shown}))
    return Basket(cart.id, cart.placed, _parcels(shown, vendors), cart.held_until, is_held)


def read_terms(session: Session, *, now: datetime) -> Terms:
    """Return the rules of the day (one statement)."""
    pay = {method: f"pay.minutes.{method}" for method in ("vietqr", "card")}
    keys = ["delivery.fee_vnd", "cod.max_vnd", *pay.values()]
    found = rules_of(session, keys, on=local_date(now))
    return Terms(
        delivery_fee_vnd=int(found["delivery.fee_vnd"].value),
        cod_most_vnd=int(found["cod.max_vnd"].value),
        pay_minutes={method: int(found[key].value) for method, key in pay.items()},
    )


def quote(basket: Basket, delivery: DeliveryMethod, terms: Terms) -> Quote:
    """Return what a basket costs: each vendor that sends goods takes the fee once."""
    fee = terms.delivery_fee_vnd if delivery is DeliveryMethod.DELIVERY else 0
    fees = {parcel.vendor.id: fee if parcel.has_goods else 0 for parcel in basket.parcels}
    return Quote(basket.goods_vnd, fees)


def key_of(line: CartLine) -> str:
    """Return the id of the variant or departure of a line."""
    return line.variant_id or line.departure_id or ""


def _free(session: Session, found: Iterable[Good], now: datetime) -> dict[str, int]:
    bucket_ids = sorted({good.bucket_id for good in found})
    return claims.available(session, bucket_ids, now=now) if bucket_ids else {}


def _left(
    line: CartLine, lines: Iterable[CartLine], found: dict[str, Good], free: dict[str, int]
) -> int:
    """Return how many there are of a line, once the basket's other lines had theirs."""
    good = found[key_of(line)]
    others = sum(
        other.quantity * found[key_of(other)].size
        for other in lines
        if other is not line
        and key_of(other) in found
        and found[key_of(other)].bucket_id == good.bucket_id
    )
    free_now = max(free.get(good.bucket_id, 0) - good.past, 0)
    return rules.packs_within(free_now, others, good.size)


def amount_of(good: Good, lines: Iterable[CartLine], found: dict[str, Good]) -> int:
    """Return how much lines hold of a good's listing, in its unit."""
    return sum(
        found[key].size * line.quantity
        for line in lines
        if (key := key_of(line)) in found and found[key].listing_id == good.listing_id
    )


def _is_over(good: Good, lines: Iterable[CartLine], found: dict[str, Good]) -> bool:
    most = good.limits.order_most
    return most is not None and amount_of(good, lines, found) > most


def _line(line: CartLine, good: Good, left: int | None, *, over: bool) -> BasketLine:
    return BasketLine(line.id, good, line.quantity, line.price_vnd, left, over)


def _parcels(lines: list[BasketLine], vendors: dict[str, VendorCard]) -> tuple[Parcel, ...]:
    by_vendor: dict[str, list[BasketLine]] = {}
    for line in lines:
        by_vendor.setdefault(line.good.vendor_id, []).append(line)
    return tuple(Parcel(vendors[key], tuple(own)) for key, own in by_vendor.items())
