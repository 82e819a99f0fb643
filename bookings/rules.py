"""The statuses of a booking (OCTO) and the arrows between them: one table."""

import enum

from kernel.errors import Conflict


class BookingStatus(enum.Enum):
    """OCTO booking statuses, and NO_SHOW of our own."""

    ON_HOLD = "ON_HOLD"
    CONFIRMED = "CONFIRMED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    REDEEMED = "REDEEMED"
    NO_SHOW = "NO_SHOW"


_S = BookingStatus

ARROWS: dict[tuple[BookingStatus, str], BookingStatus] = {
    (_S.ON_HOLD, "confirm"): _S.CONFIRMED,
    (_S.ON_HOLD, "expire"): _S.EXPIRED,
    (_S.ON_HOLD, "cancel"): _S.CANCELLED,
    (_S.CONFIRMED, "redeem"): _S.REDEEMED,
    (_S.CONFIRMED, "cancel"): _S.CANCELLED,
    (_S.CONFIRMED, "miss"): _S.NO_SHOW,
}


def after(status: BookingStatus, action: str) -> BookingStatus:
    """Return the status after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return ARROWS[status, action]
    except KeyError:
        raise Conflict("This cannot be done in the present state of the booking.") from None
