"""Who may look at what proves somebody's identity, and when it is erased (NĐ 356/2025)."""

from collections.abc import Mapping
from datetime import date, timedelta

from kernel.actor import Actor
from vendors.rules.states import ARROWS, VendorState

_S = VendorState

JUDGED = frozenset(
    state
    for state, action in ARROWS
    if action in {"approve", "reject", "allow_appeal", "dismiss_appeal"}
)
"""States in which an approver judges, and needs to see who applied."""

DECIDED_BY: dict[VendorState, tuple[str, frozenset[str]]] = {
    **dict.fromkeys(
        (_S.APPROVED, _S.RENEWAL_DUE, _S.SUSPENDED, _S.TERMINATED, _S.CLOSED),
        ("approve", frozenset({"approve", "renew", "import"})),
    ),
    _S.REJECTED: ("reject", frozenset({"reject", "import"})),
    _S.DECIDED: ("final", frozenset({"dismiss_appeal", "import"})),
    _S.CANCELLED: ("final", frozenset({"cancel", "import"})),
}
"""For each state in which nobody needs the identity any more: the entry of the rule
``privacy.identity_days_after_decision``, and the actions whose latest day counts."""


def sees_identity(
    actor: Actor, vendor_id: str, state: VendorState, reviewer_id: str | None
) -> bool:
    """Tell whether somebody may look at identity papers and numbers of a vendor.

    The owner may, the officer who has the dossier, and an approver while judging it;
    nobody of the office who works for the vendor.
    """
    if vendor_id in actor.memberships:
        return actor.serves(vendor_id, "owner")
    if actor.user_id is None or not actor.has("reviewer", "approver"):
        return False
    return actor.user_id == reviewer_id or (actor.has("approver") and state in JUDGED)


def erased_on(
    state: VendorState, decided: date, *, days: Mapping[str, int], appeal_days: int
) -> date | None:
    """Return the day from which identity papers and numbers are erased; None while they are needed.

    A rejection first waits for the window in which it may be appealed against.
    """
    if state not in DECIDED_BY:
        return None
    entry = DECIDED_BY[state][0]
    window = appeal_days if entry == "reject" else 0
    return decided + timedelta(days=window + days[entry])
