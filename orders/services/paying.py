"""Money that comes, comes late, twice, or never."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

import bookings.services as bookings
from kernel import claims
from kernel.actor import HOUSE, Actor
from kernel.claims import SoldOut
from kernel.errors import Invalid
from kernel.events import emit
from kernel.messages import msg
from orders import rules
from orders.errors import MethodNotOffered, PayTimeOver
from orders.events import OrderPaid, RefundDue
from orders.models import Order, OrderGroup, OrderLine
from orders.queries.baskets import read_terms
from orders.rules import OrderState, PaidState
from orders.services.letters import tell_buyer, tell_vendors
from orders.services.steps import (
    Act,
    demands_of,
    group_owner,
    lines_of,
    lock_group,
    lock_orders,
    move_order,
    move_paid,
    seats_of,
)
from payments.queries import payment_of
from payments.rules import Method, PaymentState
from payments.services.collect import cancel_payment, open_payment

LATE = "late"
TWICE = "twice"


def take_money(
    session: Session, group_id: str, *, payment_id: str, amount_vnd: int, now: datetime
) -> None:
    """Give a buyer what a settled payment has paid for; told again, change nothing.

    Money that comes after everything was given back buys it again while it is
    free; else it is owed to the buyer. So is a second payment.
    """
    group = lock_group(session, group_id)
    if group.paid_by == payment_id:
        return
    act = Act(HOUSE, now)
    if group.paid is not PaidState.UNPAID:
        owe(session, group, amount_vnd, replace(act, reason=TWICE))
        return
    group.paid_by = payment_id
    orders = lock_orders(session, group_id)
    lines = lines_of(session, [order.id for order in orders])
    if _can_be_had(session, group, orders, lines, now):
        move_paid(session, group, "pay", act)
        carry_out(session, group, orders, lines, act)
        tell_buyer(session, group, "paid", now=now, total_vnd=group.total_vnd)
        return
    _let_go(session, group, orders, lines, act)
    owe(session, group, amount_vnd, replace(act, reason=LATE))


def carry_out(
    session: Session,
    group: OrderGroup,
    orders: Sequence[Order],
    lines: Sequence[OrderLine],
    act: Act,
) -> None:
    """Have a paid group's vendors start; visits are confirmed by their payment."""
    late = [order for order in orders if order.state is OrderState.EXPIRED]
    for order in late:
        move_order(session, order, act, state="revive", goods="revive")
    seats = seats_of(lines)
    if seats:
        book = bookings.revive if late else bookings.confirm
        book(session, line_refs=seats, now=act.now)
    with_goods = {line.order_id for line in lines if line.departure_id is None}
    for order in orders:
        if order.id not in with_goods:
            move_order(session, order, act, state="confirm")
    tell_vendors(session, orders, "vendor_new", now=act.now)
    emit(session, OrderPaid(group.id, group.code), now=act.now)


def owe(session: Session, group: OrderGroup, amount_vnd: int, act: Act) -> None:
    """Note that money has to go back to the buyer: the office is asked, the buyer told."""
    group.refund_vnd += amount_vnd
    move_paid(session, group, "owe", act)
    emit(session, RefundDue(group.id, amount_vnd), now=act.now)
    tell_buyer(session, group, "refund_due", now=act.now, amount_vnd=amount_vnd, reason=act.reason)


def note_failure(session: Session, group_id: str, *, payment_id: str, now: datetime) -> None:
    """Take the pin off a group whose payment came to nothing: the buyer may try again in time."""
    group = lock_group(session, group_id)
    open_now = payment_of(session, group_owner(group_id))
    if group.pay_until is None or open_now is None or open_now.id != payment_id:
        return
    claims.pin(session, group_owner(group_id), pinned=False)
    if group.pay_until <= now:
        _expire(session, group, now)
        return
    tell_buyer(session, group, "payment_failed", now=now)


