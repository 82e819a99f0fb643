"""A stand-in for Stripe inside this process: the demo and the tests run on it.

It is an HTTP client of the real SDK, so that everything above it is the same
code as with the real provider. What it knows lies in a table of its own and is
shared by all processes. It is never used in production.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import sqlalchemy as sa
import stripe
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from kernel import clock
from kernel.db import lock, transaction
from kernel.errors import NotFound
from kernel.ids import new_id, new_token
from payments.gateways.stripe_cards import StripeCards
from payments.models import DemoCheckout

Answer = tuple[str, int, Mapping[str, str]]
_SESSION = re.compile(r"/v1/checkout/sessions/([\w-]+)")


@dataclass(frozen=True)
class DemoPage:
    """What the demo's card page shows."""

    id: str
    title: str
    amount_vnd: int
    is_open: bool
    declined: bool
    success_url: str
    cancel_url: str


@dataclass(frozen=True)
class SignedMessage:
    """A webhook message as the provider would send it."""

    body: bytes
    signature: str


class FakeStripe(stripe.HTTPClient):
    """Answers the few requests that we make of Stripe, with its checks."""

    name: ClassVar[str] = "fake"

    def __init__(self, maker: sessionmaker[Session], *, webhook_secret: str) -> None:
        super().__init__()
        self.maker = maker
        self.webhook_secret = webhook_secret

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> Answer:
        """Answer one request of the SDK."""
        path = urlsplit(url).path
        found = _SESSION.fullmatch(path)
        if method == "post" and path == "/v1/checkout/sessions":
            return self._create(read_form(post_data or ""), (headers or {}).get("Idempotency-Key"))
        if method == "get" and found:
            return self._retrieve(found[1])
        return _refusal(404, "Unrecognized request URL")

    def close(self) -> None:
        """Have nothing to close."""

    def page(self, checkout_id: str) -> DemoPage:
        """Return what the card page shows.

        :raises NotFound: when there is no such checkout.
        """
        with self.maker() as session:
            row = session.get(DemoCheckout, checkout_id)
        if row is None:
            raise NotFound
        made = row.body["session"]
        return DemoPage(
            id=row.id,
            title=row.body["title"],
            amount_vnd=made["amount_total"],
            is_open=made["status"] == "open",
            declined=bool(row.body.get("declined")),
            success_url=made["success_url"].replace("{CHECKOUT_SESSION_ID}", row.id),
            cancel_url=made["cancel_url"],
        )

    def pay(self, checkout_id: str) -> SignedMessage:
        """Take the money as a test card would and return the message that tells of it."""
        made = self._change(checkout_id, status="complete", payment_status="paid")
        return self.sign(_event("checkout.session.completed", made))

    def decline(self, checkout_id: str) -> None:
        """Refuse the card; the page stays open for another try, as the real one does."""
        self._change(checkout_id, declined=True)

    def expire(self, checkout_id: str) -> SignedMessage:
        """Let the page run out and return the message that tells of it."""
        made = self._change(checkout_id, status="expired")
        return self.sign(_event("checkout.session.expired", made))

    def sign(self, event: Mapping[str, Any]) -> SignedMessage:
        """Sign a message as the provider does."""
        body = json.dumps(event, ensure_ascii=False)
        sent_at = int(clock.now().timestamp())
        header = stripe.WebhookSignature.generate_signature_header(
            body, self.webhook_secret, sent_at
        )
        return SignedMessage(body.encode(), header)

    def _create(self, params: dict[str, Any], key: str | None) -> Answer:
        problem = _problem(params)
        if problem:
            return _refusal(400, problem)
        try:
            same = self._keep(params, key)
        except IntegrityError:
            # Another request under the same key was faster.
            same = self._keep(params, key)
        if same["params"] != params:
            return _refusal(400, "Keys for idempotent requests", kind="idempotency_error")
        return _ok(same["session"])

    def _keep(self, params: dict[str, Any], key: str | None) -> dict[str, Any]:
        """Return the checkout made under a key, the first time and every other time."""
        with self.maker() as session, transaction(session):
            row = session.scalars(
                sa.select(DemoCheckout).where(
                    DemoCheckout.idempotency_key == key, DemoCheckout.idempotency_key.is_not(None)
                )
            ).first()
            if row is None:
                row = _checkout(params, key)
                session.add(row)
            return row.body

    def _retrieve(self, checkout_id: str) -> Answer:
        with self.maker() as session:
            row = session.get(DemoCheckout, checkout_id)
        if row is None:
            return _refusal(404, "No such checkout.session", code="resource_missing")
        return _ok(row.body["session"])

    def _change(self, checkout_id: str, *, declined: bool = False, **values: str) -> dict[str, Any]:
        """Change an open checkout; one that is over stays as it is."""
        with self.maker() as session, transaction(session):
            row = lock(session, DemoCheckout, checkout_id)
            if row is None:
                raise NotFound
            made: dict[str, Any] = dict(row.body["session"])
            if made["status"] == "open":
                made.update(values)
                row.body = {**row.body, "session": made, "declined": declined}
            return made


