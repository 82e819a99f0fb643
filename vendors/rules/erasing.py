"""When what proves somebody's identity is erased: dated rules say how many days after which decision."""

from collections.abc import Mapping
from datetime import date, timedelta

from vendors.rules.states import VendorState

_S = VendorState

DECIDED_BY: dict[VendorState, tuple[str, frozenset[str]]] = {
    **dict.fromkeys(
        (_S.APPROVED, _S.RENEWAL_DUE, _S.SUSPENDED, _S.TERMINATED, _S.CLOSED),
        ("approve", frozenset({"approve", "import"})),
    ),
    _S.REJECTED: ("reject", frozenset({"reject", "import"})),
    _S.DECIDED: ("final", frozenset({"dismiss_appeal"})),
    _S.CANCELLED: ("final", frozenset({"cancel"})),
}
"""For each state in which nobody needs the identity any more: the entry of the rule
``privacy.identity_days_after_decision``, and the actions whose day counts."""


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
