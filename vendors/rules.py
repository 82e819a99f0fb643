"""The states of a vendor and the arrows between them: one table."""

import enum

from kernel.errors import Conflict


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


def after(state: VendorState, action: str) -> VendorState:
    """Return the state after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return ARROWS[state, action]
    except KeyError:
        raise Conflict("This cannot be done in the present state of the dossier.") from None
