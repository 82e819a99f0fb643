"""What an order must keep to: limits for a buyer, areas of delivery, nothing past its day.

Who buys as a guest is known by telephone and e-mail, and only once the order is placed; the
basket of somebody who is signed in is judged as it is filled.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.rules.selling import DeliveryArea, Limits, reaches
from catalog.services.lots import drop_past
from catalog.services.turns import take_turns
from kernel.i18n import LANGUAGES, format_quantity, pick
from kernel.places import commune
from orders.errors import NotDelivered, OnlyFetched, OverBuyerLimit, OverOrderLimit
from orders.models import CartLine, Order, OrderGroup, OrderLine
from orders.queries.baskets import Basket, amount_of
from orders.queries.goods import Good
from orders.rules import LIVE


@dataclass(frozen=True)
class Buyer:
    """By what a buyer is known again: an account, a telephone number, an e-mail address."""

    user_id: str | None
    phone: str = ""
    email: str | None = None


def check_basket_limits(
    session: Session,
    user_id: str | None,
    lines: Sequence[CartLine],
    found: dict[str, Good],
    *,
    now: datetime,
) -> None:
    """Refuse a basket that holds more of a listing than its buyer, as far as known, may have.

    :raises OverOrderLimit, OverBuyerLimit: naming the good and how much may be had.
    """
    amounts = {good.listing_id: (good, amount_of(good, lines, found)) for good in found.values()}
    _check(session, Buyer(user_id), amounts, now=now)


def need_room(session: Session, basket: Basket, buyer: Buyer, *, now: datetime) -> None:
    """Refuse an order of more than its buyer may have, once his other orders are counted.

    Orders of a limited listing pass one at a time: two of the same buyer, from two browsers,
    see one another. What is past its best-before day is taken out of the stock on the way.

    :raises OverOrderLimit, OverBuyerLimit: naming the good and how much may be had.
    """
    amounts: dict[str, tuple[Good, int]] = {}
    for line in basket.lines:
        before = amounts.get(line.good.listing_id, (line.good, 0))[1]
        amounts[line.good.listing_id] = (line.good, before + line.good.size * line.quantity)
    limited = {key for key, (good, _) in amounts.items() if good.limits.buyer_most is not None}
    take_turns(session, limited)
    _check(session, buyer, amounts, now=now)
    drop_past(session, {line.good.listing_id for line in basket.lines if line.good.past}, now=now)


def need_delivered(basket: Basket, key: str) -> None:
    """Refuse to bring goods where they are not brought.

    :raises NotDelivered, OnlyFetched: naming the first of them and the ways out.
    """
    place = commune(key)
    for line in basket.lines:
        good = line.good
        if good.is_seat or reaches(good.area, good.area_communes, place.key):
            continue
        if good.area is DeliveryArea.PICK_UP:
            raise OnlyFetched(field="delivery", title=good.title)
        raise NotDelivered(field="commune", title=good.title, place=place.name)


def _check(
    session: Session, buyer: Buyer, amounts: Mapping[str, tuple[Good, int]], *, now: datetime
) -> None:
    for good, amount in amounts.values():
        most = good.limits.order_most
        if most is not None and amount > most:
            raise OverOrderLimit(field="quantity", title=good.title, most=_written(good, most))
    limits = {key: good.limits for key, (good, _) in amounts.items()}
    bought = _bought(session, buyer, limits, now)
    for key, (good, amount) in amounts.items():
        most, days = good.limits.buyer_most, good.limits.days
        had = bought.get(key, 0)
        if most is not None and had + amount > most:
            raise OverBuyerLimit(
                field="quantity",
                title=good.title,
                most=_written(good, most),
                days=days,
                left=_written(good, max(most - had, 0)),
            )


def _written(good: Good, amount: int) -> dict[str, str]:
    return {
        lang: format_quantity(amount, good.unit, pick(good.piece_name, lang)) for lang in LANGUAGES
    }


def _bought(
    session: Session, buyer: Buyer, limits: Mapping[str, Limits], now: datetime
) -> dict[str, int]:
    """Return how much of limited listings a buyer has bought within their days (one statement)."""
    since = {
        key: now - timedelta(days=one.days)
        for key, one in limits.items()
        if one.buyer_most is not None and one.days is not None
    }
    whose = _whose(buyer)
    if not since or not whose:
        return {}
    amount = sa.func.sum(OrderLine.size * OrderLine.quantity)
    rows = session.execute(
        sa.select(OrderLine.listing_id, amount)
        .join(Order, Order.id == OrderLine.order_id)
        .join(OrderGroup, OrderGroup.id == Order.group_id)
        .where(sa.or_(*whose), Order.state.in_(LIVE), _within(since))
        .group_by(OrderLine.listing_id)
    )
    return {listing_id: int(total) for listing_id, total in rows}


def _within(since: Mapping[str, datetime]) -> sa.ColumnElement[bool]:
    each: Iterable[sa.ColumnElement[bool]] = (
        sa.and_(OrderLine.listing_id == key, OrderGroup.placed_at > start)
        for key, start in since.items()
    )
    return sa.or_(*each)


def _whose(buyer: Buyer) -> Collection[sa.ColumnElement[bool]]:
    """Return the conditions by which a buyer's orders are found, whether signed in then or not."""
    found: list[sa.ColumnElement[bool]] = []
    if buyer.user_id:
        found.append(OrderGroup.buyer_id == buyer.user_id)
    if buyer.phone:
        found.append(OrderGroup.contact_phone == buyer.phone)
    if buyer.email:
        found.append(OrderGroup.contact_email.in_({buyer.email, buyer.email.lower()}))
    return found
