"""What somebody of the office may do with a dossier now: one place for the pages and the services."""

from collections.abc import Sequence
from dataclasses import dataclass

from kernel.actor import Actor
from vendors.rules.states import CHECKED, VendorState, office_actions

JUDGES = ("reviewer", "approver")
"""Roles of those who judge dossiers."""

_NOBODYS = frozenset({VendorState.DRAFT, VendorState.CANCELLED, VendorState.CLOSED})


@dataclass(frozen=True)
class Powers:
    """What may be done: arrows of the dossier, and what leaves its state as it is."""

    actions: Sequence[str] = ()
    judges: bool = False
    certifies: bool = False
    notes: bool = False
    takes_charge: bool = False
    hands_over: bool = False
    gives_back: bool = False


def powers(actor: Actor, vendor_id: str, *, state: VendorState, reviewer_id: str | None) -> Powers:
    """Return what an officer may do with a dossier; nobody decides on a vendor he works for.

    A dossier is handed over and given back by whoever has it, or by an approver.
    """
    if vendor_id in actor.memberships or not actor.has(*JUDGES):
        return Powers()
    held = state not in _NOBODYS
    leads = actor.has("approver") or (reviewer_id is not None and actor.user_id == reviewer_id)
    return Powers(
        actions=office_actions(state, actor.roles),
        judges=state in CHECKED,
        certifies=True,
        notes=True,
        takes_charge=held and reviewer_id is None and state is not VendorState.SUBMITTED,
        hands_over=held and leads,
        gives_back=held and leads and reviewer_id is not None,
    )
