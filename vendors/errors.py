"""Refusals of vetting that a person can read."""

from collections.abc import Mapping, Sequence

from kernel.errors import Conflict, DomainError, Invalid
from kernel.messages import msg


class PaperRefused(Invalid):
    """A document that cannot be kept: the message says why."""

    code, message = "paper_refused", msg("This file cannot be used.")


class PaperTooLarge(PaperRefused):
    """A document above the limit, in bytes or in pixels."""

    code, status, message = "paper_too_large", 413, msg("This file is too large.")


class PaperErased(DomainError):
    """A paper whose file was erased after the decision, as the law asks."""

    code, status = "paper_erased", 410
    message = msg("This paper was erased after the decision, as the law asks.")


class DossierMoved(Conflict):
    """Somebody else acted on the dossier since it was shown."""

    code = "dossier_moved"
    message = msg("A colleague was faster: the dossier has changed. Please look again.")


class InvitationUsed(Conflict):
    """A link of an invitation that is void."""

    code, status = "invitation_used", 410
    message = msg("This invitation was used, taken back or has expired. Ask for a new one.")


class NotComplete(Invalid):
    """An application with open points cannot be handed in: ``steps`` and ``lines`` name them."""

    code = "not_complete"
    message = msg("Some points are still open: they are named above.")

    def __init__(self, steps: Sequence[str], lines: Sequence[str]) -> None:
        super().__init__()
        self.steps, self.lines = steps, lines


class LinesOpen(Conflict):
    """A vendor cannot be recognised while needed points wait for a verdict; it names them."""

    code = "lines_open"
    message = msg("First accept or waive these points: %(lines)s.")

    def __init__(self, titles: Sequence[Mapping[str, str]]) -> None:
        langs = sorted({lang for title in titles for lang in title})
        super().__init__(
            lines={lang: "; ".join(title.get(lang, "") for title in titles) for lang in langs}
        )


class LineMoved(Conflict):
    """A colleague judged the point since it was shown, or its evidence changed."""

    code = "line_moved"
    message = msg("A colleague was faster: this point has changed. Please look again.")


class AppealTooLate(Conflict):
    """The days in which a decision could be appealed against are over."""

    code = "appeal_too_late"
    message = msg("The time to appeal ended on %(day)s. The decision stands.")


class SignatureRefused(Invalid):
    """A PDF that is not the issued document soundly signed: the message says why."""

    code, message = "signature_refused", msg("This signed PDF cannot be accepted.")


class NoticeNeeded(Conflict):
    """The vendor has not been told."""

    code = "notice_needed"
    message = msg("The vendor must be told first, with the reason: give notice.")


class NoticeRuns(Conflict):
    """The days of the notice are not over."""

    code = "notice_runs"
    message = msg("The notice runs: this is possible from %(day)s on.")


class NoticeGiven(Conflict):
    """The vendor has been told already."""

    code = "notice_given"
    message = msg("The vendor has been told already: this notice still counts.")


class StepDocumented(Conflict):
    """A second document for a step of the dossier that has one."""

    code = "step_documented"
    message = msg(
        "This step of the dossier has its document already: %(symbol)s. Withdraw it first."
    )
