"""Money has come, or will not: one path for the desk, the return page and the webhook."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import HOUSE, Actor
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import emit
from kernel.messages import msg
from payments import rules
from payments.events import PaymentFailed, PaymentSettled
from payments.models import Payment
from payments.rules import OPEN, TAKEN, Method
from payments.services.ledger import post_legs


def settle_payment(
    session: Session, payment_id: str, *, source: str, now: datetime, actor: Actor = HOUSE
) -> bool:
    """Book a payment's money once; return False when it was booked before.

    ``source`` says who knew: "desk", "return", "webhook" or "cod". Money that
    comes after a payment was given up is taken too.

    :raises NotFound: when there is no such payment.
    """
    payment = lock(session, Payment, payment_id)
    if payment is None:
        raise NotFound
    if payment.state in TAKEN:
        return False
    before = payment.state
    payment.state = rules.after(before, "settle")
    payment.settled_at = now
    payment.note = ""
    legs = rules.settlement_legs(payment.method, payment.amount_vnd)
    post_legs(session, f"settle:{payment.id}", legs=legs, now=now)
    emit(
        session,
        PaymentSettled(payment.reference, payment.id, payment.amount_vnd, payment.method.value),
        now=now,
    )
    audit.record(
        session,
        "payment.settled",
        actor=actor,
        subject=("payment", payment.id),
        now=now,
        before={"state": before.value},
        after={"state": payment.state.value},
        source=source,
        late=before not in OPEN,
        amount_vnd=payment.amount_vnd,
    )
    return True


def confirm_transfer(
    session: Session, payment_id: str, *, bank_ref: str, actor: Actor, now: datetime
) -> bool:
    """Settle a bank transfer that a person of finance has seen on the account.

    :raises Invalid: without the bank's number of the transfer, or when it paid another payment.
    """
    actor.need("finance")
    number = "".join(bank_ref.upper().split())[:60]
    if len(number) < 4:
        raise Invalid(msg("Copy the bank's number of the transfer."), field="bank_ref")
    payment = lock(session, Payment, payment_id)
    if payment is None:
        raise NotFound
    if payment.method is not Method.VIETQR:
        raise Conflict(msg("This payment is no bank transfer."))
    if payment.state in TAKEN:
        return False
    used = sa.select(Payment.id).where(Payment.bank_ref == number)
    if session.scalar(used) is not None:
        raise Invalid(msg("This transfer has paid another payment."), field="bank_ref")
    payment.bank_ref = number
    return settle_payment(session, payment_id, source="desk", actor=actor, now=now)


def fail_payment(session: Session, payment_id: str, *, source: str, now: datetime) -> bool:
    """Note that an attempt came to nothing; return False when nobody waited for it any more."""
    payment = lock(session, Payment, payment_id)
    if payment is None:
        raise NotFound
    if payment.state not in OPEN:
        return False
    before, payment.state = payment.state, rules.after(payment.state, "fail")
    emit(session, PaymentFailed(payment.reference, payment.id), now=now)
    audit.record(
        session,
        "payment.failed",
        actor=HOUSE,
        subject=("payment", payment.id),
        now=now,
        before={"state": before.value},
        after={"state": payment.state.value},
        source=source,
    )
    return True


def note_mismatch(session: Session, payment_id: str, *, problem: str, now: datetime) -> None:
    """Leave what does not fit to a person: nothing is fulfilled on it."""
    payment = lock(session, Payment, payment_id)
    if payment is None:
        return
    payment.note = problem[:300]
    audit.record(
        session,
        "payment.mismatch",
        actor=HOUSE,
        subject=("payment", payment.id),
        now=now,
        problem=problem,
    )