def retry_payment(
    session: Session, group_id: str, *, method: str, actor: Actor, now: datetime
) -> str:
    """Open another payment for an unpaid group and hold its things until it is due.

    :raises PayTimeOver: when it is paid, cancelled or expired.
    :raises SoldOut: when something was bought by others meanwhile.
    """
    group = lock_group(session, group_id)
    if group.pay_until is None or group.pay_until <= now:
        raise PayTimeOver
    if method not in {"vietqr", "card"}:
        raise MethodNotOffered(field="method")
    minutes = read_terms(session, now=now).pay_minutes[method]
    until = max(group.pay_until, now + timedelta(minutes=minutes))
    payment_id = open_payment(
        session,
        reference=group_owner(group_id),
        amount_vnd=group.total_vnd,
        method=Method(method),
        actor=actor,
        now=now,
    )
    orders = lock_orders(session, group_id)
    owner, lines = group_owner(group_id), lines_of(session, [order.id for order in orders])
    claims.hold(session, owner, demands_of(lines), until=until, now=now)
    claims.pin(session, owner, pinned=method == "card")
    group.payment_method, group.pay_until = method, until
    session.flush()
    return payment_id


def expire_group(session: Session, group_id: str, *, now: datetime) -> bool:
    """Give back what an unpaid group holds once its time is over; tell whether it did.

    A card payment whose outcome is unknown is waited for: its money may be on the way.
    """
    group = lock_group(session, group_id)
    if group.pay_until is None or group.pay_until > now:
        return False
    asked = payment_of(session, group_owner(group_id))
    if asked is not None and asked.state in {PaymentState.CAPTURED, PaymentState.REFUNDED}:
        return False
    silent_until = group.pay_until + timedelta(hours=rules.PROVIDER_SILENT_HOURS)
    waits = (
        asked is not None and asked.method is Method.CARD and asked.state is PaymentState.PENDING
    )
    if waits and now < silent_until:
        return False
    _expire(session, group, now)
    return True


def give_up(session: Session, group: OrderGroup, orders: Sequence[Order], act: Act) -> None:
    """Cancel a whole unpaid group for its buyer."""
    lines = lines_of(session, [order.id for order in orders])
    for order in orders:
        move_order(session, order, act, state="cancel", goods="cancel")
    bookings.cancel(session, line_refs=seats_of(lines), now=act.now)
    _stop_payment(session, group, act.now)
    claims.release(session, group_owner(group.id), now=act.now)
    group.pay_until = None
    session.flush()


def mark_refunded(
    session: Session, group_id: str, *, note: str, actor: Actor, now: datetime
) -> None:
    """Note that the office has paid back what was owed.

    :raises Invalid: without the number of the transfer.
    """
    actor.need("finance")
    if not note:
        raise Invalid(msg("Write the bank's number of the transfer."), field="note")
    group = lock_group(session, group_id)
    amount = group.refund_vnd
    move_paid(session, group, "refund", Act(actor, now, note))
    group.refund_vnd = 0
    session.flush()
    tell_buyer(session, group, "refunded", now=now, amount_vnd=amount)


def _can_be_had(
    session: Session,
    group: OrderGroup,
    orders: Sequence[Order],
    lines: Sequence[OrderLine],
    now: datetime,
) -> bool:
    """Claim what was paid for; False when it was cancelled, has begun, or was sold to others."""
    if any(order.state is OrderState.CANCELED for order in orders):
        return False
    expired = any(order.state is OrderState.EXPIRED for order in orders)
    if expired and any(line.starts_at and line.starts_at <= now for line in lines):
        return False
    try:
        claims.settle(session, group_owner(group.id), demands_of(lines), now=now)
    except SoldOut:
        return False
    return True


def _expire(session: Session, group: OrderGroup, now: datetime) -> None:
    act = Act(HOUSE, now)
    orders = lock_orders(session, group.id)
    lines = lines_of(session, [order.id for order in orders])
    _let_go(session, group, orders, lines, act)
    _stop_payment(session, group, now)
    tell_buyer(session, group, "expired", now=now)


def _let_go(
    session: Session,
    group: OrderGroup,
    orders: Sequence[Order],
    lines: Sequence[OrderLine],
    act: Act,
) -> None:
    """Let orders that wait expire and give back what is held for them."""
    for order in orders:
        if order.state is OrderState.PLACED:
            move_order(session, order, act, state="expire", goods="expire")
    bookings.expire(session, line_refs=seats_of(lines), now=act.now)
    claims.release(session, group_owner(group.id), now=act.now)
    group.pay_until = None
    session.flush()


def _stop_payment(session: Session, group: OrderGroup, now: datetime) -> None:
    """Stop waiting for the money; should it still come, it is owed to the buyer."""
    asked = payment_of(session, group_owner(group.id))
    if asked is not None and asked.is_open:
        cancel_payment(session, asked.id, now=now)
