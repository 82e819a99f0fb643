"""Whatever can run out is sold once: with real threads, on both engines."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session, sessionmaker

from kernel import claims, db
from kernel.claims import AlreadySettled, Bucket, Claim, ClaimState, Demand, Movement, SoldOut
from kernel.db import transaction
from kernel.quantity import Unit

Maker = sessionmaker[Session]
SOON = timedelta(minutes=15)


def bucket(maker: Maker, now: datetime, on_hand: int = 10, cap: int = 0) -> str:
    with maker() as session, transaction(session):
        return claims.open_bucket(
            session, kind="STOCK", unit=Unit.PIECE, on_hand=on_hand, oversell_cap=cap, now=now
        ).id


def hold(maker: Maker, owner: str, demands: list[Demand], now: datetime) -> None:
    with maker() as session, transaction(session):
        claims.hold(session, owner, demands, until=now + SOON, now=now)


def settle(maker: Maker, owner: str, demands: list[Demand], now: datetime) -> bool:
    with maker() as session, transaction(session):
        return claims.settle(session, owner, demands, now=now)


def free(maker: Maker, bucket_id: str, now: datetime) -> int:
    with maker() as session:
        return claims.available(session, [bucket_id], now=now)[bucket_id]


def race(count: int, act: Callable[[int], object]) -> list[object]:
    """Let many buyers go at once; return what each got: a result or a refusal."""
    gate, results = threading.Barrier(count), [None] * count

    def run(number: int) -> None:
        gate.wait()
        try:
            results[number] = act(number)
        except Exception as refusal:
            results[number] = refusal

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_hold_takes_away_from_others_but_not_from_its_owner(maker, now):
    stock = bucket(maker, now)
    hold(maker, "cart:1", [Demand(stock, 4)], now)
    assert free(maker, stock, now) == 6
    hold(maker, "cart:1", [Demand(stock, 10)], now)
    with pytest.raises(SoldOut) as refusal:
        hold(maker, "cart:2", [Demand(stock, 1)], now)
    assert refusal.value.available == 0
    assert free(maker, stock, now) == 0


def test_two_lines_on_one_bucket_are_summed_before_they_are_compared(maker, now):
    stock = bucket(maker, now, 3)
    with pytest.raises(SoldOut):
        hold(maker, "cart:1", [Demand(stock, 2), Demand(stock, 2)], now)
    assert free(maker, stock, now) == 3


def test_what_is_no_longer_wanted_is_released(maker, now):
    one, two = bucket(maker, now), bucket(maker, now)
    hold(maker, "cart:1", [Demand(one, 4), Demand(two, 4)], now)
    hold(maker, "cart:1", [Demand(two, 1)], now)
    assert (free(maker, one, now), free(maker, two, now)) == (10, 9)
    hold(maker, "cart:1", [], now)
    assert (free(maker, one, now), free(maker, two, now)) == (10, 10)


def test_a_hold_ends_by_itself_and_is_swept_later(maker, now):
    stock = bucket(maker, now)
    hold(maker, "cart:1", [Demand(stock, 4)], now)
    later = now + SOON
    assert free(maker, stock, later) == 10
    with maker() as session, transaction(session):
        assert claims.sweep(session, now=later) == 1
    with maker() as session:
        assert session.scalars(select(Claim.state)).all() == [ClaimState.EXPIRED]


def test_a_pinned_hold_outlives_its_time(maker, now):
    stock = bucket(maker, now)
    hold(maker, "cart:1", [Demand(stock, 10)], now)
    with maker() as session, transaction(session):
        claims.pin(session, "cart:1", pinned=True)
    later = now + timedelta(days=1)
    with maker() as session, transaction(session):
        assert claims.sweep(session, now=later) == 0
    with pytest.raises(SoldOut):
        hold(maker, "cart:2", [Demand(stock, 1)], later)
    assert settle(maker, "cart:1", [Demand(stock, 10)], later)


def test_late_money_settles_while_stock_is_free_and_is_refused_when_resold(maker, now):
    stock = bucket(maker, now)
    hold(maker, "cart:1", [Demand(stock, 6)], now)
    later = now + SOON
    with maker() as session, transaction(session):
        claims.sweep(session, now=later)
    assert settle(maker, "cart:1", [Demand(stock, 6)], later)
    hold(maker, "cart:2", [Demand(stock, 4)], now)
    with pytest.raises(SoldOut):
        settle(maker, "cart:3", [Demand(stock, 1)], now)
    with maker() as session:
        states = session.scalars(select(Claim.state).where(Claim.owner_key == "cart:1")).all()
    assert sorted(s.value for s in states) == ["consumed", "expired"]


def test_a_settled_owner_cannot_hold_again_and_settling_twice_changes_nothing(maker, now):
    stock = bucket(maker, now)
    assert settle(maker, "cart:1", [Demand(stock, 10)], now) is True
    assert settle(maker, "cart:1", [Demand(stock, 10)], now) is False
    with pytest.raises(AlreadySettled):
        hold(maker, "cart:1", [Demand(stock, 1)], now)
    assert free(maker, stock, now) == 0


def test_what_was_sold_can_be_given_back_once(maker, now):
    stock = bucket(maker, now)
    settle(maker, "group:1", [Demand(stock, 7)], now)
    for _ in range(2):
        with maker() as session, transaction(session):
            claims.give_back(session, "group:1", reason="cancelled", now=now)
    assert free(maker, stock, now) == 10


def test_stock_cannot_fall_below_what_is_sold(maker, now):
    stock = bucket(maker, now)
    settle(maker, "group:1", [Demand(stock, 7)], now)
    with maker() as session, pytest.raises(SoldOut), transaction(session):
        claims.adjust(session, stock, d_on_hand=-4, reason="spoiled", now=now)
    with maker() as session, transaction(session):
        claims.adjust(session, stock, d_on_hand=-3, reason="spoiled", now=now)
    assert free(maker, stock, now) == 0


def test_a_pre_order_sells_up_to_its_cap(maker, now):
    stock = bucket(maker, now, 0, cap=5)
    settle(maker, "group:1", [Demand(stock, 5)], now)
    with pytest.raises(SoldOut):
        settle(maker, "group:2", [Demand(stock, 1)], now)


def test_every_change_of_a_bucket_has_a_movement(maker, now):
    stock = bucket(maker, now)
    settle(maker, "group:1", [Demand(stock, 7)], now)
    with maker() as session, transaction(session):
        claims.give_back(session, "group:1", reason="cancelled", now=now)
        claims.adjust(session, stock, d_on_hand=5, reason="harvest", now=now)
    with maker() as session:
        row = session.get_one(Bucket, stock)
        sums = session.execute(
            select(func.sum(Movement.d_on_hand), func.sum(Movement.d_allocated))
        ).one()
        assert tuple(map(int, sums)) == (row.on_hand, row.allocated) == (15, 0)


@pytest.mark.parametrize("way", ["hold", "settle"])
def test_more_buyers_than_stock_get_exactly_the_stock(maker, now, way):
    stock = bucket(maker, now)
    act = hold if way == "hold" else settle
    results = race(30, lambda n: act(maker, f"cart:{n}", [Demand(stock, 1)], now))
    assert sum(isinstance(r, SoldOut) for r in results) == 20
    assert sum(not isinstance(r, Exception) for r in results) == 10
    assert free(maker, stock, now) == 0


def test_one_owner_settling_many_times_at_once_is_served_once(maker, now):
    stock = bucket(maker, now)
    results = race(12, lambda _: settle(maker, "group:1", [Demand(stock, 10)], now))
    assert sorted(map(bool, results)) == [False] * 11 + [True]
    with maker() as session:
        assert session.get_one(Bucket, stock).allocated == 10


def test_two_buckets_in_opposite_order_do_not_deadlock(maker, now):
    one, two = bucket(maker, now, 1000), bucket(maker, now, 1000)

    def buy(number: int) -> bool:
        pair = [Demand(one, 1), Demand(two, 1)]
        return settle(maker, f"g:{number}", pair if number % 2 else pair[::-1], now)

    assert race(20, buy) == [True] * 20


@pytest.mark.postgres
def test_without_the_lock_buyers_are_sold_what_is_not_there(postgres_url, now, monkeypatch):
    """The negative control: the races above prove something only because this one is lost."""
    engine = db.open_engine(postgres_url)
    maker = db.session_factory(engine)
    stock = bucket(maker, now)
    unlocked = claims._lock
    together = threading.Barrier(12, timeout=10)

    def no_lock(session: Session, want: dict[str, int]) -> list[Bucket]:
        with_lock = event.contains(engine, "before_cursor_execute", strip_lock)
        assert with_lock
        return unlocked(session, want)

    def strip_lock(_conn, _cursor, statement, parameters, _context, _many):
        return statement.replace("FOR NO KEY UPDATE", ""), parameters

    checked = claims._check

    def check_then_wait(*args: object) -> None:
        checked(*args)
        together.wait()

    event.listen(engine, "before_cursor_execute", strip_lock, retval=True)
    monkeypatch.setattr(claims, "_lock", no_lock)
    monkeypatch.setattr(claims, "_check", check_then_wait)
    results = race(12, lambda n: hold(maker, f"cart:{n}", [Demand(stock, 1)], now))
    assert sum(not isinstance(r, Exception) for r in results) == 12 > 10
    engine.dispose()


def test_a_check_before_the_write_lock_sells_what_is_not_there(sqlite_url, now, monkeypatch):
    """The negative control on SQLite: the same buyers, checked just before the lock is had."""
    engine = db.open_engine(sqlite_url)
    maker = db.session_factory(engine)
    stock = bucket(maker, now)
    checked, together = claims._check, threading.Barrier(12, timeout=10)
    monkeypatch.setattr(claims, "_check", lambda *_: None)

    def check_then_hold(number: int) -> None:
        owner = f"cart:{number}"
        with maker() as session:
            checked(session, owner, {stock: 1}, [session.get_one(Bucket, stock)], now)
        together.wait()
        hold(maker, owner, [Demand(stock, 1)], now)

    results = race(12, check_then_hold)
    assert sum(not isinstance(r, Exception) for r in results) == 12 > 10
    engine.dispose()
