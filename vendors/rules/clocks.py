"""When a clock speaks: pure arithmetic on days and hours."""

from collections.abc import Collection
from datetime import datetime

from vendors.rules.orders import half_time


def crossed(days_left: int, marks: Collection[int]) -> int | None:
    """Return the latest of the marked numbers of days that was reached; none before the first."""
    return min((mark for mark in marks if days_left <= mark), default=None)


def order_reminder(received: datetime, due: datetime, now: datetime) -> str:
    """Return which reminder of an order is due: none, at half of its time, or when it is late."""
    if now >= due:
        return "order_late"
    return "order_half" if now >= half_time(received, due) else ""
