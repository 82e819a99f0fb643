"""The states of a payment, the arrows between them, and the ledger legs of each arrow."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from kernel.errors import Conflict
from kernel.messages import LABELS, msg


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

LABELS.update(
    {
        Method.COD: msg("Cash on delivery"),
        Method.VIETQR: msg("Bank transfer by VietQR"),
        Method.CARD: msg("Bank card"),
        _S.CREATED: msg("Not yet paid"),
        _S.PENDING: msg("Waiting for the money"),
        _S.CAPTURED: msg("Paid"),
        _S.FAILED: msg("Payment failed"),
        _S.CANCELED: msg("Payment cancelled"),
        _S.REFUNDED: msg("Refunded"),
    }
)

OPEN = frozenset({_S.CREATED, _S.PENDING})
"""The buyer can still pay."""

TAKEN = frozenset({_S.CAPTURED, _S.REFUNDED})
"""The money came: settling again changes nothing."""

ARROWS: dict[tuple[PaymentState, str], PaymentState] = {
    (_S.CREATED, "start"): _S.PENDING,
    (_S.CREATED, "cancel"): _S.CANCELED,
    (_S.CREATED, "fail"): _S.FAILED,
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
        raise Conflict(msg("This cannot be done in the present state of the payment.")) from None


@dataclass(frozen=True)
class Leg:
    """One side of a ledger transaction: debit positive, credit negative."""

    account: str
    amount_vnd: int


BUYER_CLEARING = "buyer-clearing"
"""What buyers have paid and nobody has been credited with yet."""

MONEY_ACCOUNTS = {
    Method.COD: "cash:cod",
    Method.VIETQR: "bank:vietqr",
    Method.CARD: "provider:stripe",
}
"""Where the money of each method lies."""


def settlement_legs(method: Method, amount_vnd: int) -> list[Leg]:
    """Return the legs of money coming in: they sum to zero."""
    return [Leg(MONEY_ACCOUNTS[method], amount_vnd), Leg(BUYER_CLEARING, -amount_vnd)]


# The hosted card page: the provider asks for 30 minutes at least, and nobody
# shall pay long after the order has run out.
CHECKOUT_LASTS = timedelta(minutes=31)
CHECKOUT_AT_LEAST = timedelta(minutes=30)
# So long before its end a page is not worth sending anybody to.
CHECKOUT_SPARE = timedelta(minutes=2)
NOTICE_TOLERANCE = timedelta(minutes=5)


def is_fresh(sent_at: datetime, now: datetime) -> bool:
    """Tell whether a message's time is within five minutes of now, before or after."""
    return abs(now - sent_at) <= NOTICE_TOLERANCE
