"""Refusals of bookings that a person can read."""

from kernel.errors import Conflict, Invalid
from kernel.messages import msg


class NotBookable(Conflict):
    """The departure was called off, or its cut-off has passed."""

    code, message = "not_bookable", msg("This departure cannot be booked any more.")


class GuestsExpected(Conflict):
    """Seats are sold or held for payment."""

    code = "guests_expected"
    message = msg("Guests have booked this departure, so it cannot be called off here.")


class AlreadyRedeemed(Conflict):
    """The booking's guests have been let in before."""

    code, message = "already_redeemed", msg("This booking was checked in at %(at)s.")


class WrongDay(Conflict):
    """The guests come on another day."""

    code, message = "invalid_time", msg("This booking is for %(day)s.")


class NotPaid(Conflict):
    """The seats are only held."""

    code, message = "unpaid", msg("This booking is not paid yet.")


class NoLongerValid(Conflict):
    """The booking was cancelled or has expired."""

    code, message = "canceled", msg("This booking is no longer valid.")


class UnknownCode(Invalid):
    """No booking of this vendor has the code."""

    code, message = "unknown_code", msg("We know no booking with this code.")
