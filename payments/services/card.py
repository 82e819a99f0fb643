"""The card's way to the provider's page and back: no network inside a transaction."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import GUEST
from kernel.db import lock, transaction
from kernel.errors import Conflict, NotFound
from kernel.messages import msg
from kernel.settings import Settings
from payments import rules
from payments.errors import AlreadyPaid, CardUnavailable
from payments.gateways.stripe_cards import CheckoutOrder, CheckoutPage, CheckoutSeen, StripeCards
from payments.models import CallState, OutboundCall, Payment
from payments.rules import CHECKOUT_AT_LEAST, CHECKOUT_LASTS, CHECKOUT_SPARE, OPEN, TAKEN, Method
from payments.services.settle import fail_payment, note_mismatch, settle_payment

_GIVEN_UP = msg("This payment was given up. Please choose again how to pay.")


@dataclass(frozen=True)
class Way:
    """What the buyer reads on the provider's page and where they come back to."""

    title: str
    lang: str
    success_url: str
    cancel_url: str


@dataclass(frozen=True)
class _Plan:
    """An intent that is committed: what to ask, under which key."""

    call_id: str
    key: str
    order: CheckoutOrder


def offered_methods(settings: Settings) -> tuple[Method, ...]:
    """Return the ways to pay here: cards need a provider, which the demo brings along."""
    if settings.stripe_secret_key or not settings.is_production:
        return (Method.COD, Method.VIETQR, Method.CARD)
    return (Method.COD, Method.VIETQR)


def start_checkout(
    session: Session, payment_id: str, *, cards: StripeCards, way: Way, now: datetime
) -> str:
    """Return the address of the provider's page on which this payment is paid.

    The intent is noted and committed, then the provider is asked under a key
    that outlives this process, then its answer is noted.

    :raises AlreadyPaid: when the money has come.
    :raises CardUnavailable: when there was no usable answer; trying again is safe.
    """
    with transaction(session):
        plan = _plan(session, payment_id, way, now)
    if isinstance(plan, str):
        return plan
    try:
        page = cards.create_checkout(plan.order, key=plan.key)
    except CardUnavailable as refusal:
        with transaction(session):
            _note_failure(session, plan, refusal, now)
        raise
    with transaction(session):
        is_open = _note_answer(session, plan, page, now)
    if not is_open:
        raise Conflict(_GIVEN_UP)
    return page.url


def return_from_checkout(
    session: Session, payment_id: str, *, cards: StripeCards, checkout_id: str, now: datetime
) -> None:
    """Settle what the provider itself says is paid; the address in the browser proves nothing.

    :raises NotFound: when the checkout is not one of this payment.
    :raises CardUnavailable: when there was no usable answer; the webhook will tell.
    """
    seen = cards.read_checkout(checkout_id)
    if seen is None or seen.payment_id != payment_id:
        raise NotFound
    with transaction(session):
        take_checkout(session, seen, source="return", now=now)


def take_checkout(session: Session, seen: CheckoutSeen, *, source: str, now: datetime) -> bool:
    """Act on what the provider says of a checkout; return whether anything changed.

    An amount or a currency that is not ours is left to a person.
    """
    payment = lock(session, Payment, seen.payment_id)
    if payment is None or payment.method is not Method.CARD:
        return False
    if seen.is_paid:
        if (seen.amount_vnd, seen.currency) != (payment.amount_vnd, "vnd"):
            problem = f"{seen.id}: {seen.amount_vnd} {seen.currency}"
            note_mismatch(session, payment.id, problem=problem, now=now)
            return False
        return settle_payment(session, payment.id, source=source, now=now)
    # An older page that ran out says nothing about the one that is open now.
    if seen.is_over and seen.id == payment.provider_id:
        return fail_payment(session, payment.id, source=source, now=now)
    return False


def _plan(session: Session, payment_id: str, way: Way, now: datetime) -> _Plan | str:
    """Note what will be asked; return the page instead when one is open."""
    payment = lock(session, Payment, payment_id)
    if payment is None:
        raise NotFound
    if payment.method is not Method.CARD:
        raise Conflict(msg("This payment is not paid by card."))
    if payment.state in TAKEN:
        raise AlreadyPaid
    if payment.state not in OPEN:
        raise Conflict(_GIVEN_UP)
    until = payment.checkout_until
    if payment.checkout_url and until and until > now + CHECKOUT_SPARE:
        return payment.checkout_url
    calls = session.scalars(
        sa.select(OutboundCall).where(OutboundCall.payment_id == payment_id)
    ).all()
    call = next((call for call in calls if _is_unanswered(call, now)), None)
    if call is None:
        call = _new_call(session, payment, way, number=len(calls) + 1, now=now)
    return _Plan(call.id, call.idem_key, _order(call.request))


def _is_unanswered(call: OutboundCall, now: datetime) -> bool:
    """Tell whether a call may be sent again as it was, under its key."""
    waiting = call.state in {CallState.PLANNED, CallState.UNKNOWN}
    return waiting and call.valid_until >= now + CHECKOUT_AT_LEAST


def _new_call(
    session: Session, payment: Payment, way: Way, *, number: int, now: datetime
) -> OutboundCall:
    until = (now + CHECKOUT_LASTS).replace(microsecond=0)
    call = OutboundCall(
        idem_key=f"checkout:{payment.id}:{number}",
        payment_id=payment.id,
        request={
            "payment_id": payment.id,
            "amount_vnd": payment.amount_vnd,
            "title": way.title,
            "lang": way.lang,
            "success_url": way.success_url,
            "cancel_url": way.cancel_url,
            "until": int(until.timestamp()),
        },
        valid_until=until,
        created_at=now,
    )
    session.add(call)
    session.flush()
    audit.record(
        session,
        "payment.checkout_asked",
        actor=GUEST,
        subject=("payment", payment.id),
        now=now,
        key=call.idem_key,
    )
    return call


def _order(request: dict[str, Any]) -> CheckoutOrder:
    until = datetime.fromtimestamp(request["until"], UTC)
    return CheckoutOrder(**{**request, "until": until})


def _note_answer(session: Session, plan: _Plan, page: CheckoutPage, now: datetime) -> bool:
    """Note the page; tell whether the payment is still waited for."""
    payment = lock(session, Payment, plan.order.payment_id)
    call = lock(session, OutboundCall, plan.call_id)
    if payment is None or call is None:
        raise NotFound
    call.state, call.answered_at = CallState.ANSWERED, now
    payment.provider_id, payment.checkout_url = page.id, page.url
    payment.checkout_until = plan.order.until
    if payment.state is rules.PaymentState.CREATED:
        payment.state = rules.after(payment.state, "start")
    session.flush()
    return payment.state in OPEN


def _note_failure(session: Session, plan: _Plan, refusal: CardUnavailable, now: datetime) -> None:
    call = lock(session, OutboundCall, plan.call_id)
    if call is None:
        raise NotFound
    call.state = CallState.REFUSED if refusal.is_final else CallState.UNKNOWN
    call.error, call.answered_at = refusal.reason, now
    session.flush()
