"""Putting things into a basket: whatever is in it is held for its buyer for a while."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from catalog.services.lots import drop_past
from kernel import claims
from kernel.claims import Demand, SoldOut
from kernel.clock import local_date
from kernel.errors import Invalid, NotFound
from kernel.ids import new_token
from kernel.messages import msg
from kernel.rules_table import rule
from orders import rules
from orders.errors import (
    BasketFull,
    EmptyBasket,
    NotEnoughLeft,
    NotForSale,
    SellerAway,
)
from orders.models import Cart, CartLine
from orders.queries.baskets import key_of
from orders.queries.carts import Bearer, cart_lines, digest, find_cart, owner_key
from orders.queries.goods import Good, goods, priced_together, read_goods
from orders.services.conditions import check_basket_limits


def add_line(
    session: Session,
    bearer: Bearer,
    *,
    quantity: int,
    now: datetime,
    variant_id: str | None = None,
    departure_id: str | None = None,
) -> str | None:
    """Put packs or seats into a basket, on top of those in it, and hold everything in it.

    Return the token of a basket made for it, else None.

    :raises NotForSale: when it is not offered now.
    :raises NotEnoughLeft: saying how many there are; nothing changes then.
    """
    good = _offered(session, variant_id, departure_id, now)
    cart, token = _cart_for(session, bearer, now)
    lines = list(cart_lines(session, cart.id))
    line = next((line for line in lines if key_of(line) == good.key), None)
    if line is None:
        line = CartLine(
            cart_id=cart.id,
            listing_id=good.listing_id,
            variant_id=variant_id,
            departure_id=departure_id,
            quantity=0,
            price_vnd=good.price_vnd,
            added_at=now,
        )
        lines.append(line)
    _check_size(lines, line.quantity + quantity)
    _change(session, cart, lines, line, quantity=line.quantity + quantity, now=now)
    return token


def set_quantity(
    session: Session, bearer: Bearer, *, line_id: str, quantity: int, now: datetime
) -> None:
    """Change how many of a line are wanted; none removes it.

    :raises NotEnoughLeft: saying how many there are; nothing changes then.
    """
    if quantity == 0:
        remove_line(session, bearer, line_id=line_id, now=now)
        return
    cart, lines, line = _own_line(session, bearer, line_id)
    _check_size(lines, quantity)
    _change(session, cart, lines, line, quantity=quantity, now=now)


def remove_line(session: Session, bearer: Bearer, *, line_id: str, now: datetime) -> None:
    """Take a line out and give its hold back: never refused."""
    cart, lines, line = _own_line(session, bearer, line_id)
    session.delete(line)
    session.flush()
    _hold_if_possible(session, cart, [kept for kept in lines if kept is not line], now=now)


def refresh_hold(session: Session, bearer: Bearer, *, now: datetime) -> None:
    """Hold a basket's things anew, before its buyer fills in an address.

    :raises EmptyBasket: when there is nothing in it.
    :raises NotEnoughLeft: when something was bought by others meanwhile.
    """
    cart = find_cart(session, bearer, locked=True)
    lines = cart_lines(session, cart.id) if cart else []
    if cart is None or not lines:
        raise EmptyBasket
    check_basket_limits(session, cart.user_id, lines, goods(session, lines, now=now), now=now)
    _hold(session, cart, lines, now=now)


def merge_carts(session: Session, bearer: Bearer, *, now: datetime) -> None:
    """Make the basket of a browser the one of the person who signed in there.

    What both baskets have is added up. The merge never stops a sign-in: when
    there is not enough for both, nothing is held and the basket's page says so.
    """
    guest = find_cart(session, Bearer(bearer.token), locked=True)
    if guest is None or bearer.user_id is None:
        return
    mine = find_cart(session, Bearer(user_id=bearer.user_id), locked=True)
    if mine is None:
        guest.user_id, guest.updated_at = bearer.user_id, now
        session.flush()
        return
    claims.release(session, owner_key(guest.id), now=now)
    lines = _pour(session, guest, mine)
    token_hash = guest.token_hash
    session.delete(guest)
    session.flush()
    mine.token_hash = token_hash
    _hold_if_possible(session, mine, lines, now=now)


def _offered(
    session: Session, variant_id: str | None, departure_id: str | None, now: datetime
) -> Good:
    found = read_goods(
        session,
        variant_ids=[variant_id] if variant_id else [],
        departure_ids=[departure_id] if departure_id else [],
        now=now,
    )
    good = next(iter(found.values()), None)
    if good is None or len(found) > 1:
        raise NotFound
    if good.back_on:
        raise SellerAway(day=good.back_on.strftime("%d/%m/%Y"))
    if not good.for_sale:
        raise NotForSale
    return good


def _cart_for(session: Session, bearer: Bearer, now: datetime) -> tuple[Cart, str | None]:
    """Return the bearer's basket, locked, or a new one and its token."""
    cart = find_cart(session, bearer, locked=True)
    if cart is not None:
        cart.user_id = bearer.user_id
        return cart, None
    token = new_token()
    cart = Cart(token_hash=digest(token), user_id=bearer.user_id, updated_at=now, placed=0)
    session.add(cart)
    session.flush()
    return cart, token


