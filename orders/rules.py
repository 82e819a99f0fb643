"""The states of an order on its three axes, the arrows between them, and who may pull them."""

import enum
from collections.abc import Collection
from dataclasses import dataclass

from kernel.errors import Conflict
from kernel.messages import LABELS, msg


class DeliveryMethod(enum.Enum):
    """How goods reach the buyer; NONE: a basket of experiences only."""

    DELIVERY = "delivery"
    COLLECTION = "collection"
    NONE = "none"


class OrderState(enum.Enum):
    """placed -> confirmed -> completed; canceled and expired besides."""

    PLACED = "placed"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELED = "canceled"
    EXPIRED = "expired"


class PaidState(enum.Enum):
    """The payment axis of an order group."""

    UNPAID = "unpaid"
    PAID = "paid"
    REFUND_DUE = "refund_due"
    REFUNDED = "refunded"


class FulfilmentState(enum.Enum):
    """The goods axis of an order."""

    PENDING = "pending"
    PACKED = "packed"
    SHIPPED = "shipped"
    READY = "ready"
    DELIVERED = "delivered"
    CANCELED = "canceled"


_O, _P, _F, _D = OrderState, PaidState, FulfilmentState, DeliveryMethod

LABELS.update(
    {
        _D.DELIVERY: msg("Delivery to your address"),
        _D.COLLECTION: msg("Fetch it at a collection point"),
        _D.NONE: msg("No delivery"),
        _O.PLACED: msg("Waiting for confirmation"),
        _O.CONFIRMED: msg("Confirmed"),
        _O.COMPLETED: msg("Completed"),
        _O.CANCELED: msg("Cancelled"),
        _O.EXPIRED: msg("Expired"),
        _P.UNPAID: msg("Not yet paid"),
        _P.PAID: msg("Paid"),
        _P.REFUND_DUE: msg("Money to be paid back"),
        _P.REFUNDED: msg("Refunded"),
        _F.PENDING: msg("Not yet packed"),
        _F.PACKED: msg("Order packed"),
        _F.SHIPPED: msg("On its way"),
        _F.READY: msg("Ready to collect"),
        _F.DELIVERED: msg("Delivered"),
        _F.CANCELED: msg("Cancelled"),
    }
)

ORDER_ARROWS: dict[tuple[OrderState, str], OrderState] = {
    (_O.PLACED, "confirm"): _O.CONFIRMED,
    (_O.PLACED, "cancel"): _O.CANCELED,
    (_O.PLACED, "expire"): _O.EXPIRED,
    (_O.CONFIRMED, "complete"): _O.COMPLETED,
    (_O.CONFIRMED, "cancel"): _O.CANCELED,
    # Money came late and everything could be had again.
    (_O.EXPIRED, "revive"): _O.PLACED,
}

PAID_ARROWS: dict[tuple[PaidState, str], PaidState] = {
    (_P.UNPAID, "pay"): _P.PAID,
    # Money for what is not to be had any more.
    (_P.UNPAID, "owe"): _P.REFUND_DUE,
    (_P.PAID, "owe"): _P.REFUND_DUE,
    (_P.REFUND_DUE, "owe"): _P.REFUND_DUE,
    (_P.REFUNDED, "owe"): _P.REFUND_DUE,
    (_P.REFUND_DUE, "refund"): _P.REFUNDED,
}

FULFILMENT_ARROWS: dict[tuple[FulfilmentState, str], FulfilmentState] = {
    (_F.PENDING, "pack"): _F.PACKED,
    (_F.PACKED, "ship"): _F.SHIPPED,
    (_F.PACKED, "make_ready"): _F.READY,
    (_F.SHIPPED, "deliver"): _F.DELIVERED,
    (_F.READY, "deliver"): _F.DELIVERED,
    # A visit is neither packed nor shipped.
    (_F.PENDING, "attend"): _F.DELIVERED,
    (_F.PENDING, "cancel"): _F.CANCELED,
    (_F.PACKED, "cancel"): _F.CANCELED,
    # Refused at the door, or never fetched.
    (_F.SHIPPED, "cancel"): _F.CANCELED,
    (_F.READY, "cancel"): _F.CANCELED,
    (_F.PENDING, "expire"): _F.CANCELED,
    (_F.CANCELED, "revive"): _F.PENDING,
}

