"""What a provider tells us: kept once, acted on once."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from payments.gateways.stripe_cards import Notice
from payments.models import ProviderEvent
from payments.services.card import take_checkout

PROVIDER = "stripe"

HEARD = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.expired",
    }
)
"""Kinds of messages we act on; every other kind is kept and left alone."""


def hear_provider(session: Session, notice: Notice, *, live: bool, now: datetime) -> bool:
    """Keep a verified message under its id and act on it; return False when it is an old one.

    A message of the provider's test mode never moves money of the live market,
    nor the other way round.
    """
    event = ProviderEvent(
        provider=PROVIDER,
        event_id=notice.event_id,
        kind=notice.kind,
        payload=notice.payload,
        received_at=now,
    )
    try:
        with session.begin_nested():
            session.add(event)
    except IntegrityError:
        return False
    if notice.kind in HEARD and notice.checkout is not None and notice.is_live == live:
        take_checkout(session, notice.checkout, source="webhook", now=now)
    return True
