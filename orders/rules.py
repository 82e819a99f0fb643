"""The states of an order on its three axes and the arrows between them: one table each."""

import enum

from kernel.errors import Conflict


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


_O, _F = OrderState, FulfilmentState

ORDER_ARROWS: dict[tuple[OrderState, str], OrderState] = {
    (_O.PLACED, "confirm"): _O.CONFIRMED,
    (_O.PLACED, "cancel"): _O.CANCELED,
    (_O.PLACED, "expire"): _O.EXPIRED,
    (_O.CONFIRMED, "complete"): _O.COMPLETED,
    (_O.CONFIRMED, "cancel"): _O.CANCELED,
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
}


def order_after(state: OrderState, action: str) -> OrderState:
    """Return the order's state after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return ORDER_ARROWS[state, action]
    except KeyError:
        raise Conflict("This cannot be done in the present state of the order.") from None


def fulfilment_after(state: FulfilmentState, action: str) -> FulfilmentState:
    """Return the fulfilment state after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return FULFILMENT_ARROWS[state, action]
    except KeyError:
        raise Conflict("This cannot be done in the present state of the order.") from None
