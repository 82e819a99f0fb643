"""The states of a listing and the arrows between them: one table."""

import enum

from kernel.errors import Conflict


class ListingState(enum.Enum):
    """Where a listing stands; only PUBLISHED is shown."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    DECLINED = "declined"
    PAUSED = "paused"
    TAKEN_DOWN = "taken_down"
    ARCHIVED = "archived"


_S = ListingState

ARROWS: dict[tuple[ListingState, str], ListingState] = {
    (_S.DRAFT, "submit"): _S.SUBMITTED,
    (_S.DECLINED, "submit"): _S.SUBMITTED,
    (_S.SUBMITTED, "approve"): _S.PUBLISHED,
    (_S.SUBMITTED, "decline"): _S.DECLINED,
    (_S.PUBLISHED, "pause"): _S.PAUSED,
    (_S.PAUSED, "resume"): _S.PUBLISHED,
    (_S.PUBLISHED, "take_down"): _S.TAKEN_DOWN,
    (_S.PAUSED, "take_down"): _S.TAKEN_DOWN,
    (_S.TAKEN_DOWN, "restore"): _S.PUBLISHED,
    (_S.DRAFT, "archive"): _S.ARCHIVED,
    (_S.DECLINED, "archive"): _S.ARCHIVED,
    (_S.PAUSED, "archive"): _S.ARCHIVED,
}

NEEDS_REASON = frozenset({"decline", "take_down"})


def after(state: ListingState, action: str) -> ListingState:
    """Return the state after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return ARROWS[state, action]
    except KeyError:
        raise Conflict("This cannot be done in the present state of the listing.") from None
