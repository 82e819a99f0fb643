"""The only clock of the house."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")

_shift = timedelta(0)
_fixed: datetime | None = None


def now() -> datetime:
    """Return the current instant, aware, in UTC."""
    return _fixed if _fixed is not None else datetime.now(UTC) + _shift


def local_date(moment: datetime) -> date:
    """Return the calendar day in Viet Nam of an instant."""
    return moment.astimezone(HANOI).date()


def local(moment: datetime) -> datetime:
    """Return an instant in Viet Nam wall time."""
    return moment.astimezone(HANOI)


@contextmanager
def fixed(moment: datetime) -> Iterator[None]:
    """Stop the clock at an instant (tests)."""
    global _fixed  # noqa: PLW0603 - one process-wide clock is the point of this module
    before, _fixed = _fixed, moment
    try:
        yield
    finally:
        _fixed = before


def set_shift(shift: timedelta) -> None:
    """Move the clock of this process (training days and tests)."""
    global _shift  # noqa: PLW0603
    _shift = shift
