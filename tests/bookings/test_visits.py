"""Seats from hold to attendance; more buyers than seats, with real threads."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from bookings import queries
from bookings.errors import (
    AlreadyRedeemed,
    NoLongerValid,
    NotBookable,
    NotPaid,
    UnknownCode,
    WrongDay,
)
from bookings.models import Booking, Departure
from bookings.rules import BookingStatus
from bookings.services import book, cancel, confirm, expire, miss, redeem, revive
from kernel import audit, claims
from kernel.actor import GUEST, HOUSE
from kernel.audit import AuditEntry
from kernel.claims import Bucket, Demand, SoldOut
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import OutboxMessage
from tests.bookings.hosts import Host, seller

S = BookingStatus


@pytest.fixture
def host(maker, now):
    return Host(maker, now)


def act(maker, service, now, *line_refs):
    with maker() as session, transaction(session):
        return service(session, line_refs=line_refs or ["line-1"], now=now)


def status(maker, line_ref="line-1"):
    with maker() as session:
        return queries.bookings_of(session, [line_ref])[line_ref].status


def code(maker, line_ref="line-1"):
    with maker() as session:
        return queries.bookings_of(session, [line_ref])[line_ref].code


def at_gate(host, service, shown, at, actor=None):
    with host.maker() as session, transaction(session):
        service(session, vendor_id=host.vendor_id, code=shown, actor=actor or host.actor, now=at)


def test_seats_are_held_with_a_code_for_the_gate(host, maker):
    departure_id = host.opens()
    booking_id = host.takes(departure_id)
    with maker() as session:
        view = queries.bookings_of(session, ["line-1", "line-2"])["line-1"]
    assert (view.id, view.departure_id, view.seats) == (booking_id, departure_id, 2)
    assert view.status is S.ON_HOLD
    assert len(view.code) == 8


def test_the_same_line_again_is_the_same_booking(host, maker):
    departure_id = host.opens()
    assert host.takes(departure_id) == host.takes(departure_id, seats=5)
    with maker() as session:
        assert session.scalars(select(Booking.seats)).all() == [2]


@pytest.mark.parametrize(
    ("before", "passes"), [(timedelta(hours=2), False), (timedelta(hours=2, microseconds=1), True)]
)
def test_a_departure_is_booked_until_its_cutoff(host, maker, before, passes, now):
    starts = now + timedelta(days=2)
    departure_id = host.opens(starts)
    if passes:
        host.takes(departure_id, at=starts - before)
    else:
        with pytest.raises(NotBookable):
            host.takes(departure_id, at=starts - before)
    with maker() as session:
        assert session.scalar(select(func.count()).select_from(Booking)) == int(passes)


def test_nobody_books_no_seat_or_an_unknown_departure(host):
    departure_id = host.opens()
    with pytest.raises(Invalid):
        host.takes(departure_id, seats=0)
    with pytest.raises(NotFound):
        host.takes("unknown")


def test_messages_that_come_twice_change_nothing_the_second_time(host, maker, now):
    departure_id = host.opens()
    for line in ("line-1", "line-2", "line-3"):
        host.takes(departure_id, line, seats=1)
    assert act(maker, confirm, now, "line-1", "no booking") == 1
    assert act(maker, confirm, now, "line-1") == 0
    assert act(maker, cancel, now, "line-1", "line-2") == 2
    assert act(maker, cancel, now, "line-1", "line-2") == 0
    assert act(maker, expire, now, "line-2", "line-3") == 1
    assert act(maker, expire, now, "line-3") == 0
    assert [status(maker, f"line-{n}") for n in (1, 2, 3)] == [S.CANCELLED, S.CANCELLED, S.EXPIRED]


def test_an_expired_booking_needs_reviving_and_a_paid_one_does_not_expire(host, maker, now):
    host.takes(host.opens())
    act(maker, expire, now)
    with pytest.raises(Conflict):
        act(maker, confirm, now)
    assert status(maker) is S.EXPIRED
    assert act(maker, revive, now) == 1
    assert act(maker, revive, now) == 0
    with pytest.raises(Conflict):
        act(maker, expire, now)
    assert status(maker) is S.CONFIRMED


def test_guests_are_let_in_once_on_the_day_by_their_code(host, maker, now):
    starts = now + timedelta(days=2)
    host.takes(host.opens(starts))
    shown = code(maker)
    with pytest.raises(NotPaid):
        at_gate(host, redeem, shown, starts)
    act(maker, confirm, now)
    with pytest.raises(WrongDay) as refusal:
        at_gate(host, redeem, shown, starts - timedelta(days=1))
    assert refusal.value.values == {"day": "25/11/2026"}
    assert status(maker) is S.CONFIRMED
    at_gate(host, redeem, f" {shown[:4].lower()} {shown[4:]}", starts - timedelta(hours=1))
    assert status(maker) is S.REDEEMED
    with pytest.raises(AlreadyRedeemed) as refusal:
        at_gate(host, redeem, shown, starts)
    assert refusal.value.values == {"at": "25/11/2026 09:00"}
    with pytest.raises(Conflict):
        act(maker, cancel, now)
    with maker() as session:
        kinds = session.execute(select(OutboxMessage.kind, OutboxMessage.payload)).all()
        assert [(kind, payload["line_ref"]) for kind, payload in kinds] == [
            ("VisitRedeemed", "line-1")
        ]
        assert audit.verify(session) is None
        actions = session.scalars(
            select(AuditEntry.action).where(AuditEntry.subject_type == "booking")
        ).all()
    assert actions == ["booking.held", "booking.confirm", "booking.redeem"]


def test_a_code_of_another_host_or_of_nobody_is_unknown(host, maker, now):
    starts = now + timedelta(days=2)
    host.takes(host.opens(starts))
    act(maker, confirm, now)
    other = Host(maker, now)
    for shown in (code(maker), "", "00000000", "!!!"):
        with pytest.raises(UnknownCode):
            at_gate(other, redeem, shown, starts)
    for stranger in (GUEST, seller("other")):
        with pytest.raises(NotFound):
            at_gate(host, redeem, code(maker), starts, stranger)
    assert status(maker) is S.CONFIRMED


def test_a_cancelled_booking_opens_no_gate(host, maker, now):
    starts = now + timedelta(days=2)
    host.takes(host.opens(starts))
    act(maker, cancel, now)
    with pytest.raises(NoLongerValid):
        at_gate(host, redeem, code(maker), starts)


def test_who_did_not_come_is_noted_once_the_visit_has_begun(host, maker, now):
    starts = now + timedelta(days=2)
    host.takes(host.opens(starts))
    act(maker, confirm, now)
    with pytest.raises(Invalid):
        at_gate(host, miss, code(maker), starts - timedelta(seconds=1))
    at_gate(host, miss, code(maker), starts)
    assert status(maker) is S.NO_SHOW


def test_a_host_sees_the_guests_of_each_coming_visit(host, maker, now):
    first, second = host.opens(now + timedelta(days=1)), host.opens(now + timedelta(days=2))
    host.opens(now + timedelta(days=3))
    host.takes(first, "line-1")
    host.takes(first, "line-2", seats=1)
    host.takes(second, "line-3")
    act(maker, cancel, now, "line-2")
    other = Host(maker, now)

    def seen(vendor_id, at, **wishes):
        with maker() as session:
            page = queries.coming_visits(session, vendor_id=vendor_id, now=at, **wishes)
            return [(v.departure_id, v.seats_booked, len(v.guests)) for v in page.items]

    assert seen(host.vendor_id, now) == [(first, 2, 1), (second, 2, 1)]
    assert seen(host.vendor_id, now, size=1) == [(first, 2, 1)]
    assert seen(host.vendor_id, now, size=1, page=2) == [(second, 2, 1)]
    # All day long a visit stays on the list, in Viet Nam: until 17:00 UTC.
    assert seen(host.vendor_id, now + timedelta(days=1, hours=13, minutes=59))[0][0] == first
    assert seen(host.vendor_id, now + timedelta(days=1, hours=14))[0][0] == second
    assert seen(other.vendor_id, now) == []


def buy(host, departure_id, number, seats=1):
    """Buy seats as a checkout does: the claim and the booking in one transaction."""
    with host.maker() as session, transaction(session):
        bucket_id = queries.seat_offers(session, [departure_id], now=host.now)[
            departure_id
        ].bucket_id
        claims.settle(session, f"group:{number}", [Demand(bucket_id, seats)], now=host.now)
        return book(
            session,
            line_ref=f"line-{number}",
            departure_id=departure_id,
            seats=seats,
            contact_name="Mai",
            contact_phone="+84987654321",
            now=host.now,
        )


def race(count, act_):
    gate, results = threading.Barrier(count, timeout=20), [None] * count

    def run(number):
        gate.wait()
        try:
            results[number] = act_(number)
        except Exception as refusal:
            results[number] = refusal

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def seats_in_database(maker):
    with maker() as session:
        return session.scalar(select(func.coalesce(func.sum(Booking.seats), 0)))


def test_more_buyers_than_seats_get_exactly_the_seats(host, maker, now):
    departure_id = host.opens(capacity=7)
    results = race(12, lambda number: buy(host, departure_id, number))
    assert sum(isinstance(result, SoldOut) for result in results) == 5
    assert sum(isinstance(result, str) for result in results) == 7
    assert seats_in_database(maker) == 7
    with maker() as session:
        assert queries.seat_offers(session, [departure_id], now=now)[departure_id].seats_left == 0


def test_without_the_guard_the_same_race_oversells(host, maker, monkeypatch):
    """The negative control: two buyers look before either writes, and nothing stops them."""
    departure_id = host.opens(capacity=1)
    both_looked = threading.Barrier(2, timeout=20)

    def unguarded(number):
        with host.maker() as session:
            left = queries.seat_offers(session, [departure_id], now=host.now)[departure_id]
            both_looked.wait()
        assert left.seats_left == 1
        with host.maker() as session, transaction(session):
            return book(
                session,
                line_ref=f"line-{number}",
                departure_id=departure_id,
                seats=1,
                contact_name="Mai",
                contact_phone="+84987654321",
                now=host.now,
            )

    results = race(2, unguarded)
    assert all(isinstance(result, str) for result in results)
    assert seats_in_database(maker) == 2


def test_one_line_booked_many_times_at_once_is_one_booking(host, maker):
    departure_id = host.opens()
    results = race(6, lambda _: host.takes(departure_id))
    assert len(set(results)) == 1
    assert seats_in_database(maker) == 2


def test_booking_against_calling_off_has_one_winner(host, maker, now):
    from bookings.rules import CancelReason
    from bookings.services import cancel_departure

    def call_off(departure_id):
        with maker() as session, transaction(session):
            cancel_departure(
                session, departure_id, reason=CancelReason.WEATHER, actor=host.actor, now=now
            )

    for round_ in range(4):
        departure_id = host.opens(now + timedelta(days=5 + round_), capacity=1)
        ways = [
            lambda d=departure_id, r=round_: buy(host, d, r),
            lambda d=departure_id: call_off(d),
        ]
        results = race(2, lambda number, ways=ways: ways[number]())
        assert sum(isinstance(result, Exception) for result in results) == 1
        with maker() as session:
            departure = session.get_one(Departure, departure_id)
            bucket = session.get_one(Bucket, departure.bucket_id)
            assert (departure.cancelled_at is None) == (bucket.allocated == 1)


def test_the_hosts_list_takes_two_statements(host, maker, now):
    for number in range(3):
        host.takes(host.opens(now + timedelta(days=number + 1)), f"line-{number}")
    with maker() as session:
        statements = []
        event.listen(
            session.get_bind(), "before_cursor_execute", lambda *args: statements.append(args[2])
        )
        queries.coming_visits(session, vendor_id=host.vendor_id, now=now)
        queries.departures(session, listing_ids=[host.listing_id], now=now)
    assert len([s for s in statements if s.startswith(("SELECT", "WITH"))]) == 4


def test_the_house_books_without_being_asked_who_it_is(host, maker):
    host.takes(host.opens())
    with maker() as session:
        names = session.scalars(
            select(AuditEntry.actor_name).where(AuditEntry.action == "booking.held")
        )
        assert names.all() == [HOUSE.name]
