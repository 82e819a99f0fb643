"""Whatever is killed and whenever: what buyers were told is true, and everything else follows."""

import random
import signal
import time
from collections import Counter
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from kernel import audit, clock, db
from kernel.claims import Bucket, Claim, ClaimState, Movement
from kernel.db import transaction
from kernel.events import HandledMessage, OutboxMessage
from kernel.mail import Notice
from orders.models import Order, OrderGroup, OrderLine
from orders.rules import PaidState
from payments.models import Payment, Posting
from tests.fault.buyers import Buyer, Told, buying
from tests.fault.running import Running, environ_of, kill, serving, wait_until
from tests.orders.market import Market, open_market

pytestmark = pytest.mark.fault

KILLS, MOST_SECONDS = 8, 60
COPIED = ("channel", "recipient", "lang", "template", "values", "created_at", "due_at", "sent_at")
PLENTY, SCARCE = 10_000_000, 25


@dataclass
class Shop:
    """A market that runs, and its database seen from outside."""

    running: Running
    maker: object
    market: Market


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def shop(request, tmp_path):
    """A small market with plenty of fruit and a few jars of honey."""
    url = request.getfixturevalue(f"{request.param}_url")
    engine = db.open_engine(url)
    maker = db.session_factory(engine)
    market = open_market(maker, clock.now())
    with maker() as session, transaction(session):
        session.get_one(Bucket, market.lychee_stock).on_hand = PLENTY
        session.get_one(Bucket, market.honey_stock).on_hand = SCARCE
    with serving(environ_of(tmp_path / "instance", url)) as running:
        yield Shop(running, maker, market)
    engine.dispose()


def kill_at_random(running: Running, told: Told, seed: int) -> None:
    """Kill one process after the other at random moments, until enough was bought meanwhile."""
    chance, killed = random.Random(seed), Counter()
    end = time.monotonic() + MOST_SECONDS
    while not (killed.total() >= KILLS and len(killed) == 3 and told.is_enough):
        assert time.monotonic() < end, f"too little was bought: {killed}, {told}"
        time.sleep(chance.uniform(0.3, 2))
        kind = chance.choice(["web_workers", "web_workers", "worker", "worker", "web_server"])
        victims = getattr(running, kind)()
        if victims:
            kill(chance.choice(victims))
            killed[kind] += 1


def test_nothing_that_was_promised_is_lost(shop):
    goods = [("VAI-01", shop.market.kilo), ("MAT-01", shop.market.honey)]
    with buying(shop.running.address, goods, threads=3) as told:
        kill_at_random(shop.running, told, 20261123)
        wait_until(shop.running.is_whole, 15, "everybody was brought back")
    wait_until(lambda: drained(shop.maker), 20, "every message is heard")
    check_all(shop, told)


def order_one(shop: Shop, number: int) -> Told:
    told = Told()
    buyer = Buyer(shop.running.address, number, told)
    with buyer.client:
        buyer.buy("VAI-01", shop.market.kilo, 1, "cod")
    return told


@pytest.mark.parametrize("shop", ["sqlite"], indirect=True)
def test_a_stopped_worker_and_a_broken_promise_would_be_noticed(shop):
    """The control of the test above: each of its checks can fail."""
    (worker,) = shop.running.worker()
    kill(worker, signal.SIGSTOP)
    told = order_one(shop, 1)
    assert len(told.placed) == 1
    assert not drained(shop.maker)
    kill(worker, signal.SIGCONT)
    wait_until(lambda: drained(shop.maker), 20, "the worker goes on")
    check_all(shop, told)
    with pytest.raises(AssertionError):
        check_orders(shop, Told(placed={"Khách 2": "NEVERMADE"}, pressed=told.pressed))
    with pytest.raises(AssertionError):
        check_orders(shop, Told())
    with shop.maker() as session, transaction(session):
        session.get_one(Bucket, shop.market.lychee_stock).allocated += 1
        letter = session.scalars(sa.select(Notice)).first()
        session.add(Notice(**{name: getattr(letter, name) for name in COPIED}))
        session.add(Posting(txn="control", account="cash", amount_vnd=1, at=clock.now()))
    for check in (check_stock, check_money, check_messages):
        with pytest.raises(AssertionError):
            check(shop)


def drained(maker) -> bool:
    """Tell whether nothing waits in the outbox and nothing waits to be sent."""
    with maker() as session:
        waiting = sa.select(OutboxMessage.seq).where(OutboxMessage.done_at.is_(None))
        unsent = sa.select(Notice.id).where(Notice.sent_at.is_(None))
        return not session.scalars(waiting).all() and not session.scalars(unsent).all()


