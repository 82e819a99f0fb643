"""What bookings tells the house."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True)
class DepartureCancelled(Event):
    """A dated start does not take place; ``reason`` is a CancelReason's value."""

    departure_id: str
    listing_id: str
    reason: str


@dataclass(frozen=True)
class VisitRedeemed(Event):
    """Guests were checked in at the gate; ``line_ref`` is the order line that paid for them."""

    booking_id: str
    line_ref: str
