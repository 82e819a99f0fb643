"""What the tests of payments share."""

import threading
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.actor import Actor
from kernel.db import transaction
from kernel.events import OutboxMessage
from kernel.rules_table import seed_rules
from payments.gateways.fake_stripe import FakeStripe, open_demo
from payments.gateways.stripe_cards import StripeCards
from payments.models import Payment, Posting
from payments.rules import Method
from payments.services.card import Way
from payments.services.collect import open_payment

Maker = sessionmaker[Session]
FINANCE = Actor("01FINANCE", "Lan", roles=frozenset({"finance"}))
WAY = Way(
    title="Đơn hàng",
    lang="vi",
    success_url="http://localhost/pay/x/return?session_id={CHECKOUT_SESSION_ID}",
    cancel_url="http://localhost/pay/x/left",
)


def asked(
    maker: Maker,
    now: datetime,
    method: Method = Method.VIETQR,
    amount_vnd: int = 285_000,
    reference: str = "group:1",
) -> str:
    """Open a payment and return its id."""
    with maker() as session, transaction(session):
        seed_rules(session, now=now)
        return open_payment(
            session, reference=reference, amount_vnd=amount_vnd, method=method, now=now
        )


def row(maker: Maker, payment_id: str) -> Payment:
    with maker() as session:
        return session.get_one(Payment, payment_id)


def legs(maker: Maker) -> list[tuple[str, str, int]]:
    """Return every leg of the ledger: transaction, account, amount."""
    with maker() as session:
        found = session.scalars(select(Posting).order_by(Posting.txn, Posting.account))
        return [(leg.txn, leg.account, leg.amount_vnd) for leg in found]


def told(maker: Maker) -> list[tuple[str, dict[str, object]]]:
    """Return every event in the outbox."""
    with maker() as session:
        found = session.scalars(select(OutboxMessage).order_by(OutboxMessage.seq))
        return [(message.kind, message.payload) for message in found]


def provider(maker: Maker) -> tuple[StripeCards, FakeStripe]:
    return open_demo(maker, "a secret of the tests")


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Let several things happen at once; return what each gave: a result or an error."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        gate.wait()
        try:
            results[number] = act()
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
