"""Working days in Viet Nam."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.workdays import add_working_days, is_working_day, working_days_until

DAYS = st.dates(date(2025, 7, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 23), True),
        (date(2026, 11, 22), False),
        (date(2026, 2, 17), False),
        (date(2026, 2, 20), False),
        (date(2026, 4, 27), False),
        (date(2026, 9, 2), False),
        (date(2027, 2, 8), False),
    ],
)
def test_weekends_and_holidays_do_not_count(day, works):
    assert is_working_day(day) is works


def test_tet_stretches_five_days_to_two_weeks():
    assert add_working_days(date(2026, 2, 13), 5) == date(2026, 2, 27)


@given(DAYS, st.integers(0, 40))
def test_counting_forth_and_back_agree(day, count):
    due = add_working_days(day, count)
    assert working_days_until(day, due) == count
    if count:
        assert is_working_day(due)
        assert working_days_until(due, day) == -count


@given(DAYS, DAYS)
def test_time_left_never_grows_as_days_pass(day, due):
    today, tomorrow = working_days_until(day, due), working_days_until(day + timedelta(1), due)
    assert today - tomorrow in {0, 1}
