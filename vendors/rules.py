"""What vendors are, the states of a dossier and the arrows between them: one table."""

import enum
import re
from collections.abc import Iterable

from stdnum.exceptions import ValidationError
from stdnum.vn import mst

from kernel.errors import Conflict, Invalid, NotAllowed
from kernel.messages import LABELS, msg


class VendorState(enum.Enum):
    """Where a vendor stands with the trade office."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    INFORMATION_REQUESTED = "information_requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    CANCELLED = "cancelled"


class LegalForm(enum.Enum):
    """Legal form of a vendor (decides papers and tax)."""

    INDIVIDUAL = "individual"
    HOUSEHOLD = "household"
    COOPERATIVE = "cooperative"
    COMPANY = "company"
    STATE = "state"


class DocumentKind(enum.Enum):
    """What an uploaded paper is."""

    IDENTITY = "identity"
    REGISTRATION = "registration"
    FOOD_SAFETY = "food_safety"
    CERTIFICATE = "certificate"
    TRAVEL_LICENCE = "travel_licence"
    OTHER = "other"


class Scheme(enum.Enum):
    """What a certificate certifies."""

    VIETGAP = "vietgap"
    GLOBALGAP = "globalgap"
    ORGANIC = "organic"
    HACCP = "haccp"
    OCOP = "ocop"
    GI = "gi"
    HIGH_TECH = "high_tech"
    FOOD_SAFETY = "food_safety"
    TRAVEL_LICENCE = "travel_licence"
    HOMESTAY_SECURITY = "homestay_security"


_S = VendorState

ARROWS: dict[tuple[VendorState, str], VendorState] = {
    (_S.DRAFT, "submit"): _S.SUBMITTED,
    (_S.DRAFT, "cancel"): _S.CANCELLED,
    (_S.SUBMITTED, "cancel"): _S.CANCELLED,
    (_S.SUBMITTED, "take"): _S.UNDER_REVIEW,
    (_S.UNDER_REVIEW, "request_information"): _S.INFORMATION_REQUESTED,
    (_S.INFORMATION_REQUESTED, "submit"): _S.SUBMITTED,
    (_S.UNDER_REVIEW, "approve"): _S.APPROVED,
    (_S.UNDER_REVIEW, "reject"): _S.REJECTED,
    (_S.APPROVED, "suspend"): _S.SUSPENDED,
    (_S.SUSPENDED, "reinstate"): _S.APPROVED,
    (_S.SUSPENDED, "terminate"): _S.TERMINATED,
}

NEEDS_REASON = frozenset({"request_information", "reject", "suspend", "terminate"})

OFFICE_ACTIONS: dict[str, frozenset[str]] = {
    "take": frozenset({"reviewer", "approver"}),
    "request_information": frozenset({"reviewer", "approver"}),
    "approve": frozenset({"approver"}),
    "reject": frozenset({"approver"}),
    "suspend": frozenset({"approver"}),
    "reinstate": frozenset({"approver"}),
    "terminate": frozenset({"approver"}),
}
"""Which house-wide roles may do what; what is not here is the vendor's own."""

EDITABLE = frozenset({_S.DRAFT, _S.INFORMATION_REQUESTED})
"""States in which the applicant may change the dossier."""

WAITING = (_S.SUBMITTED, _S.UNDER_REVIEW)
"""States in which the vendor waits for the office."""

MOST_DRAFTS = 5
"""Unfinished applications of one person."""

OPEN = frozenset({_S.APPROVED})
"""States in which a vendor sells and is shown to the public."""

ENDED = frozenset({_S.REJECTED, _S.TERMINATED, _S.CANCELLED})

NEEDED_PAPER = {
    LegalForm.INDIVIDUAL: DocumentKind.IDENTITY,
    LegalForm.HOUSEHOLD: DocumentKind.REGISTRATION,
    LegalForm.COOPERATIVE: DocumentKind.REGISTRATION,
    LegalForm.COMPANY: DocumentKind.REGISTRATION,
    LegalForm.STATE: DocumentKind.REGISTRATION,
}
"""The paper without which a dossier of each legal form is not complete."""