def _own_line(
    session: Session, bearer: Bearer, line_id: str
) -> tuple[Cart, Sequence[CartLine], CartLine]:
    """Return the bearer's basket, locked, its lines and one of them."""
    cart = find_cart(session, bearer, locked=True)
    lines = cart_lines(session, cart.id) if cart else []
    line = next((line for line in lines if line.id == line_id), None)
    if cart is None or line is None:
        raise NotFound
    return cart, lines, line


def _check_size(lines: Sequence[CartLine], quantity: int) -> None:
    if not 0 < quantity <= rules.MOST_PIECES:
        raise Invalid(
            msg("Choose a number from 1 to %(most)s."), field="quantity", most=rules.MOST_PIECES
        )
    if len(lines) > rules.MOST_LINES:
        raise BasketFull(most=rules.MOST_LINES)


def _change(
    session: Session,
    cart: Cart,
    lines: Sequence[CartLine],
    line: CartLine,
    *,
    quantity: int,
    now: datetime,
) -> None:
    """Set how many of a line are wanted, at the price of today, and hold everything.

    Other packs of its listing may reach another price with it: the buyer did that, so it is
    no change to be told of. What the seller changed before stays one.
    """
    found = goods(session, lines, now=now)
    grows = quantity > line.quantity
    was = priced_together([(key_of(one), one.quantity) for one in lines], found)
    line.quantity = quantity
    session.add(line)
    here = priced_together([(key_of(one), one.quantity) for one in lines], found)
    for one in lines:
        key = key_of(one)
        if key in here and (one is line or one.price_vnd == was[key].price_vnd):
            one.price_vnd = here[key].price_vnd
    if grows:
        # Less is never refused: so a basket over a new limit finds its way back.
        check_basket_limits(session, cart.user_id, lines, found, now=now)
    _hold(session, cart, lines, changed=line, now=now, found=found)


def _hold(
    session: Session,
    cart: Cart,
    lines: Sequence[CartLine],
    *,
    now: datetime,
    changed: CartLine | None = None,
    found: dict[str, Good] | None = None,
) -> None:
    """Hold everything in a basket that is for sale, summed by bucket.

    :raises NotEnoughLeft: saying how many of ``changed`` there are beside the other lines.
    """
    found = found if found is not None else goods(session, lines, now=now)
    wanted = [(found[key_of(line)], line) for line in lines if key_of(line) in found]
    wanted = [(good, line) for good, line in wanted if good.for_sale]
    wanted.sort(key=lambda pair: pair[1] is changed)
    drop_past(session, {good.listing_id for good, _ in wanted if good.past}, now=now)
    minutes = int(rule(session, "hold.minutes", on=local_date(now)).value)
    until = now + timedelta(minutes=minutes)
    demands = [Demand(good.bucket_id, good.size * line.quantity) for good, line in wanted]
    try:
        claims.hold(session, owner_key(cart.id), demands, until=until, now=now)
    except SoldOut as refusal:
        pieces = [(good, line.quantity) for good, line in wanted]
        raise not_enough(refusal, pieces) from refusal
    cart.held_until, cart.updated_at = (until if demands else None), now
    session.flush()


def _hold_if_possible(
    session: Session, cart: Cart, lines: Sequence[CartLine], *, now: datetime
) -> None:
    try:
        _hold(session, cart, lines, now=now)
    except NotEnoughLeft:
        claims.release(session, owner_key(cart.id), now=now)
        cart.held_until, cart.updated_at = None, now
        session.flush()


def not_enough(refusal: SoldOut, wanted: Sequence[tuple[Good, int]]) -> NotEnoughLeft:
    """Say in packs or seats how much of a sold-out bucket a basket can have.

    The last good on the bucket is meant; those before it have theirs.
    """
    short = [(good, count) for good, count in wanted if good.bucket_id == refusal.bucket_id]
    good, _ = short[-1]
    others = sum(other.size * count for other, count in short[:-1])
    return NotEnoughLeft(rules.packs_within(refusal.available, others, good.size))


def _pour(session: Session, guest: Cart, mine: Cart) -> list[CartLine]:
    """Move the lines of one basket into another; the same thing is added up."""
    lines = list(cart_lines(session, mine.id))
    have = {key_of(line): line for line in lines}
    for line in cart_lines(session, guest.id):
        same = have.get(key_of(line))
        if same is None:
            line.cart_id = mine.id
            lines.append(line)
        else:
            same.quantity = min(same.quantity + line.quantity, rules.MOST_PIECES)
            session.delete(line)
    session.flush()
    return lines