_REFUSED = msg("This cannot be done in the present state of the order.")

LIVE = frozenset({_O.PLACED, _O.CONFIRMED, _O.COMPLETED})
"""Orders that are, or were, carried out."""

MONEY_CAME = frozenset({_P.PAID, _P.REFUND_DUE, _P.REFUNDED})


def order_after(state: OrderState, action: str) -> OrderState:
    """Return the order's state after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return ORDER_ARROWS[state, action]
    except KeyError:
        raise Conflict(_REFUSED) from None


def fulfilment_after(state: FulfilmentState, action: str) -> FulfilmentState:
    """Return the fulfilment state after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return FULFILMENT_ARROWS[state, action]
    except KeyError:
        raise Conflict(_REFUSED) from None


def paid_after(state: PaidState, action: str) -> PaidState:
    """Return the payment state of a group after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return PAID_ARROWS[state, action]
    except KeyError:
        raise Conflict(_REFUSED) from None


@dataclass(frozen=True)
class Standing:
    """Where one vendor's order stands, as far as rules look at it."""

    state: OrderState
    fulfilment: FulfilmentState
    paid: PaidState
    method: str
    delivery: DeliveryMethod
    has_goods: bool

    @property
    def prepaid(self) -> bool:
        """Tell whether money comes before the goods."""
        return self.method != "cod"

    @property
    def covered(self) -> bool:
        """Tell whether the vendor may work: the money came, or comes with the goods."""
        return not self.prepaid or self.paid in MONEY_CAME


# What a vendor does, and what it does to the order and to the goods.
VENDOR_ACTIONS: dict[str, tuple[str | None, str | None]] = {
    "confirm": ("confirm", None),
    "pack": (None, "pack"),
    "ship": (None, "ship"),
    "make_ready": (None, "make_ready"),
    "deliver": ("complete", "deliver"),
    "attend": ("complete", "attend"),
    "cancel": ("cancel", "cancel"),
}

ACTION_WORDS = {
    "confirm": msg("Confirm the order"),
    "pack": msg("Order packed"),
    "ship": msg("Handed to the carrier"),
    "make_ready": msg("Ready to collect"),
    "deliver": msg("Delivered"),
    "attend": msg("The guests came"),
    "cancel": msg("Cancel the order"),
}


def vendor_actions(standing: Standing) -> tuple[str, ...]:
    """Return what a vendor may do next, the usual thing first."""
    if not standing.covered:
        return ()
    wanted = _vendor_path(standing)
    return tuple(action for action in (*wanted, "cancel") if _is_possible(standing, action))


def _vendor_path(standing: Standing) -> tuple[str, ...]:
    if standing.state is _O.PLACED:
        return ("confirm",)
    if not standing.has_goods:
        return ("attend",)
    last = "make_ready" if standing.delivery is _D.COLLECTION else "ship"
    return ("pack", last, "deliver")


def _is_possible(standing: Standing, action: str) -> bool:
    order_action, goods_action = VENDOR_ACTIONS[action]
    return (order_action is None or (standing.state, order_action) in ORDER_ARROWS) and (
        goods_action is None or (standing.fulfilment, goods_action) in FULFILMENT_ARROWS
    )


def buyer_may_cancel(standing: Standing) -> bool:
    """Tell whether a buyer may cancel alone: until the seller has confirmed.

    A visit is confirmed by its payment and goes by its own time limit.
    """
    if standing.fulfilment is not _F.PENDING:
        return False
    if standing.state is _O.CONFIRMED:
        return not standing.has_goods
    return standing.state is _O.PLACED


@dataclass(frozen=True)
class Step:
    """One point of the progress line: a message id and whether it is behind us."""

    label: str
    done: bool


