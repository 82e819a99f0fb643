"""What vendors do with their orders, and cancelling by either side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

import bookings.services as bookings
from bookings.queries import bookings_of, experience
from bookings.rules import COMING
from kernel import claims
from kernel.actor import HOUSE, Actor
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import emit
from kernel.messages import msg
from orders import rules
from orders.errors import CannotCancel
from orders.events import OrderCanceled, OrderDelivered
from orders.models import Order, OrderGroup, OrderLine
from orders.queries.allocations import orders_with_lot
from orders.queries.groups import Access, group_id_of, standing_of
from orders.rules import OrderState, PaidState, Standing
from orders.services.allocating import Choice, return_order, serve_order
from orders.services.letters import tell_buyer, tell_vendors
from orders.services.paying import give_up, owe
from orders.services.steps import (
    Act,
    cash_reference,
    group_owner,
    lines_of,
    lock_group,
    lock_orders,
    move_order,
    move_paid,
    note_step,
    seats_of,
)
from payments.queries import payment_of
from payments.services.collect import cancel_payment
from payments.services.settle import settle_payment
from traceability.queries import lot_cards

TOLD = {"confirm": "confirmed", "ship": "shipped", "make_ready": "ready"}
"""Steps of a vendor that the buyer is written about."""


@dataclass(frozen=True)
class _Case:
    """One vendor's order under lock, with its group."""

    group: OrderGroup
    order: Order
    lines: Sequence[OrderLine]

    @property
    def standing(self) -> Standing:
        return standing_of(self.group, self.order, self.lines)


def act_on_order(
    session: Session,
    order_id: str,
    *,
    action: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
    chosen: Sequence[Choice] | None = None,
) -> None:
    """Do what a vendor does next with an order of its own: confirm, pack, ship, deliver, cancel.

    ``chosen`` says when packing which lots the lines get; without it, first to expire goes first.

    :raises NotFound: for the order of another vendor.
    :raises Conflict: when that is not what comes next.
    :raises Invalid: when it is cancelled without a reason.
    :raises LotStopped: when a lot in it may not be sold.
    :raises LotsHoldLess: when the lots of its goods do not hold so much.
    """
    case = _case(session, order_id, actor)
    if action not in rules.vendor_actions(case.standing):
        raise Conflict(msg("This cannot be done in the present state of the order."))
    act = Act(actor, now, reason)
    if action == "cancel":
        if not reason:
            raise Invalid(msg("Write the reason: the buyer reads it."), field="reason")
        _cancel(session, case, act)
        tell_buyer(session, case.group, "canceled", now=now, order=case.order.code, reason=reason)
        return
    serve_order(session, case.order, case.lines, action, chosen=chosen, act=act)
    state, goods = rules.VENDOR_ACTIONS[action]
    move_order(session, case.order, act, state=state, goods=goods)
    if action in TOLD:
        tell_buyer(session, case.group, TOLD[action], now=now, order=case.order.code)
    if case.order.state is OrderState.COMPLETED:
        _finish(session, case, act)


def cancel_order(
    session: Session, access: Access, *, order_code: str, actor: Actor, now: datetime
) -> None:
    """Cancel a part of an order for its buyer; an unpaid order goes as a whole.

    :raises CannotCancel: when the vendor has begun, or a visit is too near.
    """
    group = lock_group(session, group_id_of(session, access))
    orders = lock_orders(session, group.id)
    order = next((order for order in orders if order.code == order_code), None)
    if order is None:
        raise NotFound
    case = _Case(group, order, lines_of(session, [order.id]))
    if not rules.buyer_may_cancel(case.standing):
        raise CannotCancel
    _check_notice(session, case, now)
    act = Act(actor, now, "")
    if group.pay_until is not None:
        give_up(session, group, orders, act)
        return
    _cancel(session, case, act)
    tell_vendors(session, [order], "vendor_canceled", now=now)


def note_visit(session: Session, line_id: str, *, now: datetime) -> None:
    """Complete an order of visits once all its guests were at the gate."""
    line = session.get(OrderLine, line_id)
    if line is None:
        return
    found = session.get_one(Order, line.order_id)
    case = _locked(session, found)
    if case.standing.has_goods or "attend" not in rules.vendor_actions(case.standing):
        return
    booked = bookings_of(session, seats_of(case.lines))
    if any(booking.status in COMING for booking in booked.values()):
        return
    act = Act(HOUSE, now)
    move_order(session, case.order, act, state="complete", goods="attend")
    _finish(session, case, act)


