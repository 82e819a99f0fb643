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


class InvitationUsed(Conflict):
    """A link of an invitation that is void."""

    code, status = "invitation_used", 410
    message = msg("This invitation was used, taken back or has expired. Ask for a new one.")
