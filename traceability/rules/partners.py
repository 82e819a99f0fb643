"""What becomes of documents and subscriptions of partners: states, and why a subscription ended."""

import enum

from kernel.messages import LABELS, msg


class CaptureState(enum.Enum):
    """How far a document that was sent has come."""

    OPEN = "open"
    RUNNING = "running"
    FINISHED = "finished"
    # It could not be worked off, however often it was tried.
    FAILED = "failed"


class SubscriptionEnd(enum.Enum):
    """Why nothing is sent any more."""

    PARTNER = "partner"
    VENDOR = "vendor"
    TOKEN = "token"  # noqa: S105 - no secret, but what ended
    QUERY = "query"
    UNREACHABLE = "unreachable"


CAPTURE_ARROWS: dict[tuple[CaptureState, str], CaptureState] = {
    (CaptureState.OPEN, "take"): CaptureState.RUNNING,
    # Whoever worked on it died: somebody else goes on.
    (CaptureState.RUNNING, "take"): CaptureState.RUNNING,
    (CaptureState.RUNNING, "finish"): CaptureState.FINISHED,
    (CaptureState.RUNNING, "give_up"): CaptureState.FAILED,
}

UNDONE = frozenset({CaptureState.OPEN, CaptureState.RUNNING})

LABELS.update(
    {
        SubscriptionEnd.PARTNER: msg("The partner ended it."),
        SubscriptionEnd.VENDOR: msg("You ended it."),
        SubscriptionEnd.TOKEN: msg("The token of the partner holds no longer."),
        SubscriptionEnd.QUERY: msg("The query was deleted."),
        SubscriptionEnd.UNREACHABLE: msg("The partner's server could not be reached for days."),
    }
)
