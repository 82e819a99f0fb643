"""Refusals of sign-in, sign-up and second factors."""

from kernel.errors import Conflict, DomainError
from kernel.messages import msg


class SignInNeeded(DomainError):
    """A program asks for somebody who is not signed in any more."""

    code, status = "sign_in_needed", 401
    message = msg("Please sign in again.")


class WrongSignIn(DomainError):
    """Contact and password do not belong together, or the account does not exist."""

    code, status = "wrong_sign_in", 422
    message = msg("The number, e-mail or password is not right.")


class WrongPassword(DomainError):
    """The current password, asked again, is not right."""

    code, status = "wrong_password", 422
    message = msg("This password is not right.")


class WrongCode(DomainError):
    """A one-time code, recovery code or passkey is not right or was used before."""

    code, status = "wrong_code", 422
    message = msg("This code is not right. Wait for the next one and try again.")


class WrongPasskey(DomainError):
    """The passkey did not prove who is there."""

    code, status = "wrong_passkey", 422
    message = msg("This passkey could not be used. Please try again.")


class TooManyTries(DomainError):
    """After repeated failures one has to wait."""

    code, status = "too_many_tries", 429
    message = msg("Too many tries. Please wait until %(until)s.")


class ContactTaken(Conflict):
    """Another account has this number or address."""

    code = "contact_taken"
    message = msg("There is an account with this already. Sign in, or ask for a new password.")


class LinkUsed(DomainError):
    """The link was used, has expired or never existed."""

    code, status = "link_used", 410
    message = msg("This link is no longer valid. Please ask for a new one.")


class SecondFactorNeeded(Conflict):
    """People with an office role keep at least one second factor."""

    code = "second_factor_needed"
    message = msg("Your role needs a second step. Add another one before you remove this one.")


class StillNeeded(Conflict):
    """The account cannot be deleted as long as others rely on it."""

    code = "still_needed"
    message = msg("Your account still has a stall or an office role. End that first.")
