"""Working days in Viet Nam: Monday to Friday, public holidays and Tết left out, and what is decreed.

The package ``holidays`` knows the law's days. Each year the prime minister swaps some and
has them made up for on a Saturday (làm bù): those are rows of `WorkDay`, which win.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

import holidays
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.db import Base, PrimaryId
from kernel.errors import Conflict, NotFound
from kernel.messages import msg


class DayIsSet(Conflict):
    """The calendar has a line for this day."""

    code = "day_is_set"
    message = msg("This day is in the calendar already.")


class DayIsPast(Conflict):
    """A day that has begun is what it was."""

    code = "day_is_past"
    message = msg("Only days to come can be changed.")


class DayAsUsual(Conflict):
    """A line that would change nothing."""

    code = "day_as_usual"
    message = msg("This day is like that already.")


class WorkDay(Base):
    """A day on which offices are open, or closed, against the rule."""

    __tablename__ = "work_day"

    id: Mapped[PrimaryId]
    day: Mapped[date] = mapped_column(unique=True)
    works: Mapped[bool]
    why: Mapped[str] = mapped_column(sa.String(200))
    legal_ref: Mapped[str] = mapped_column(sa.String(200))
    entered_by: Mapped[str | None] = mapped_column(sa.String(26))
    entered_at: Mapped[datetime]


@dataclass(frozen=True)
class WorkDayCard:
    """A line of the calendar."""

    id: str
    day: date
    works: bool
    why: str
    legal_ref: str


@dataclass(frozen=True)
class NewWorkDay:
    """A line to be entered."""

    day: date
    works: bool
    why: str
    legal_ref: str


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked; ``decreed`` holds the days that are not as usual."""

    decreed: Mapping[date, bool]

    def works(self, day: date) -> bool:
        """Tell whether offices are open on a day."""
        return self.decreed.get(day, is_usual_working_day(day))


USUAL = WorkCalendar({})
"""The calendar of the law alone, without what is decreed."""


@cache
def _holidays() -> holidays.HolidayBase:
    # Years are worked out as they are asked for.
    return holidays.country_holidays("VN")


def is_usual_working_day(day: date) -> bool:
    """Tell whether offices are open on a day by the law's own calendar."""
    return day.weekday() < 5 and day not in _holidays()


def holidays_after(day: date) -> Sequence[tuple[date, str]]:
    """Return the public holidays of the year after a day, with their Vietnamese names."""
    days = (day + timedelta(days=step) for step in range(1, 367))
    return [(one, str(_holidays()[one])) for one in days if one in _holidays()]


def work_calendar(session: Session) -> WorkCalendar:
    """Return the calendar with what is decreed (one statement)."""
    rows = session.execute(sa.select(WorkDay.day, WorkDay.works))
    return WorkCalendar({row.day: row.works for row in rows})


def add_working_days(day: date, count: int, calendar: WorkCalendar) -> date:
    """Return the day that lies ``count`` working days after a day."""
    while count > 0:
        day += timedelta(days=1)
        count -= calendar.works(day)
    return day


def working_days_until(day: date, due: date, calendar: WorkCalendar) -> int:
    """Return how many working days lie after ``day`` up to ``due``; negative when it has passed."""
    if due < day:
        return -working_days_until(due, day, calendar)
    span = (due - day).days
    return sum(calendar.works(day + timedelta(days=step)) for step in range(1, span + 1))


def work_days(session: Session, *, since: date) -> Sequence[WorkDayCard]:
    """Return the lines of the calendar from a day on, in order."""
    rows = session.execute(
        sa.select(WorkDay.id, WorkDay.day, WorkDay.works, WorkDay.why, WorkDay.legal_ref)
        .where(WorkDay.day >= since)
        .order_by(WorkDay.day)
    )
    return [WorkDayCard(*row) for row in rows]


def enter_work_day(
    session: Session, new: NewWorkDay, *, today: date, now: datetime, entered_by: str | None
) -> str:
    """Enter a day on which offices are open, or closed, against the rule; return its id.

    Deadlines that were given stay as they are; those given later count with it.

    :raises DayIsPast: for today and days before.
    :raises DayAsUsual: when the day is like that by the law's own calendar.
    :raises DayIsSet: when the calendar has a line for it.
    """
    if new.day <= today:
        raise DayIsPast(field="day")
    if is_usual_working_day(new.day) is new.works:
        raise DayAsUsual(field="day")
    if session.scalar(sa.select(WorkDay.id).where(WorkDay.day == new.day)) is not None:
        raise DayIsSet(field="day")
    row = WorkDay(**vars(new), entered_by=entered_by, entered_at=now)
    session.add(row)
    session.flush()
    return row.id


def remove_work_day(session: Session, row_id: str, *, today: date) -> WorkDayCard:
    """Take a line back whose day has not come; return it.

    :raises NotFound: when there is none.
    :raises DayIsPast: when the day has begun.
    """
    row = session.get(WorkDay, row_id)
    if row is None:
        raise NotFound
    if row.day <= today:
        raise DayIsPast
    card = WorkDayCard(row.id, row.day, row.works, row.why, row.legal_ref)
    session.delete(row)
    session.flush()
    return card
