"""The states of a payment and the arrows between them: one table."""

import enum

from kernel.errors import Conflict


class Method(enum.Enum):
    """How a buyer pays."""

    COD = "cod"
    VIETQR = "vietqr"
    CARD = "card"


class PaymentState(enum.Enum):
    """created -> pending -> captured; failed, canceled, refunded besides."""

    CREATED = "created"
    PENDING = "pending"
    CAPTURED = "captured"
    FAILED = "failed"
    CANCELED = "canceled"
    REFUNDED = "refunded"


_S = PaymentState

ARROWS: dict[tuple[PaymentState, str], PaymentState] = {
    (_S.CREATED, "start"): _S.PENDING,
    (_S.CREATED, "cancel"): _S.CANCELED,
    (_S.CREATED, "settle"): _S.CAPTURED,
    (_S.PENDING, "settle"): _S.CAPTURED,
    (_S.PENDING, "fail"): _S.FAILED,
    (_S.PENDING, "cancel"): _S.CANCELED,
    # Money that comes late is taken, never lost.
    (_S.FAILED, "settle"): _S.CAPTURED,
    (_S.CANCELED, "settle"): _S.CAPTURED,
    (_S.CAPTURED, "refund"): _S.REFUNDED,
}


def after(state: PaymentState, action: str) -> PaymentState:
    """Return the state after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return ARROWS[state, action]
    except KeyError:
        raise Conflict("This cannot be done in the present state of the payment.") from None