def flag_lot(session: Session, lot_id: str, *, recalled: bool, now: datetime) -> None:
    """Warn vendors whose open orders hold a stopped lot; after a recall, buyers who have it too."""
    holds_it = orders_with_lot(lot_id)
    concerned = session.scalars(
        sa.select(Order)
        .where(Order.id.in_(holds_it), Order.state.in_(rules.LIVE))
        .order_by(Order.id)
    ).all()
    card = lot_cards(session, [lot_id]).get(lot_id)
    lot = card.code if card else ""
    waiting = [order for order in concerned if order.state is not OrderState.COMPLETED]
    for order in waiting:
        note_step(session, order, "lot_recalled" if recalled else "lot_held", Act(HOUSE, now, lot))
    tell_vendors(session, waiting, "lot_stopped", now=now, lot=lot, recalled=recalled)
    if recalled:
        for order in concerned:
            group = session.get_one(OrderGroup, order.group_id)
            tell_buyer(session, group, "recalled", now=now, order=order.code, lot=lot)


def _case(session: Session, order_id: str, actor: Actor) -> _Case:
    found = session.get(Order, order_id)
    if found is None:
        raise NotFound
    actor.need_at(found.vendor_id, "seller")
    return _locked(session, found)


def _locked(session: Session, found: Order) -> _Case:
    group = lock_group(session, found.group_id)
    order = lock(session, Order, found.id)
    if order is None:
        raise NotFound
    return _Case(group, order, lines_of(session, [order.id]))


def _check_notice(session: Session, case: _Case, now: datetime) -> None:
    """Refuse to cancel a paid visit later than its host allows."""
    if case.order.state is not OrderState.CONFIRMED:
        return
    for line in case.lines:
        detail = experience(session, line.listing_id)
        hours = detail.cancel_hours if detail else 0
        if line.starts_at is not None and line.starts_at - timedelta(hours=hours) <= now:
            raise CannotCancel


def _cancel(session: Session, case: _Case, act: Act) -> None:
    """Give back what one vendor's order took, and what was paid for it."""
    group, order = case.group, case.order
    move_order(session, order, act, state="cancel", goods="cancel")
    return_order(session, order, act)
    seats = seats_of(case.lines)
    if seats:
        bookings.cancel(session, line_refs=seats, actor=act.actor, now=act.now)
    amount = order.goods_vnd + order.delivery_vnd
    if case.standing.prepaid and amount:
        owe(session, group, amount, act)
    elif not case.standing.prepaid:
        asked = payment_of(session, cash_reference(order.id))
        if asked is not None and asked.is_open:
            cancel_payment(session, asked.id, actor=act.actor, now=act.now)
        _close_cash(session, group, act)
    claims.give_back(
        session,
        group_owner(group.id),
        reason=f"canceled {order.code}",
        only={line.bucket_id for line in case.lines},
        now=act.now,
    )
    emit(session, OrderCanceled(order.id, order.vendor_id), now=act.now)


def _finish(session: Session, case: _Case, act: Act) -> None:
    """Book the cash that the carrier has taken, and tell the house."""
    if not case.standing.prepaid:
        asked = payment_of(session, cash_reference(case.order.id))
        if asked is not None:
            settle_payment(session, asked.id, source="cod", actor=act.actor, now=act.now)
        _close_cash(session, case.group, act)
    emit(session, OrderDelivered(case.order.id, case.order.vendor_id), now=act.now)


def _close_cash(session: Session, group: OrderGroup, act: Act) -> None:
    """Call a cash group paid once every vendor's part is delivered or off."""
    states = session.scalars(sa.select(Order.state).where(Order.group_id == group.id)).all()
    waiting = any(state in {OrderState.PLACED, OrderState.CONFIRMED} for state in states)
    paid = any(state is OrderState.COMPLETED for state in states)
    if paid and not waiting and group.paid is PaidState.UNPAID:
        move_paid(session, group, "pay", act)
