"""Tables of experiences, departures and bookings (names follow OCTO)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bookings.rules import BookingStatus, CancelReason
from kernel.db import Base, Id, PrimaryId


class Experience(Base):
    """What a listing of kind EXPERIENCE adds: duration, meeting point, rules."""

    __tablename__ = "experience"
    __table_args__ = (sa.Index("ix_experience_vendor", "vendor_id"),)

    listing_id: Mapped[str] = mapped_column(
        sa.String(26), sa.ForeignKey("listing.id"), primary_key=True
    )
    # Whose it is, as the listing said: the host's day asks for it.
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    duration_minutes: Mapped[int]
    meeting_point: Mapped[dict[str, str]]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    includes: Mapped[dict[str, str]] = mapped_column(default=dict)
    bring: Mapped[dict[str, str]] = mapped_column(default=dict)
    languages: Mapped[list[str]] = mapped_column(default=list)
    min_age: Mapped[int | None] = mapped_column(sa.SmallInteger)
    max_guests: Mapped[int] = mapped_column(sa.SmallInteger, default=20)
    # Free cancellation until so many hours before the start.
    cancel_hours: Mapped[int] = mapped_column(sa.SmallInteger, default=24)
    cutoff_minutes: Mapped[int] = mapped_column(default=120)


class Departure(Base):
    """One dated start of an experience; its seats are a bucket."""

    __tablename__ = "departure"
    __table_args__ = (
        sa.UniqueConstraint("listing_id", "starts_at"),
        sa.CheckConstraint("capacity > 0", name="capacity"),
        sa.CheckConstraint("price_vnd >= 0", name="price"),
        sa.Index("ix_departure_bookable", "listing_id", "cutoff_at"),
        sa.Index("ix_departure_starts", "starts_at"),
    )

    id: Mapped[PrimaryId]
    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"))
    starts_at: Mapped[datetime]
    cutoff_at: Mapped[datetime]
    capacity: Mapped[int]
    price_vnd: Mapped[int]
    bucket_id: Mapped[Id] = mapped_column(sa.ForeignKey("bucket.id"))
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[CancelReason | None]


class Booking(Base):
    """Seats on a departure, from hold to attendance."""

    __tablename__ = "booking"
    __table_args__ = (
        sa.CheckConstraint("seats > 0", name="seats"),
        sa.Index("ix_booking_departure", "departure_id", "status"),
    )

    id: Mapped[PrimaryId]
    # Id of the order line that pays for it.
    line_ref: Mapped[str] = mapped_column(sa.String(26), unique=True)
    # What the guest shows at the gate.
    code: Mapped[str] = mapped_column(sa.String(12), unique=True)
    departure_id: Mapped[Id] = mapped_column(sa.ForeignKey("departure.id"))
    seats: Mapped[int]
    contact_name: Mapped[str] = mapped_column(sa.String(120))
    contact_phone: Mapped[str] = mapped_column(sa.String(16))
    status: Mapped[BookingStatus] = mapped_column(default=BookingStatus.ON_HOLD)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
