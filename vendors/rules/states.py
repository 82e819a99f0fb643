"""The states of a dossier and the arrows between them: one table."""

import enum
from collections.abc import Iterable

from kernel.errors import Conflict, Invalid
from kernel.messages import LABELS, msg


class VendorState(enum.Enum):
    """Where a vendor stands with the trade office."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    INFORMATION_REQUESTED = "information_requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    APPEALED = "appealed"
    # The appeal was dismissed: final.
    DECIDED = "decided"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    # Still sells, but the recognition ends soon.
    RENEWAL_DUE = "renewal_due"
    LAPSED = "lapsed"
    # The applicant took the application back.
    CANCELLED = "cancelled"
    # The vendor ended its account.
    CLOSED = "closed"


_S = VendorState

ARROWS: dict[tuple[VendorState, str], VendorState] = {
    (_S.DRAFT, "submit"): _S.SUBMITTED,
    (_S.DRAFT, "cancel"): _S.CANCELLED,
    (_S.SUBMITTED, "cancel"): _S.CANCELLED,
    (_S.SUBMITTED, "take"): _S.UNDER_REVIEW,
    (_S.UNDER_REVIEW, "request_information"): _S.INFORMATION_REQUESTED,
    (_S.INFORMATION_REQUESTED, "submit"): _S.SUBMITTED,
    (_S.INFORMATION_REQUESTED, "cancel"): _S.CANCELLED,
    (_S.UNDER_REVIEW, "approve"): _S.APPROVED,
    (_S.UNDER_REVIEW, "reject"): _S.REJECTED,
    (_S.REJECTED, "appeal"): _S.APPEALED,
    (_S.TERMINATED, "appeal"): _S.APPEALED,
    (_S.APPEALED, "allow_appeal"): _S.UNDER_REVIEW,
    (_S.APPEALED, "dismiss_appeal"): _S.DECIDED,
    (_S.APPROVED, "suspend"): _S.SUSPENDED,
    (_S.RENEWAL_DUE, "suspend"): _S.SUSPENDED,
    (_S.SUSPENDED, "reinstate"): _S.APPROVED,
    (_S.SUSPENDED, "terminate"): _S.TERMINATED,
    (_S.APPROVED, "call_renewal"): _S.RENEWAL_DUE,
    (_S.RENEWAL_DUE, "renew"): _S.APPROVED,
    (_S.RENEWAL_DUE, "lapse"): _S.LAPSED,
    (_S.LAPSED, "submit"): _S.SUBMITTED,
    (_S.APPROVED, "close"): _S.CLOSED,
    (_S.RENEWAL_DUE, "close"): _S.CLOSED,
    (_S.LAPSED, "close"): _S.CLOSED,
}

NEEDS_REASON = frozenset(
    {
        "request_information",
        "reject",
        "suspend",
        "terminate",
        "appeal",
        "allow_appeal",
        "dismiss_appeal",
    }
)

_BOTH, _APPROVER = frozenset({"reviewer", "approver"}), frozenset({"approver"})

OFFICE_ACTIONS: dict[str, frozenset[str]] = {
    "take": _BOTH,
    "request_information": _BOTH,
    "approve": _APPROVER,
    "reject": _APPROVER,
    "allow_appeal": _APPROVER,
    "dismiss_appeal": _APPROVER,
    "suspend": _APPROVER,
    "reinstate": _APPROVER,
    "terminate": _APPROVER,
    "renew": _APPROVER,
}
"""Which house-wide roles may do what."""

VENDOR_ACTIONS = frozenset({"submit", "cancel", "appeal", "close"})
"""What the owner does."""

HOUSE_ACTIONS = frozenset({"call_renewal", "lapse"})
"""What time does, by a job."""

INSIDE_STEPS = frozenset({"take_charge", "hand_over", "give_back"})
"""Lines of the history that only officers read: who had the dossier when."""

JUDGES_AGAIN = frozenset({"allow_appeal", "dismiss_appeal"})
"""What somebody else than the one who decided must do."""

RESTARTS_RECOGNITION = frozenset({"approve", "renew"})
"""What gives a vendor the whole time of a recognition."""

EDITABLE = frozenset({_S.DRAFT, _S.INFORMATION_REQUESTED, _S.LAPSED})
"""States in which the applicant may change the dossier."""

WAITING = (_S.SUBMITTED, _S.UNDER_REVIEW, _S.APPEALED)
"""States in which the vendor waits for the office."""

CHECKED = frozenset({_S.UNDER_REVIEW, _S.APPROVED, _S.RENEWAL_DUE, _S.SUSPENDED})
"""States in which the office judges the lines of the checklist."""

MOST_DRAFTS = 5
"""Unfinished applications of one person."""

OPEN = frozenset({_S.APPROVED, _S.RENEWAL_DUE})
"""States in which a vendor sells and is shown to the public."""

ENDED = frozenset({_S.REJECTED, _S.DECIDED, _S.TERMINATED, _S.CANCELLED, _S.CLOSED})


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


def need_reason(action: str, reason: str) -> str:
    """Return the reason without spaces around it.

    :raises Invalid: when the action must be explained and is not.
    """
    text = reason.strip()
    if action in NEEDS_REASON and len(text) < 10:
        raise Invalid(
            msg("Write the reason in a sentence: the other side will read it."), field="reason"
        )
    return text


def need_checked(state: VendorState) -> None:
    """Refuse a verdict on a dossier that nobody has taken, or that waits for the applicant.

    :raises Conflict: then.
    """
    if state not in CHECKED:
        raise Conflict(msg("Points are judged once the dossier is taken for review."))


def need_editable(state: VendorState) -> None:
    """Refuse a change of a dossier that the applicant cannot change now.

    :raises Conflict: when it is with the office or decided.
    """
    if state not in EDITABLE:
        raise Conflict(msg("The dossier is with the office now and cannot be changed."))


LABELS.update(
    {
        _S.DRAFT: msg("Draft"),
        _S.SUBMITTED: msg("Submitted"),
        _S.UNDER_REVIEW: msg("Under review"),
        _S.INFORMATION_REQUESTED: msg("More information requested"),
        _S.APPROVED: msg("Approved"),
        _S.REJECTED: msg("Rejected"),
        _S.APPEALED: msg("Appealed"),
        _S.DECIDED: msg("Appeal dismissed"),
        _S.SUSPENDED: msg("Suspended"),
        _S.TERMINATED: msg("Terminated"),
        _S.RENEWAL_DUE: msg("Renewal due"),
        _S.LAPSED: msg("Recognition lapsed"),
        _S.CANCELLED: msg("Application withdrawn"),
        _S.CLOSED: msg("Account closed"),
    }
)
