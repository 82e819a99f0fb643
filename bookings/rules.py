"""The statuses of a booking (OCTO), the arrows between them, and what time allows."""

import enum
from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kernel.errors import Conflict
from kernel.messages import LABELS, msg

VIET_NAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""All days, starts and limits of a visit belong to the place's zone, never to the buyer's."""


class BookingStatus(enum.Enum):
    """OCTO booking statuses, and NO_SHOW of our own."""

    ON_HOLD = "ON_HOLD"
    CONFIRMED = "CONFIRMED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    REDEEMED = "REDEEMED"
    NO_SHOW = "NO_SHOW"


class CancelReason(enum.Enum):
    """Why a departure does not take place."""

    WEATHER = "weather"
    TOO_FEW = "too_few"
    OPERATOR = "operator"


_S = BookingStatus

LABELS.update(
    {
        _S.ON_HOLD: msg("Waiting for payment"),
        _S.CONFIRMED: msg("Confirmed"),
        _S.EXPIRED: msg("Expired"),
        _S.CANCELLED: msg("Cancelled"),
        _S.REDEEMED: msg("Checked in"),
        _S.NO_SHOW: msg("Did not come"),
        CancelReason.WEATHER: msg("Bad weather"),
        CancelReason.TOO_FEW: msg("Too few guests"),
        CancelReason.OPERATOR: msg("The host cannot make it"),
    }
)

ARROWS: dict[tuple[BookingStatus, str], BookingStatus] = {
    (_S.ON_HOLD, "confirm"): _S.CONFIRMED,
    (_S.ON_HOLD, "expire"): _S.EXPIRED,
    (_S.ON_HOLD, "cancel"): _S.CANCELLED,
    # Money came late and the seats could be had again.
    (_S.EXPIRED, "revive"): _S.CONFIRMED,
    (_S.CONFIRMED, "redeem"): _S.REDEEMED,
    (_S.CONFIRMED, "cancel"): _S.CANCELLED,
    (_S.CONFIRMED, "miss"): _S.NO_SHOW,
}

DONE: dict[str, frozenset[BookingStatus]] = {
    "confirm": frozenset({_S.CONFIRMED, _S.REDEEMED, _S.NO_SHOW}),
    "expire": frozenset({_S.EXPIRED, _S.CANCELLED}),
    "cancel": frozenset({_S.CANCELLED, _S.EXPIRED}),
    "revive": frozenset({_S.CONFIRMED, _S.REDEEMED, _S.NO_SHOW}),
}
"""Where an action that comes again has nothing left to do (messages may come twice)."""

COMING = frozenset({_S.ON_HOLD, _S.CONFIRMED})
"""Guests who are expected."""

ON_LIST = frozenset({_S.ON_HOLD, _S.CONFIRMED, _S.REDEEMED, _S.NO_SHOW})
"""Guests on the host's list of a day."""


def after(status: BookingStatus, action: str) -> BookingStatus:
    """Return the status after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return ARROWS[status, action]
    except KeyError:
        raise Conflict(msg("This cannot be done in the present state of the booking.")) from None


def cutoff(starts_at: datetime, cutoff_minutes: int) -> datetime:
    """Return the instant from which a departure cannot be booked any more."""
    return starts_at - timedelta(minutes=cutoff_minutes)


def is_bookable(cutoff_at: datetime, cancelled_at: datetime | None, now: datetime) -> bool:
    """Tell whether seats can be booked: until, and not at, the cut-off."""
    return cancelled_at is None and now < cutoff_at


def is_day_of(starts_at: datetime, now: datetime) -> bool:
    """Tell whether it is the day of the visit, in Viet Nam."""
    return starts_at.astimezone(VIET_NAM).date() == now.astimezone(VIET_NAM).date()


def start_of(day: date, at: time) -> datetime:
    """Return the instant of a wall time in Viet Nam."""
    return datetime.combine(day, at, VIET_NAM)


def weekly_starts(
    first: date, last: date, *, weekdays: Collection[int], times: Collection[time]
) -> Iterator[datetime]:
    """Return the starts on chosen weekdays (Monday is 0) from ``first`` to ``last`` inclusive."""
    day = first
    while day <= last:
        if day.weekday() in weekdays:
            for at in sorted(times):
                yield start_of(day, at)
        day += timedelta(days=1)
