"""Refusals of payments that a person can read."""

from kernel.errors import Conflict, DomainError, Invalid
from kernel.messages import msg


class AlreadyPaid(Conflict):
    """The reference was paid before."""

    code, message = "already_paid", msg("This has been paid already.")


class TooMuchForCash(Invalid):
    """Above the most that is collected in cash on delivery."""

    code = "too_much_for_cash"
    message = msg("Cash on delivery is possible up to %(most)s.")


class CardUnavailable(DomainError):
    """The card company gave no usable answer; nothing is lost by trying again."""

    code, status = "card_unavailable", 503
    message = msg("The card company does not answer right now. Please try again in a moment.")

    def __init__(self, reason: str = "", *, is_final: bool = False) -> None:
        super().__init__()
        self.reason = reason
        # Refused for good: the same request is not sent again.
        self.is_final = is_final


class BadNotice(DomainError):
    """A message that does not prove who sent it, or cannot be read."""

    code, status, message = "bad_notice", 400, msg("This message could not be verified.")


class NotVietQr(Invalid):
    """A text that is no VietQR code, or one that could pay a wrong account."""

    code, message = "not_vietqr", msg("This is not a valid VietQR code.")
