"""How the office looks at its queue: groups of states, whose, how pressing, in which order."""

import enum

from kernel.errors import Conflict, Invalid
from kernel.messages import LABELS, msg
from vendors.rules.states import WAITING, VendorState

MOST_VIEWS = 20
"""Saved views of one officer."""


class QueueGroup(enum.Enum):
    """Dossiers that wait for the same side, or ended the same way."""

    WAITING = "waiting"
    ASKED = "asked"
    APPROVED = "approved"
    SUSPENDED = "suspended"
    REJECTED = "rejected"
    ALL = "all"


class Keeper(enum.Enum):
    """Who has a dossier, as the officer who looks sees it."""

    ME = "me"
    NOBODY = "nobody"
    COLLEAGUE = "colleague"


class Pressure(enum.Enum):
    """How much of the time to answer is left."""

    LATE = "late"
    SOON = "soon"
    CALM = "calm"


class QueueOrder(enum.Enum):
    """What comes first."""

    WAITING = "waiting"
    DUE = "due"
    NEWEST = "newest"


_G, _S = QueueGroup, VendorState

STATES_OF: dict[QueueGroup, tuple[VendorState, ...]] = {
    _G.WAITING: WAITING,
    _G.ASKED: (_S.INFORMATION_REQUESTED,),
    _G.APPROVED: (_S.APPROVED, _S.RENEWAL_DUE),
    _G.SUSPENDED: (_S.SUSPENDED,),
    _G.REJECTED: (_S.REJECTED, _S.DECIDED, _S.TERMINATED),
    _G.ALL: tuple(state for state in VendorState if state is not VendorState.DRAFT),
}


def need_view_name(name: str) -> str:
    """Return the name of a saved view without needless spaces.

    :raises Invalid: without one, or for more than 60 letters.
    """
    text = " ".join(name.split())
    if not text:
        raise Invalid(msg("Write a name for this view."), field="name")
    if len(text) > 60:
        raise Invalid(msg("A name has at most 60 letters."), field="name")
    return text


def need_room_for_view(count: int) -> None:
    """Refuse one more saved view.

    :raises Conflict: when an officer has as many as are kept.
    """
    if count >= MOST_VIEWS:
        raise Conflict(
            msg("You have %(most)s saved views already. Delete one first."), most=MOST_VIEWS
        )


LABELS.update(
    {
        QueueGroup.WAITING: msg("Waiting for us"),
        QueueGroup.ASKED: msg("Waiting for the vendor"),
        QueueGroup.APPROVED: msg("Approved"),
        QueueGroup.SUSPENDED: msg("Suspended"),
        QueueGroup.REJECTED: msg("Rejected"),
        QueueGroup.ALL: msg("All"),
        Keeper.ME: msg("Mine"),
        Keeper.NOBODY: msg("Nobody's"),
        Keeper.COLLEAGUE: msg("A colleague's"),
        Pressure.LATE: msg("Late"),
        Pressure.SOON: msg("Due within two working days"),
        Pressure.CALM: msg("More time left"),
        QueueOrder.WAITING: msg("Longest waiting first"),
        QueueOrder.DUE: msg("Due soonest first"),
        QueueOrder.NEWEST: msg("Newest first"),
    }
)
