"""What payments tells the house."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True)
class PaymentSettled(Event):
    """The money for a reference is here (once for each payment)."""

    reference: str
    payment_id: str
    amount_vnd: int
    method: str


@dataclass(frozen=True)
class PaymentFailed(Event):
    """An attempt to pay came to nothing; the buyer may try again."""

    reference: str
    payment_id: str
