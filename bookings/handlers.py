"""When something happened to a vendor, its old bookings follow."""

from datetime import datetime
from typing import TYPE_CHECKING

from bookings.services.forgetting import forget_guests
from vendors.events import VendorForgotten

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def on_vendor_forgotten(session: "Session", event: VendorForgotten, now: datetime) -> None:
    """Take the guests' names off."""
    del now
    forget_guests(session, event.vendor_id)
