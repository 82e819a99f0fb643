"""Working days in Viet Nam."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.db import transaction
from kernel.errors import NotFound
from kernel.workdays import (
    USUAL,
    DayAsUsual,
    DayIsPast,
    DayIsSet,
    NewWorkDay,
    WorkCalendar,
    add_working_days,
    enter_work_day,
    is_usual_working_day,
    remove_work_day,
    work_calendar,
    work_days,
    working_days_until,
)
from tests.conftest import NOW

DAYS = st.dates(date(2025, 7, 1), date(2027, 12, 31))
CALENDARS = st.dictionaries(DAYS, st.booleans(), max_size=20).map(WorkCalendar)
TODAY = NOW.date()
SATURDAY, MONDAY = date(2026, 11, 28), date(2026, 11, 30)


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
    assert is_usual_working_day(day) is works
    assert USUAL.works(day) is works


def test_tet_stretches_five_days_to_two_weeks():
    assert add_working_days(date(2026, 2, 13), 5, USUAL) == date(2026, 2, 27)


@given(DAYS, st.integers(0, 40), CALENDARS)
def test_counting_forth_and_back_agree(day, count, calendar):
    due = add_working_days(day, count, calendar)
    assert working_days_until(day, due, calendar) == count
    if count:
        assert calendar.works(due)
        assert working_days_until(due, day, calendar) == -count


@given(DAYS, DAYS, CALENDARS)
def test_time_left_never_grows_as_days_pass(day, due, calendar):
    today, tomorrow = (
        working_days_until(day, due, calendar),
        working_days_until(day + timedelta(1), due, calendar),
    )
    assert today - tomorrow in {0, 1}


def enter(session, day, works, why="Hoán đổi ngày nghỉ"):
    with transaction(session):
        return enter_work_day(
            session,
            NewWorkDay(day, works, why, "TB 6150/TB-BLĐTBXH"),
            today=TODAY,
            now=NOW,
            entered_by=None,
        )


def test_a_made_up_saturday_counts_and_an_extra_day_off_does_not(session):
    friday = date(2026, 11, 27)
    assert add_working_days(friday, 1, work_calendar(session)) == MONDAY
    enter(session, SATURDAY, works=True)
    enter(session, MONDAY, works=False)
    calendar = work_calendar(session)
    assert add_working_days(friday, 1, calendar) == SATURDAY
    assert add_working_days(friday, 2, calendar) == date(2026, 12, 1)
    assert working_days_until(friday, date(2026, 12, 1), calendar) == 2
    assert [(card.day, card.works) for card in work_days(session, since=TODAY)] == [
        (SATURDAY, True),
        (MONDAY, False),
    ]


@pytest.mark.parametrize(
    ("day", "works", "refusal"),
    [
        (TODAY, False, DayIsPast),
        (TODAY - timedelta(days=1), True, DayIsPast),
        (MONDAY, True, DayAsUsual),
        (SATURDAY, False, DayAsUsual),
    ],
)
def test_a_line_that_cannot_be_is_refused_at_its_field(session, day, works, refusal):
    with pytest.raises(refusal) as refused:
        enter(session, day, works)
    assert refused.value.field == "day"
    assert work_days(session, since=date(2020, 1, 1)) == []


def test_a_day_has_one_line(session):
    enter(session, SATURDAY, works=True)
    with pytest.raises(DayIsSet):
        enter(session, SATURDAY, works=True)


def test_a_line_is_taken_back_until_its_day_comes(session):
    row_id = enter(session, SATURDAY, works=True)
    with pytest.raises(DayIsPast), transaction(session):
        remove_work_day(session, row_id, today=SATURDAY)
    with transaction(session):
        assert remove_work_day(session, row_id, today=TODAY).day == SATURDAY
    with pytest.raises(NotFound), transaction(session):
        remove_work_day(session, row_id, today=TODAY)
    assert work_calendar(session) == USUAL