def after(state: VendorState, action: str) -> VendorState:
    """Return the state after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return ARROWS[state, action]
    except KeyError:
        raise Conflict(msg("This cannot be done in the present state of the dossier.")) from None


def office_actions(state: VendorState, roles: Iterable[str]) -> list[str]:
    """Return what somebody of the office with these roles may do now."""
    held = frozenset(roles)
    return [
        action
        for (start, action) in ARROWS
        if start is state and held & OFFICE_ACTIONS.get(action, frozenset())
    ]


def missing(
    *, commune: str, address: str, phone: str, form: LegalForm, papers: Iterable[DocumentKind]
) -> list[str]:
    """Return which steps are not complete: ``where``, ``papers``, or none."""
    steps = []
    if not (commune and address and phone):
        steps.append("where")
    if NEEDED_PAPER[form] not in set(papers):
        steps.append("papers")
    return steps


def need_reason(action: str, reason: str) -> str:
    """Return the reason without spaces around it.

    :raises Invalid: when the action must be explained and is not.
    """
    text = reason.strip()
    if action in NEEDS_REASON and len(text) < 10:
        raise Invalid(
            msg("Write the reason in a sentence: the vendor will read it."), field="reason"
        )
    return text


def need_editable(state: VendorState) -> None:
    """Refuse a change of a dossier that the applicant cannot change now.

    :raises Conflict: when it is with the office or decided.
    """
    if state not in EDITABLE:
        raise Conflict(msg("The dossier is with the office now and cannot be changed."))


def registration_number(form: LegalForm, text: str) -> str:
    """Return a tax code (10 or 13 digits) or a personal number (12 digits) as digits.

    An individual's tax code is the personal number (since 1 July 2025); a
    household may give either. All others have a tax code with a check digit.

    :raises Invalid: when it is neither.
    """
    digits = re.sub(r"[\s.-]", "", text)
    if form is LegalForm.INDIVIDUAL:
        if not _is_personal(digits):
            raise Invalid(
                msg("Write the 12 digits of the citizen identity card."), field="registration_no"
            )
        return digits
    if form is LegalForm.HOUSEHOLD and _is_personal(digits):
        return digits
    try:
        return str(mst.validate(digits))
    except ValidationError:
        raise Invalid(
            msg("This is not a valid tax code: it has 10 or 13 digits."), field="registration_no"
        ) from None


def _is_personal(digits: str) -> bool:
    return bool(re.fullmatch(r"\d{12}", digits, re.ASCII)) and digits[:3] != "000"


def masked(number: str | None) -> str:
    """Return a number with all but its last four characters hidden."""
    return "" if not number else "•" * max(len(number) - 4, 0) + number[-4:]


def shows_number(form: LegalForm, number: str | None) -> bool:
    """Tell whether the public reads this number: a business's is, a person's is not."""
    return bool(number) and form is not LegalForm.INDIVIDUAL and not _is_personal(number or "")


def need_stars(scheme: Scheme, stars: int | None) -> int | None:
    """Return the stars of an OCOP certificate, None for all others.

    :raises Invalid: when OCOP stars are not 3, 4 or 5.
    """
    if scheme is not Scheme.OCOP:
        return None
    if stars not in {3, 4, 5}:
        raise Invalid(msg("OCOP products have 3, 4 or 5 stars."), field="stars")
    return stars


def urgency(days_left: int | None) -> str:
    """Return how pressing a dossier is by its remaining working days."""
    if days_left is None:
        return "none"
    if days_left < 0:
        return "late"
    return "soon" if days_left <= 2 else "calm"


def need_member_roles(roles: Iterable[str], known: frozenset[str]) -> list[str]:
    """Return the roles of a member, sorted.

    :raises Invalid: for none or an unknown one.
    """
    wanted = frozenset(roles)
    if not wanted or not wanted <= known:
        raise Invalid(msg("Choose at least one role."), field="roles")
    return sorted(wanted)


def need_other_owner(owners: Iterable[str], leaving: str) -> None:
    """Refuse a change that leaves a vendor without an owner.

    :raises NotAllowed: when the last owner would leave.
    """
    if not set(owners) - {leaving}:
        raise NotAllowed(msg("A vendor needs at least one owner."))


LABELS.update(
    {
        _S.DRAFT: msg("Draft"),
        _S.SUBMITTED: msg("Submitted"),
        _S.UNDER_REVIEW: msg("Under review"),
        _S.INFORMATION_REQUESTED: msg("More information requested"),
        _S.APPROVED: msg("Approved"),
        _S.REJECTED: msg("Rejected"),
        _S.SUSPENDED: msg("Suspended"),
        _S.TERMINATED: msg("Terminated"),
        _S.CANCELLED: msg("Application withdrawn"),
        LegalForm.INDIVIDUAL: msg("Individual farmer or producer"),
        LegalForm.HOUSEHOLD: msg("Household business"),
        LegalForm.COOPERATIVE: msg("Cooperative"),
        LegalForm.COMPANY: msg("Company"),
        LegalForm.STATE: msg("Public body"),
        DocumentKind.IDENTITY: msg("Identity card"),
        DocumentKind.REGISTRATION: msg("Business or cooperative registration"),
        DocumentKind.FOOD_SAFETY: msg("Food-safety certificate or commitment"),
        DocumentKind.CERTIFICATE: msg("Certificate of quality"),
        DocumentKind.TRAVEL_LICENCE: msg("Travel-service licence"),
        DocumentKind.OTHER: msg("Another paper"),
        Scheme.VIETGAP: "VietGAP",
        Scheme.GLOBALGAP: "GLOBALG.A.P.",
        Scheme.ORGANIC: msg("Organic"),
        Scheme.HACCP: "HACCP",
        Scheme.OCOP: "OCOP",
        Scheme.GI: msg("Geographical indication"),
        Scheme.HIGH_TECH: msg("High-tech farming"),
        Scheme.FOOD_SAFETY: msg("Food safety"),
        Scheme.TRAVEL_LICENCE: msg("Travel-service licence"),
        Scheme.HOMESTAY_SECURITY: msg("Homestay security certificate"),
    }
)
