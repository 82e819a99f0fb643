"""Departures are opened by their host and called off while nobody comes."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from bookings import queries
from bookings.errors import GuestsExpected, NotBookable
from bookings.models import Departure, Experience
from bookings.rules import CancelReason
from bookings.services import (
    cancel,
    cancel_departure,
    open_departure,
    open_departures,
    set_experience,
)
from bookings.services.departures import Seats, WeeklyPattern, store_departure
from bookings.services.experiences import store_experience
from bookings.services.importing import (
    DepartureRow,
    ExperienceRow,
    import_departure,
    import_experience,
)
from catalog.queries.offers import listing_heads
from catalog.rules import ListingKind
from kernel import claims
from kernel.actor import GUEST, HOUSE
from kernel.claims import Demand, SoldOut
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.events import OutboxMessage
from tests.bookings.hosts import DRAFT, Host, listing, seller

SEATS = Seats(10, 150_000)


@pytest.fixture
def host(maker, now):
    return Host(maker, now)


def count(maker):
    with maker() as session:
        return session.scalar(select(func.count()).select_from(Departure))


def call_off(host, departure_id, actor=None, reason=CancelReason.WEATHER):
    with host.maker() as session, transaction(session):
        cancel_departure(
            session, departure_id, reason=reason, actor=actor or host.actor, now=host.now
        )


def weekly(host, pattern, seats=SEATS):
    with host.maker() as session, transaction(session):
        return open_departures(
            session,
            listing_id=host.listing_id,
            pattern=pattern,
            seats=seats,
            actor=host.actor,
            now=host.now,
        )


def test_an_experience_says_what_its_listing_does_not(host, maker):
    with maker() as session:
        detail = queries.experience(session, host.listing_id)
        assert (detail.duration_minutes, detail.languages) == (180, ("vi", "en"))
        assert detail.meeting_point["en"] == "Gate of the lychee garden"
        assert (detail.vendor_id, detail.cancel_hours) == (host.vendor_id, 24)
        assert queries.experience(session, "nothing") is None


def test_describing_again_changes_it_and_leaves_open_departures_alone(host, maker):
    host.opens()
    with maker() as session:
        before = session.scalars(select(Departure.cutoff_at)).one()
    with maker() as session, transaction(session):
        host.describe(
            session, replace(DRAFT, cutoff_minutes=0, duration_minutes=90, bring={"vi": "Mũ"})
        )
    with maker() as session:
        assert queries.experience(session, host.listing_id).duration_minutes == 90
        assert session.scalars(select(Departure.cutoff_at)).one() == before


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"duration_minutes": 14}, "duration_minutes"),
        ({"duration_minutes": 14 * 24 * 60 + 1}, "duration_minutes"),
        ({"meeting_point": {"en": "Gate"}}, "meeting_point_vi"),
        ({"max_guests": 0}, "max_guests"),
        ({"max_guests": 501}, "max_guests"),
        ({"min_age": 100}, "min_age"),
        ({"cancel_hours": 721}, "cancel_hours"),
        ({"cutoff_minutes": -1}, "cutoff_minutes"),
        ({"languages": ()}, "languages"),
        ({"languages": ("xx",)}, "languages"),
    ],
)
def test_an_impossible_experience_is_refused_and_nothing_changes(host, maker, wrong, field):
    with maker() as session, pytest.raises(Invalid) as refusal, transaction(session):
        host.describe(session, replace(DRAFT, **wrong))
    assert refusal.value.field == field
    with maker() as session:
        row = session.get_one(Experience, host.listing_id)
        assert (row.duration_minutes, row.max_guests, row.languages) == (180, 20, ["vi", "en"])


def test_strangers_do_not_learn_of_an_experience_and_members_need_the_role(host, maker, now):
    recorder = replace(host.actor, memberships={host.vendor_id: frozenset({"recorder"})})
    for actor, refusal in ((GUEST, NotFound), (seller("other"), NotFound), (recorder, NotAllowed)):
        with maker() as session, pytest.raises(refusal), transaction(session):
            open_departure(
                session,
                listing_id=host.listing_id,
                starts_at=now + timedelta(days=2),
                seats=SEATS,
                actor=actor,
                now=now,
            )
    assert count(maker) == 0


def test_a_listing_that_is_no_experience_or_does_not_exist_gets_none(host, maker, now):
    with maker() as session, transaction(session):
        pottery = listing(session, host.vendor_id, now, ListingKind.CRAFT)
    for listing_id, refusal in ((pottery, Invalid), ("unknown", NotFound)):
        with maker() as session, pytest.raises(refusal), transaction(session):
            store_experience(session, listing_id=listing_id, draft=DRAFT, actor=HOUSE, now=now)
    with maker() as session:
        assert session.scalars(select(Experience.listing_id)).all() == [host.listing_id]


def test_only_the_listings_own_vendor_describes_it(host, maker, now):
    other = Host(maker, now)
    with maker() as session, pytest.raises(NotFound), transaction(session):
        set_experience(
            session,
            listing_id=host.listing_id,
            draft=replace(DRAFT, duration_minutes=60),
            actor=other.actor,
            now=now,
        )
    with maker() as session:
        assert queries.experience(session, host.listing_id).duration_minutes == 180


def test_tables_of_the_office_bring_experiences_and_departures_once(host, maker, now):
    with maker() as session, transaction(session):
        code = listing_heads(session, [host.listing_id])[host.listing_id].code
        row = ExperienceRow(code, 240, {"vi": "Bến thuyền"}, languages=("vi", "en"))
        assert import_experience(session, row, actor=HOUSE, now=now) == host.listing_id
        start = DepartureRow(code, now + timedelta(days=9), 8, 90_000)
        first, second = (import_departure(session, start, actor=HOUSE, now=now) for _ in range(2))
    assert first == second
    with maker() as session:
        assert queries.experience(session, host.listing_id).meeting_point == {"vi": "Bến thuyền"}
        (card,) = queries.departures(session, listing_ids=[host.listing_id], now=now)[
            host.listing_id
        ]
    assert (card.seats_left, card.price_vnd) == (8, 90_000)


def test_a_table_that_names_no_listing_is_told_so(session, now):
    with pytest.raises(Invalid) as refusal, transaction(session):
        import_departure(session, DepartureRow("NO-1", now, 8, 1), actor=HOUSE, now=now)
    assert (refusal.value.field, refusal.value.values) == ("listing_code", {"code": "NO-1"})


def test_a_departure_has_seats_that_can_run_out(host, maker, now):
    departure_id = host.opens(capacity=4)
    with maker() as session:
        (card,) = queries.departures(session, listing_ids=[host.listing_id], now=now)[
            host.listing_id
        ]
    assert (card.id, card.capacity, card.seats_left, card.price_vnd) == (
        departure_id,
        4,
        4,
        150_000,
    )
    with maker() as session, transaction(session):
        claims.hold(
            session,
            "cart:1",
            [Demand(card.bucket_id, 3)],
            until=now + timedelta(minutes=15),
            now=now,
        )
    with maker() as session:
        offer = queries.seat_offers(session, [departure_id, "unknown"], now=now)[departure_id]
        assert (offer.seats_left, offer.bookable, offer.listing_id) == (1, True, host.listing_id)
        assert queries.seat_offers(session, [], now=now) == {}


def test_only_bookable_departures_are_offered_soonest_first_and_a_few_of_each(host, maker, now):
    other = Host(maker, now)
    late = host.opens(now + timedelta(days=3))
    soon = host.opens(now + timedelta(hours=2, microseconds=1))
    gone = host.opens(now + timedelta(days=1))
    call_off(host, gone)
    theirs = other.opens()

    def offered(at, **wishes):
        with maker() as session:
            found = queries.departures(
                session, listing_ids=[host.listing_id, other.listing_id], now=at, **wishes
            )
            return {key: [card.id for card in cards] for key, cards in found.items()}

    assert offered(now) == {host.listing_id: [soon, late], other.listing_id: [theirs]}
    assert offered(now, limit=1) == {host.listing_id: [soon], other.listing_id: [theirs]}
    # At the cut-off, two hours before the start, it is over.
    assert offered(now + timedelta(microseconds=1))[host.listing_id] == [late]
    with maker() as session:
        offers = queries.seat_offers(session, [soon, gone], now=now + timedelta(microseconds=1))
    assert [offers[soon].bookable, offers[gone].bookable] == [False, False]
    assert (offers[soon].seats_left, offers[gone].seats_left) == (10, 0)


@pytest.mark.parametrize(
    ("ahead", "seats"),
    [
        (timedelta(hours=2), SEATS),
        (timedelta(days=401), SEATS),
        (timedelta(days=1), Seats(0, 1)),
        (timedelta(days=1), Seats(21, 1)),
        (timedelta(days=1), Seats(1, 0)),
        (timedelta(days=1), Seats(1, 100_000_001)),
    ],
)
def test_an_impossible_departure_is_refused(host, maker, now, ahead, seats):
    with maker() as session, pytest.raises(Invalid), transaction(session):
        open_departure(
            session,
            listing_id=host.listing_id,
            starts_at=now + ahead,
            seats=seats,
            actor=host.actor,
            now=now,
        )
    assert count(maker) == 0


def test_two_departures_do_not_start_at_once(host, maker):
    host.opens()
    with pytest.raises(Conflict):
        host.opens()
    assert count(maker) == 1


def test_a_listing_without_an_experience_has_no_departures(host, maker, now):
    with maker() as session, pytest.raises(Invalid), transaction(session):
        open_departure(
            session,
            listing_id="none",
            starts_at=now,
            seats=SEATS,
            actor=host.actor,
            now=now,
        )
    with maker() as session, pytest.raises(Invalid), transaction(session):
        store_departure(session, "none", starts_at=now, seats=SEATS, actor=HOUSE, now=now)


def test_a_weekly_pattern_opens_what_is_still_to_come_and_not_twice(host, maker, now):
    # `now` is Monday 23 November 2026, ten o'clock in Ha Noi; booking ends two hours before.
    pattern = WeeklyPattern(date(2026, 11, 23), date(2026, 12, 6), {0, 6}, {time(8), time(14, 30)})
    assert weekly(host, pattern) == 7
    with maker() as session:
        found = session.scalars(select(Departure.starts_at).order_by(Departure.starts_at)).all()
    assert found == [
        datetime(2026, 11, 23, 7, 30, tzinfo=UTC),
        datetime(2026, 11, 29, 1, 0, tzinfo=UTC),
        datetime(2026, 11, 29, 7, 30, tzinfo=UTC),
        datetime(2026, 11, 30, 1, 0, tzinfo=UTC),
        datetime(2026, 11, 30, 7, 30, tzinfo=UTC),
        datetime(2026, 12, 6, 1, 0, tzinfo=UTC),
        datetime(2026, 12, 6, 7, 30, tzinfo=UTC),
    ]
    assert weekly(host, pattern) == 0
    assert weekly(host, replace(pattern, times={time(8), time(9)})) == 3


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"weekdays": set()}, "weekdays"),
        ({"times": set()}, "times"),
        ({"last": date(2026, 11, 22)}, "last"),
        ({"last": date(2027, 11, 25)}, "last"),
        ({"first": date(2026, 11, 1), "last": date(2026, 11, 20)}, "last"),
        ({"times": {time(h) for h in range(24)}, "last": date(2026, 12, 30)}, "last"),
    ],
)
def test_an_impossible_pattern_opens_nothing(host, maker, wrong, field):
    pattern = WeeklyPattern(date(2026, 11, 23), date(2026, 12, 6), set(range(7)), {time(8)})
    with pytest.raises(Invalid) as refusal:
        weekly(host, replace(pattern, **wrong))
    assert refusal.value.field == field
    assert count(maker) == 0


def test_a_departure_without_guests_is_called_off_once_and_tells_why(host, maker, now):
    departure_id = host.opens()
    with pytest.raises(NotFound):
        call_off(host, departure_id, seller("other"))
    with pytest.raises(NotFound):
        call_off(host, "unknown")
    call_off(host, departure_id)
    call_off(host, departure_id, reason=CancelReason.OPERATOR)
    with maker() as session:
        (row,) = queries.departure_rows(session, listing_id=host.listing_id, since=now).items
        assert (row.cancelled_at, row.cancel_reason) == (now, CancelReason.WEATHER)
        told = session.scalars(select(OutboxMessage)).all()
    assert [(m.kind, m.payload) for m in told] == [
        (
            "DepartureCancelled",
            {"departure_id": departure_id, "listing_id": host.listing_id, "reason": "weather"},
        )
    ]
    with pytest.raises(NotBookable):
        host.takes(departure_id)


def test_a_departure_called_off_has_no_seat_left_for_baskets(host, maker, now):
    departure_id = host.opens()
    call_off(host, departure_id)
    with maker() as session:
        bucket_id = session.get_one(Departure, departure_id).bucket_id
    with maker() as session, pytest.raises(SoldOut), transaction(session):
        claims.hold(session, "cart:1", [Demand(bucket_id, 1)], until=now, now=now)


def test_a_departure_with_guests_is_not_called_off(host, maker, now):
    departure_id = host.opens()
    host.takes(departure_id)
    with pytest.raises(GuestsExpected):
        call_off(host, departure_id)
    with maker() as session:
        (row,) = queries.departure_rows(session, listing_id=host.listing_id, since=now).items
        assert (row.cancelled_at, row.seats_sold) == (None, 2)
        assert session.scalars(select(OutboxMessage)).all() == []
    with maker() as session, transaction(session):
        cancel(session, line_refs=["line-1"], now=now)
    call_off(host, departure_id)


def test_seats_that_are_sold_keep_a_departure_even_before_they_are_booked(host, maker, now):
    departure_id = host.opens()
    with maker() as session, transaction(session):
        bucket_id = session.get_one(Departure, departure_id).bucket_id
        claims.settle(session, "group:1", [Demand(bucket_id, 1)], now=now)
    with pytest.raises(GuestsExpected):
        call_off(host, departure_id)


def test_imports_open_past_departures_once(host, maker, now):
    past = now - timedelta(days=30)
    with maker() as session, transaction(session):
        first, second = (
            store_departure(
                session, host.listing_id, starts_at=past, seats=SEATS, actor=HOUSE, now=now
            )
            for _ in range(2)
        )
    assert first == second
    with maker() as session:
        page = queries.departure_rows(session, listing_id=host.listing_id, since=past, size=1)
        assert [row.id for row in page.items] == [first]
        assert queries.departure_rows(session, listing_id=host.listing_id, since=now).items == []
