"""Refusals of vetting that a person can read."""

from kernel.errors import Conflict, Invalid
from kernel.messages import msg


class PaperRefused(Invalid):
    """A document that cannot be kept: the message says why."""

    code, message = "paper_refused", msg("This file cannot be used.")


class PaperTooLarge(PaperRefused):
    """A document above the limit, in bytes or in pixels."""

    code, status, message = "paper_too_large", 413, msg("This file is too large.")


class DossierMoved(Conflict):
    """Somebody else acted on the dossier since it was shown."""

    code = "dossier_moved"
    message = msg("A colleague was faster: the dossier has changed. Please look again.")


class NoSuchPerson(Invalid):
    """Nobody signs in with this contact."""

    code = "no_such_person"
    message = msg("Nobody has signed up with this phone number or e-mail yet.")


class SignatureRefused(Invalid):
    """A PDF that is not the issued document soundly signed: the message says why."""

    code, message = "signature_refused", msg("This signed PDF cannot be accepted.")
