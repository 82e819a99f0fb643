"""Orders of authorities: kinds, states and the one table between them."""

import enum
from datetime import datetime

from kernel.errors import Conflict, Invalid
from kernel.messages import LABELS, msg


class OrderKind(enum.Enum):
    """What an authority asks for."""

    TAKE_DOWN = "take_down"
    SUSPEND = "suspend"
    INFORM = "inform"


class OrderState(enum.Enum):
    """Where an order stands."""

    OPEN = "waiting"
    # Given to the shelves: the worker takes the listing down and reports back.
    UNDER_WAY = "under_way"
    DONE = "completed"
    # It could not be carried out, or was entered by mistake: the outcome says why.
    NOT_DONE = "not_done"


_S = OrderState

ORDER_ARROWS: dict[tuple[OrderState, str], OrderState] = {
    (_S.OPEN, "carry_out"): _S.DONE,
    (_S.OPEN, "hand_over"): _S.UNDER_WAY,
    (_S.UNDER_WAY, "report"): _S.DONE,
    (_S.UNDER_WAY, "report_failure"): _S.OPEN,
    (_S.OPEN, "set_aside"): _S.NOT_DONE,
}

UNFINISHED = (_S.OPEN, _S.UNDER_WAY)

HOURS = {
    OrderKind.TAKE_DOWN: "ecom.takedown_hours",
    OrderKind.SUSPEND: "ecom.takedown_hours",
    OrderKind.INFORM: "ecom.authority_info_hours",
}
"""The rule that says in how many hours each kind is answered."""

ORDER_ROLES = {
    OrderKind.TAKE_DOWN: ("reviewer", "approver"),
    OrderKind.SUSPEND: ("approver",),
    OrderKind.INFORM: ("reviewer", "approver"),
}
"""Who may carry out what: a suspension by order is decided like any other."""


def order_after(state: OrderState, action: str) -> OrderState:
    """Return the state of an order after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return ORDER_ARROWS[state, action]
    except KeyError:
        raise Conflict(msg("A colleague was faster: this order is dealt with.")) from None


def need_outcome(text: str) -> str:
    """Return how an order was carried out, or why not.

    :raises Invalid: when it is not said.
    """
    text = text.strip()
    if len(text) < 10:
        raise Invalid(msg("Write in a sentence what was done, or why not."), field="how")
    return text


def hours_left(due: datetime, now: datetime) -> int:
    """Return the whole hours until an order is due; negative when it is late."""
    seconds = (due - now).total_seconds()
    return int(seconds // 3600) if seconds >= 0 else -int(-seconds // 3600) - 1


def half_time(received: datetime, due: datetime) -> datetime:
    """Return the moment at which half of the time is over."""
    return received + (due - received) / 2


LABELS.update(
    {
        OrderKind.TAKE_DOWN: msg("Take down a listing"),
        OrderKind.SUSPEND: msg("Suspend a vendor"),
        OrderKind.INFORM: msg("Give information"),
        _S.OPEN: msg("To be done"),
        _S.UNDER_WAY: msg("Under way"),
        _S.DONE: msg("Done"),
        _S.NOT_DONE: msg("Not carried out"),
    }
)
