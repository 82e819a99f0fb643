"""What orders tells the house."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True)
class OrderPlaced(Event):
    """A buyer has placed an order with one or several vendors."""

    group_id: str
    code: str


@dataclass(frozen=True)
class OrderPaid(Event):
    """The whole of an order group is paid."""

    group_id: str
    code: str


@dataclass(frozen=True)
class OrderDelivered(Event):
    """A buyer has what one vendor owed."""

    order_id: str
    vendor_id: str


@dataclass(frozen=True)
class OrderCanceled(Event):
    """A vendor's part of an order will not be delivered."""

    order_id: str
    vendor_id: str


@dataclass(frozen=True)
class RefundDue(Event):
    """Money of a buyer has to be paid back by the office."""

    group_id: str
    amount_vnd: int
