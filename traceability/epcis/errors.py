"""Refusals of the event repository, each with the exception of EPCIS 2.0 that it is."""

from kernel.errors import DomainError
from kernel.messages import msg


class EpcisError(DomainError):
    """A refusal as EPCIS 2.0 names it: ``code`` stands behind ``epcisException:``."""

    code, status = "ImplementationException", 501
    message = msg("This is not possible here.")


class BadEvent(EpcisError):
    """A document or event breaks a rule; ``field`` is where."""

    code, status = "ValidationException", 400
    message = msg("This event cannot be used.")


class BadParameter(EpcisError):
    """A parameter of a query is unknown, or its value cannot be used; ``field`` is which."""

    code, status = "QueryParameterException", 400
    message = msg("This parameter cannot be used.")


class BadQuery(EpcisError):
    """The definition of a query cannot be used."""

    code, status = "QueryValidationException", 400
    message = msg("This query cannot be used.")


class BadSubscription(EpcisError):
    """What was written to subscribe cannot be used; ``field`` is what."""

    code, status = "SubscriptionControlsException", 400
    message = msg("This subscription cannot be used.")


class QueryTooLarge(EpcisError):
    """More events match than were asked for at most."""

    code, status = "QueryTooLargeException", 413
    message = msg("More than %(most)s events match.")


class CaptureTooLarge(EpcisError):
    """A document has more events or octets than are taken at once."""

    code, status = "CaptureLimitExceededException", 413
    message = msg("At most %(events)s events and %(octets)s octets are taken at once.")


class CaptureBusy(EpcisError):
    """Too many documents of one partner wait."""

    code, status = "ImplementationException", 503
    message = msg("Many documents of yours wait. Please send this one later.")


class CaptureFailed(EpcisError):
    """A document could not be worked off, through no fault of its sender's."""

    code, status = "ImplementationException", 500
    message = msg("This document could not be stored. Please send it again.")


class NoSuchResource(EpcisError):
    """There is no such thing, or not for this partner."""

    code, status = "NoSuchResourceException", 404
    message = msg("There is no such resource.")


class NoSuchName(EpcisError):
    """There is no query of this name."""

    code, status = "NoSuchNameException", 404
    message = msg("There is no query of this name.")


class NameTaken(EpcisError):
    """The name or identifier is used already."""

    code, status = "ResourceAlreadyExistsException", 409
    message = msg("This is stored already.")


class NotSignedIn(EpcisError):
    """No token was sent, or one that is not known or no longer holds."""

    code, status = "SecurityException", 401
    message = msg("Send a token that holds, as Authorization: Bearer …")


class NotInScope(EpcisError):
    """The token does not allow this."""

    code, status = "SecurityException", 403
    message = msg("This token does not allow that.")


class NotTheTeller(EpcisError):
    """An event is declared wrong by somebody who did not tell it."""

    code, status = "SecurityException", 403
    message = msg("Only who told this event can declare it wrong.")


class NotAcceptable(EpcisError):
    """The versions or forms that the client takes are none of ours."""

    code, status = "NotAcceptableException", 406
    message = msg("This form or version is not offered: %(name)s")


class BadMediaType(EpcisError):
    """The body is no JSON."""

    code, status = "UnsupportedMediaTypeException", 415
    message = msg("Send JSON: application/json or application/ld+json.")


class AddressTooLong(EpcisError):
    """The address with its parameters is longer than is taken."""

    code, status = "URITooLongException", 414
    message = msg("This address is too long.")


class NotOffered(EpcisError):
    """A part of the standard that this repository leaves out."""
