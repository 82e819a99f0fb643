"""Refusals a person can read."""

from typing import TypeVar

from kernel.messages import msg

Thing = TypeVar("Thing")


class DomainError(Exception):
    """A refusal with a stable code, an HTTP status and an English message id.

    ``message`` is a gettext message id with named placeholders; ``values`` fill
    them after translation. ``field`` names the input that is wrong, if one is.
    """

    code = "refused"
    status = 400
    message = msg("This is not possible.")

    def __init__(
        self, message: str | None = None, /, *, field: str | None = None, **values: object
    ) -> None:
        self.message = message or self.message
        self.field = field
        self.values = values
        super().__init__(self.message % values if values else self.message)


class NotFound(DomainError):
    """The thing does not exist, or not for this actor."""

    code, status, message = "not_found", 404, msg("We could not find that.")


def need_found(thing: Thing | None, message: str | None = None) -> Thing:
    """Return what a query found.

    :raises NotFound: when it found nothing.
    """
    if thing is None:
        raise NotFound(message)
    return thing


class NotAllowed(DomainError):
    """The actor may not do this."""

    code, status, message = "not_allowed", 403, msg("You may not do that.")


class Conflict(DomainError):
    """Somebody else was faster, or the state does not allow it any more."""

    code, status = "conflict", 409
    message = msg("This was changed meanwhile. Please look again.")


class Invalid(DomainError):
    """Input that cannot be used; ``field`` says which."""

    code, status = "invalid", 422
    message = msg("Please check this field.")


class Busy(DomainError):
    """A lock was not had in time."""

    code, status = "busy", 503
    message = msg("Many people are buying right now. Please try again.")


class Unreachable(Exception):
    """What is needed is out of reach: a handler is tried again until it is back, however long."""
