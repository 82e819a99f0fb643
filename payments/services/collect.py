"""Asking for money: one open payment for each reference."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import HOUSE, Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import short_code
from kernel.messages import msg
from kernel.money import format_vnd
from kernel.rules_table import rule
from payments import rules
from payments.errors import AlreadyPaid, TooMuchForCash
from payments.models import Payment
from payments.rules import OPEN, TAKEN, Method, PaymentState
from payments.vietqr import MEMO_PREFIX


def open_payment(
    session: Session,
    *,
    reference: str,
    amount_vnd: int,
    method: Method,
    now: datetime,
    actor: Actor = HOUSE,
) -> str:
    """Ask for an amount and return the payment's id.

    Asking again for the same amount in the same way returns the open payment;
    another way or amount takes its place.

    :raises AlreadyPaid: when the reference was paid.
    :raises TooMuchForCash: above the most that is collected on delivery.
    """
    if amount_vnd <= 0:
        raise Invalid(msg("There is nothing to pay."))
    for row in _of(session, reference):
        if row.state in TAKEN:
            raise AlreadyPaid
        if row.state in OPEN and (row.method, row.amount_vnd) == (method, amount_vnd):
            return row.id
        if row.state in OPEN:
            _cancel(session, row, actor, now)
    if method is Method.COD:
        _check_cash(session, amount_vnd, now)
    payment = _add(session, reference, amount_vnd, method, now)
    if payment is None:
        return _opened_meanwhile(session, reference, amount_vnd, method)
    _note(session, "payment.opened", payment, actor, now)
    return payment.id


def cancel_payment(
    session: Session, payment_id: str, *, now: datetime, actor: Actor = HOUSE
) -> bool:
    """Stop waiting for a payment; return False when nobody waited for it any more.

    :raises AlreadyPaid: when the money has come.
    """
    payment = lock(session, Payment, payment_id)
    if payment is None:
        raise NotFound
    if payment.state in TAKEN:
        raise AlreadyPaid
    if payment.state not in OPEN:
        return False
    _cancel(session, payment, actor, now)
    return True


def _of(session: Session, reference: str) -> list[Payment]:
    """Return what was asked for a reference so far, locked, paid ones first."""
    rows = session.scalars(
        sa.select(Payment)
        .where(Payment.reference == reference)
        .order_by(Payment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return sorted(rows, key=lambda row: row.state not in TAKEN)


def _add(
    session: Session, reference: str, amount_vnd: int, method: Method, now: datetime
) -> Payment | None:
    """Write an open payment; None when a second press of the button was faster."""
    state = PaymentState.CREATED
    if method is not Method.CARD:
        state = rules.after(state, "start")
    payment = Payment(
        reference=reference,
        method=method,
        amount_vnd=amount_vnd,
        state=state,
        memo=_new_memo(session) if method is Method.VIETQR else None,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(payment)
    except IntegrityError:
        return None
    return payment


def _new_memo(session: Session) -> str:
    """Draw a memo that no payment ever had."""
    while True:
        memo = MEMO_PREFIX + short_code(8)
        if session.scalar(sa.select(Payment.id).where(Payment.memo == memo)) is None:
            return memo


def _opened_meanwhile(session: Session, reference: str, amount_vnd: int, method: Method) -> str:
    """Return the payment that a rival opened for the same, else refuse."""
    for row in _of(session, reference):
        if row.state in OPEN and (row.method, row.amount_vnd) == (method, amount_vnd):
            return row.id
    raise Conflict


def _cancel(session: Session, payment: Payment, actor: Actor, now: datetime) -> None:
    payment.state = rules.after(payment.state, "cancel")
    session.flush()
    _note(session, "payment.canceled", payment, actor, now)


def _check_cash(session: Session, amount_vnd: int, now: datetime) -> None:
    most = int(rule(session, "cod.max_vnd", on=local_date(now)).value)
    if amount_vnd > most:
        raise TooMuchForCash(field="payment_method", most=format_vnd(most))


def _note(session: Session, action: str, payment: Payment, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        action,
        actor=actor,
        subject=("payment", payment.id),
        now=now,
        after={"state": payment.state.value},
        reference=payment.reference,
        method=payment.method.value,
        amount_vnd=payment.amount_vnd,
    )