def check_all(shop: Shop, told: Told) -> None:
    check_orders(shop, told)
    check_stock(shop)
    check_money(shop)
    check_messages(shop)


def check_orders(shop: Shop, told: Told) -> None:
    with shop.maker() as session:
        groups = session.scalars(sa.select(OrderGroup)).all()
        by_name = Counter(group.contact_name for group in groups)
        assert max(by_name.values()) == 1, "one press, one order"
        assert {group.contact_name for group in groups} <= told.pressed
        codes = {group.contact_name: group.code for group in groups}
        assert {name: codes.get(name) for name in told.placed} == told.placed
        paid = {group.contact_name for group in groups if group.paid is PaidState.PAID}
        assert told.paid <= paid
        lines = Counter(
            session.scalars(
                sa.select(Order.group_id).join(OrderLine, OrderLine.order_id == Order.id)
            )
        )
        assert lines == {group.id: 1 for group in groups}
        assert audit.verify(session) is None


def check_stock(shop: Shop) -> None:
    """What is allocated is what orders that stand have consumed, to the gram."""
    with shop.maker() as session:
        consumed = dict(
            session.execute(
                sa.select(Claim.bucket_id, sa.func.sum(Claim.qty))
                .where(Claim.state == ClaimState.CONSUMED)
                .group_by(Claim.bucket_id)
            ).all()
        )
        moved = dict(
            session.execute(
                sa.select(Movement.bucket_id, sa.func.sum(Movement.d_allocated)).group_by(
                    Movement.bucket_id
                )
            ).all()
        )
        stands = sa.or_(OrderGroup.payment_method == "cod", OrderGroup.paid == PaidState.PAID)
        ordered = dict(
            session.execute(
                sa.select(OrderLine.bucket_id, sa.func.sum(OrderLine.size * OrderLine.quantity))
                .join(Order, OrderLine.order_id == Order.id)
                .join(OrderGroup, OrderGroup.id == Order.group_id)
                .where(stands)
                .group_by(OrderLine.bucket_id)
            ).all()
        )
        for bucket in session.scalars(sa.select(Bucket)):
            sold = consumed.get(bucket.id, 0)
            assert bucket.allocated == sold == moved[bucket.id] == ordered.get(bucket.id, 0)
            assert bucket.allocated <= bucket.on_hand


def check_money(shop: Shop) -> None:
    with shop.maker() as session:
        captured = session.scalar(
            sa.select(sa.func.coalesce(sa.func.sum(Payment.amount_vnd), 0)).where(
                Payment.settled_at.is_not(None)
            )
        )
        balances = dict(
            session.execute(
                sa.select(Posting.txn, sa.func.sum(Posting.amount_vnd)).group_by(Posting.txn)
            ).all()
        )
        debit = session.scalar(
            sa.select(sa.func.sum(Posting.amount_vnd)).where(Posting.amount_vnd > 0)
        )
        assert not any(balances.values())
        assert (debit or 0) == captured


def check_messages(shop: Shop) -> None:
    """Every message was heard once by everybody, and told each buyer one thing once."""
    with shop.maker() as session:
        assert (
            session.scalars(
                sa.select(OutboxMessage.seq).where(OutboxMessage.dead_at.is_not(None))
            ).all()
            == []
        )
        groups = {group.code: group for group in session.scalars(sa.select(OrderGroup))}
        letters = Counter(
            (notice.template, notice.values["code"])
            for notice in session.scalars(sa.select(Notice))
        )
        paid = [code for code, group in groups.items() if group.paid is PaidState.PAID]
        wanted = {("orders/placed", code): 1 for code in groups}
        wanted |= {("orders/paid", code): 1 for code in paid}
        begun = [c for c, group in groups.items() if group.payment_method == "cod" or c in paid]
        wanted |= {("orders/vendor_new", f"{code}-1"): 1 for code in begun}
        assert letters == wanted
        settled = session.scalars(
            sa.select(OutboxMessage.seq).where(OutboxMessage.kind == "PaymentSettled")
        ).all()
        handled = session.scalars(
            sa.select(HandledMessage.seq).where(
                HandledMessage.handler == "orders.handlers.on_payment_settled"
            )
        ).all()
        assert sorted(handled) == sorted(settled)
        assert len(settled) == len(paid)
