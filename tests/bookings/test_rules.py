"""Time in Viet Nam and the statuses of a booking."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings import rules
from bookings.rules import ARROWS, DONE, BookingStatus, CancelReason, weekly_starts
from bookings.services.visits import normal_code
from kernel.errors import Conflict
from kernel.ids import ALPHABET, short_code
from kernel.messages import LABELS

days = st.dates(date(2000, 1, 1), date(2060, 12, 31))


def test_only_the_listed_arrows_pass():
    actions = {action for _, action in ARROWS}
    for status, action in itertools.product(BookingStatus, actions):
        if (status, action) in ARROWS:
            assert rules.after(status, action) is ARROWS[status, action]
        else:
            with pytest.raises(Conflict):
                rules.after(status, action)


def test_an_expired_booking_is_not_confirmed_and_a_redeemed_one_is_not_cancelled():
    for status, action in (
        (BookingStatus.EXPIRED, "confirm"),
        (BookingStatus.REDEEMED, "cancel"),
        (BookingStatus.CANCELLED, "revive"),
    ):
        assert (status, action) not in ARROWS
        assert status not in DONE.get(action, ()) or action == "cancel"


def test_an_action_that_is_done_has_no_arrow():
    for action, statuses in DONE.items():
        assert not [status for status in statuses if (status, action) in ARROWS]


def test_every_status_has_words():
    assert {*BookingStatus, *CancelReason} <= set(LABELS)


@pytest.mark.parametrize(
    ("late", "open_"), [(timedelta(0), False), (-timedelta(microseconds=1), True)]
)
def test_booking_ends_at_the_cutoff_not_after_it(late, open_):
    starts = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    cutoff = rules.cutoff(starts, 120)
    assert cutoff == datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
    assert rules.is_bookable(cutoff, None, cutoff + late) is open_
    assert rules.is_bookable(cutoff, cutoff, cutoff + late) is False


def test_the_day_of_a_visit_is_a_day_in_viet_nam():
    starts = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)  # eight o'clock on the 25th
    assert rules.is_day_of(starts, datetime(2026, 11, 24, 17, 0, tzinfo=UTC))
    assert not rules.is_day_of(starts, datetime(2026, 11, 24, 16, 59, tzinfo=UTC))
    assert rules.is_day_of(starts, datetime(2026, 11, 25, 16, 59, tzinfo=UTC))
    assert not rules.is_day_of(starts, datetime(2026, 11, 25, 17, 0, tzinfo=UTC))


@given(days, st.integers(0, 400), st.sets(st.integers(0, 6)), st.sets(st.times(), max_size=3))
def test_a_weekly_pattern_keeps_its_wall_time_all_year(first, length, weekdays, times):
    last = first + timedelta(days=length)
    starts = list(weekly_starts(first, last, weekdays=weekdays, times=times))
    local = [at.astimezone(ZoneInfo("Asia/Ho_Chi_Minh")) for at in starts]
    chosen = [first + timedelta(days=n) for n in range(length + 1)]
    assert [(at.date(), at.time()) for at in local] == [
        (day, at) for day in chosen if day.weekday() in weekdays for at in sorted(times)
    ]
    # Viet Nam keeps no summer time: seven hours ahead on every day.
    assert all(at.utcoffset() == timedelta(hours=7) for at in starts)


def test_a_pattern_that_ends_before_it_starts_is_empty():
    starts = weekly_starts(date(2026, 1, 2), date(2026, 1, 1), weekdays={4}, times={time(8)})
    assert list(starts) == []


@given(st.text(ALPHABET, min_size=8, max_size=8))
def test_a_code_is_read_however_it_is_typed(code):
    assert normal_code(f" {code[:4].lower()}-{code[4:]} ") == code


def test_a_code_read_aloud_forgives_letters_that_look_like_digits():
    assert normal_code("oil0-1234") == "01101234"
    assert normal_code("UUUU") == normal_code("!") == normal_code("đ") == ""
    assert len(short_code()) == 8