def open_demo(maker: sessionmaker[Session], secret_key: str) -> tuple[StripeCards, FakeStripe]:
    """Return the provider that the demo runs on, and its other side."""
    secret = "whsec_demo_" + sha256(f"demo card {secret_key}".encode()).hexdigest()
    fake = FakeStripe(maker, webhook_secret=secret)
    client = stripe.StripeClient("sk_test_demo", http_client=fake, max_network_retries=0)
    return StripeCards(client, secrets=[secret], live=False), fake


def read_form(text: str) -> dict[str, Any]:
    """Read a nested form body: ``a[b][0][c]=1``."""
    root: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        place, *rest = re.findall(r"[^\[\]]+", name)
        node = root
        for key in rest:
            node = node.setdefault(place, {})
            place = key
        node[place] = value
    return root


def _problem(params: dict[str, Any]) -> str:
    """Return what the real provider would refuse."""
    items = params.get("line_items", {})
    prices = [item.get("price_data", {}) for item in items.values()] if items else []
    if params.get("mode") != "payment" or not params.get("success_url"):
        return "Missing required param"
    if not prices or any(price.get("currency") != "vnd" for price in prices):
        return "Invalid currency"
    if not all(re.fullmatch(r"[1-9]\d{0,11}", price.get("unit_amount", "")) for price in prices):
        return "Invalid non-negative integer"
    until = datetime.fromtimestamp(int(params.get("expires_at", 0)), UTC)
    ahead = (until - clock.now()).total_seconds()
    return (
        "" if 30 * 60 <= ahead <= 24 * 3600 else "expires_at must be 30 minutes to 24 hours ahead"
    )


def _checkout(params: dict[str, Any], key: str | None) -> DemoCheckout:
    checkout_id = "cs_test_demo_" + new_token()
    items = params["line_items"].values()
    total = sum(int(i["price_data"]["unit_amount"]) * int(i.get("quantity", 1)) for i in items)
    title = next(iter(items))["price_data"].get("product_data", {}).get("name", "")
    origin = urlsplit(params["success_url"])
    now = clock.now()
    made = {
        "id": checkout_id,
        "object": "checkout.session",
        "amount_subtotal": total,
        "amount_total": total,
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "created": int(now.timestamp()),
        "currency": "vnd",
        "expires_at": int(params["expires_at"]),
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": params.get("metadata", {}),
        "mode": "payment",
        "payment_intent": None,
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "status": "open",
        "success_url": params["success_url"],
        "url": f"{origin.scheme}://{origin.netloc}/demo/card/{checkout_id}",
    }
    body = {"session": made, "params": params, "title": title}
    return DemoCheckout(id=checkout_id, idempotency_key=key, body=body, created_at=now)


def _event(kind: str, made: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": f"evt_demo_{new_id()}",
        "object": "event",
        "api_version": stripe.api_version,
        "created": int(clock.now().timestamp()),
        "data": {"object": dict(made)},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }


def _ok(thing: Mapping[str, Any]) -> Answer:
    return json.dumps(thing), 200, {"Request-Id": f"req_{new_id()}"}


def _refusal(
    status: int, message: str, *, kind: str = "invalid_request_error", code: str | None = None
) -> Answer:
    error = {"type": kind, "message": message, "code": code}
    return json.dumps({"error": error}), status, {"Request-Id": f"req_{new_id()}"}
