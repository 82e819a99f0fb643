"""Cards by Stripe's hosted Checkout: the page is theirs, no card number ever reaches us."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe

from payments.errors import BadNotice, CardUnavailable
from payments.rules import is_fresh

TIMEOUT_S = 20


@dataclass(frozen=True)
class CheckoutOrder:
    """What the provider is asked to collect; the amount is whole đồng, never times 100."""

    payment_id: str
    amount_vnd: int
    title: str
    lang: str
    success_url: str
    cancel_url: str
    until: datetime


@dataclass(frozen=True)
class CheckoutPage:
    """The provider's page on which the buyer pays."""

    id: str
    url: str


@dataclass(frozen=True)
class CheckoutSeen:
    """What the provider says of a checkout."""

    id: str
    payment_id: str
    amount_vnd: int
    currency: str
    is_paid: bool
    is_over: bool


@dataclass(frozen=True)
class Notice:
    """A message whose sender is proven."""

    event_id: str
    kind: str
    is_live: bool
    payload: dict[str, Any]
    checkout: CheckoutSeen | None


class StripeCards:
    """Asks and hears Stripe."""

    def __init__(self, client: stripe.StripeClient, *, secrets: Sequence[str], live: bool) -> None:
        self.client = client
        # Two while a secret is being changed.
        self.secrets = tuple(secrets)
        self.live = live

    def create_checkout(self, order: CheckoutOrder, *, key: str) -> CheckoutPage:
        """Open a page to pay on; the same key gives the same page.

        :raises CardUnavailable: when there was no usable answer.
        """
        try:
            made = self.client.v1.checkout.sessions.create(
                {
                    "mode": "payment",
                    "client_reference_id": order.payment_id,
                    "metadata": {"payment_id": order.payment_id},
                    "payment_intent_data": {"metadata": {"payment_id": order.payment_id}},
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": "vnd",
                                "unit_amount": order.amount_vnd,
                                "product_data": {"name": order.title},
                            },
                        }
                    ],
                    "locale": "vi" if order.lang == "vi" else "en",
                    "success_url": order.success_url,
                    "cancel_url": order.cancel_url,
                    "expires_at": int(order.until.timestamp()),
                },
                {"idempotency_key": key},
            )
        except stripe.StripeError as error:
            raise CardUnavailable(_reason(error), is_final=_is_final(error)) from error
        if not made.url:
            raise CardUnavailable("no page", is_final=True)
        return CheckoutPage(made.id, made.url)

    def read_checkout(self, checkout_id: str) -> CheckoutSeen | None:
        """Return what the provider knows of a checkout, None when it knows none.

        :raises CardUnavailable: when there was no usable answer.
        """
        try:
            found = self.client.v1.checkout.sessions.retrieve(checkout_id)
        except stripe.InvalidRequestError:
            return None
        except stripe.StripeError as error:
            raise CardUnavailable(_reason(error)) from error
        return _seen(found.to_dict())

    def read_notice(self, body: bytes, signature: str, *, now: datetime) -> Notice:
        """Verify a message over its raw bytes and read it.

        The SDK lets times in the future pass, so the time is checked here.

        :raises BadNotice: when the sender is not proven, or the time is off by over five minutes.
        """
        if not any(_is_signed(body, signature, secret) for secret in self.secrets):
            raise BadNotice
        if not is_fresh(_sent_at(signature), now):
            raise BadNotice
        try:
            event = json.loads(body)
            return Notice(
                event_id=str(event["id"]),
                kind=str(event["type"]),
                is_live=bool(event["livemode"]),
                payload=event,
                checkout=_checkout_in(event),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise BadNotice from error


def connect(secret_key: str, webhook_secret: str) -> StripeCards:
    """Return the real provider, in test or live mode as the key says."""
    client = stripe.StripeClient(
        secret_key,
        max_network_retries=2,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_S),
    )
    secrets = [secret.strip() for secret in webhook_secret.split(",") if secret.strip()]
    return StripeCards(client, secrets=secrets, live="_live_" in secret_key)


def _is_signed(body: bytes, signature: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, tolerance=None)
    except (stripe.SignatureVerificationError, ValueError):
        return False
    return True


def _sent_at(signature: str) -> datetime:
    """Return the time of a signature that was verified."""
    parts = dict(part.split("=", 1) for part in signature.split(",") if "=" in part)
    try:
        return datetime.fromtimestamp(int(parts["t"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError) as error:
        raise BadNotice from error


def _checkout_in(event: dict[str, Any]) -> CheckoutSeen | None:
    thing = event["data"]["object"]
    return _seen(thing) if thing.get("object") == "checkout.session" else None


def _seen(found: dict[str, Any]) -> CheckoutSeen:
    metadata = found.get("metadata") or {}
    return CheckoutSeen(
        id=str(found["id"]),
        payment_id=str(metadata.get("payment_id") or found.get("client_reference_id") or ""),
        amount_vnd=int(found.get("amount_total") or 0),
        currency=str(found.get("currency") or ""),
        is_paid=found.get("payment_status") == "paid",
        is_over=found.get("status") == "expired",
    )


def _is_final(error: stripe.StripeError) -> bool:
    """Tell whether the provider refused for good, so that the same request is not sent again."""
    return isinstance(error, stripe.InvalidRequestError | stripe.AuthenticationError)


def _reason(error: stripe.StripeError) -> str:
    return f"{type(error).__name__}: {error.code or ''}"[:300]