_SEND_STEPS: dict[DeliveryMethod, tuple[str, str]] = {
    _D.DELIVERY: (msg("On its way"), msg("Delivered")),
    _D.COLLECTION: (msg("Ready to collect"), msg("Collected")),
    _D.NONE: (msg("On its way"), msg("Delivered")),
}

_GOODS_REACHED = {_F.PENDING: 0, _F.PACKED: 1, _F.SHIPPED: 2, _F.READY: 2, _F.DELIVERED: 3}


def progress(standing: Standing) -> tuple[Step, ...]:
    """Return the progress line of an order; empty when it is off."""
    if standing.state not in LIVE:
        return ()
    steps = [Step(msg("Placed"), done=True)]
    if standing.prepaid:
        steps.append(Step(msg("Paid"), done=standing.paid in MONEY_CAME))
    steps.append(Step(msg("Confirmed"), done=standing.state is not _O.PLACED))
    reached = _GOODS_REACHED.get(standing.fulfilment, 0)
    if not standing.has_goods:
        return (*steps, Step(msg("Visited"), done=reached == 3))
    words = (msg("Order packed"), *_SEND_STEPS[standing.delivery])
    return (*steps, *(Step(word, done=reached > n) for n, word in enumerate(words)))


def plain_state(standing: Standing) -> str:
    """Return the message id that says in plain words where an order stands."""
    if standing.state in _OFF_WORDS:
        return _OFF_WORDS[standing.state]
    if not standing.covered:
        return msg("Waiting for your payment.")
    if standing.state is _O.PLACED:
        return msg("Waiting for the seller to confirm.")
    if not standing.has_goods and standing.fulfilment is _F.PENDING:
        return msg("Your seats are booked. Show the code at the gate.")
    return _GOODS_WORDS[standing.fulfilment]


_OFF_WORDS = {
    _O.EXPIRED: msg("Not paid in time: nothing is reserved any more."),
    _O.CANCELED: msg("This order was cancelled."),
}


def vendor_state(standing: Standing) -> str:
    """Return the message id that tells a vendor where an order stands."""
    if standing.state in {_O.EXPIRED, _O.CANCELED, _O.COMPLETED}:
        return LABELS[standing.state]
    if not standing.covered:
        return msg("The buyer has not paid yet")
    if standing.state is _O.PLACED:
        return msg("New: please confirm")
    if not standing.has_goods:
        return msg("Guests are booked")
    return LABELS[standing.fulfilment]


_GOODS_WORDS = {
    _F.PENDING: msg("The seller is preparing your order."),
    _F.PACKED: msg("Packed and about to leave."),
    _F.SHIPPED: msg("On its way to you."),
    _F.READY: msg("Ready: you can collect it now."),
    _F.DELIVERED: msg("You have received everything."),
    _F.CANCELED: msg("This order was cancelled."),
}


def methods_offered(
    offered: Collection[str], *, total_vnd: int, has_seats: bool, cod_most_vnd: int
) -> tuple[str, ...]:
    """Return the payment methods a basket can be paid by.

    Cash is for goods only: seats that nobody has paid for would stand empty.
    """
    cod = not has_seats and total_vnd <= cod_most_vnd
    return tuple(method for method in offered if method != "cod" or cod)


def delivery_choices(*, has_goods: bool, has_points: bool) -> tuple[DeliveryMethod, ...]:
    """Return how a basket can reach its buyer, the usual way first."""
    if not has_goods:
        return (_D.NONE,)
    return (_D.DELIVERY, _D.COLLECTION) if has_points else (_D.DELIVERY,)


def packs_within(available: int, taken_by_others: int, size: int) -> int:
    """Return how many packs of ``size`` fit into what is free (same unit throughout)."""
    return max(available - taken_by_others, 0) // size


METHODS = ("cod", "vietqr", "card")
"""In the order of the checkout page."""

MOST_LINES = 40
MOST_PIECES = 999

PROVIDER_SILENT_HOURS = 24
"""A card payment whose outcome nobody tells is given up after so long."""
