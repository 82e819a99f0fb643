"""A closed vendor's visits lose their words first, and later the names of their guests."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bookings.models import Booking, Departure, Experience


def forget_visits(session: Session, vendor_id: str, forget: Callable[[str], None]) -> None:
    """Take off where guests met and what was said of it; there are no files to delete."""
    del forget
    session.execute(
        sa.update(Experience)
        .where(Experience.vendor_id == vendor_id)
        .values(meeting_point={}, includes={}, bring={}, lat=None, lon=None)
    )


def forget_guests(session: Session, vendor_id: str) -> None:
    """Take the names and numbers of guests off old bookings; seats and dates stay."""
    visits = sa.select(Experience.listing_id).where(Experience.vendor_id == vendor_id)
    dates = sa.select(Departure.id).where(Departure.listing_id.in_(visits))
    session.execute(
        sa.update(Booking)
        .where(Booking.departure_id.in_(dates))
        .values(contact_name="-", contact_phone="")
    )
