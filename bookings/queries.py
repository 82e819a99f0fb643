"""Reads of experiences, their departures and who comes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bookings.models import Booking, Departure, Experience
from bookings.rules import COMING, ON_LIST, BookingStatus, CancelReason, is_bookable, start_of
from kernel import claims
from kernel.claims import Moment, free_now
from kernel.clock import local_date
from kernel.db import UtcDateTime
from kernel.export import Sheet, read_sheet
from kernel.pages import Page


@dataclass(frozen=True)
class DepartureCard:
    """A dated start as a buyer sees it; ``seats_left`` is never stale."""

    id: str
    starts_at: datetime
    price_vnd: int
    capacity: int
    seats_left: int
    bucket_id: str


@dataclass(frozen=True)
class SeatOffer:
    """What a basket needs to know of a departure."""

    departure_id: str
    listing_id: str
    starts_at: datetime
    price_vnd: int
    bucket_id: str
    seats_left: int
    bookable: bool


@dataclass(frozen=True)
class ExperienceDetail:
    """What a listing of kind experience adds to its page."""

    listing_id: str
    vendor_id: str
    duration_minutes: int
    meeting_point: Mapping[str, str]
    lat: float | None
    lon: float | None
    includes: Mapping[str, str]
    bring: Mapping[str, str]
    languages: tuple[str, ...]
    min_age: int | None
    max_guests: int
    cancel_hours: int
    cutoff_minutes: int


@dataclass(frozen=True)
class DepartureRow:
    """A departure as its host sees it, past and called off ones too."""

    id: str
    starts_at: datetime
    cutoff_at: datetime
    price_vnd: int
    capacity: int
    seats_sold: int
    cancelled_at: datetime | None
    cancel_reason: CancelReason | None


@dataclass(frozen=True)
class Guest:
    """One booking on the host's list."""

    booking_id: str
    code: str
    name: str
    phone: str
    seats: int
    status: BookingStatus


@dataclass(frozen=True)
class Visit:
    """A departure with the guests who come."""

    departure_id: str
    listing_id: str
    starts_at: datetime
    day: date
    capacity: int
    seats_booked: int
    guests: tuple[Guest, ...]


@dataclass(frozen=True)
class BookingView:
    """A booking as its buyer sees it."""

    id: str
    line_ref: str
    code: str
    departure_id: str
    starts_at: datetime
    seats: int
    status: BookingStatus


def departures(
    session: Session, *, listing_ids: Iterable[str], now: datetime, limit: int = 12
) -> dict[str, list[DepartureCard]]:
    """Return the next bookable departures of each listing, soonest first (two statements)."""
    asked = {"listing_ids": list(listing_ids), "now": now, "horizon": _horizon(now), "most": limit}
    found = session.execute(_next_starts(), asked).all()
    left = claims.available(session, [row.bucket_id for row in found], now=now) if found else {}
    cards: dict[str, list[DepartureCard]] = {}
    for row in found:
        cards.setdefault(row.listing_id, []).append(
            DepartureCard(
                row.id,
                row.starts_at,
                row.price_vnd,
                row.capacity,
                left[row.bucket_id],
                row.bucket_id,
            )
        )
    return cards


@cache
def _next_starts() -> sa.Select[*tuple[Any, ...]]:
    """Say once what is asked for every shelf of visits: building it costs more than running it."""
    now = sa.bindparam("now", type_=UtcDateTime)
    horizon = sa.bindparam("horizon", type_=UtcDateTime)
    place = (
        sa.func.row_number()
        .over(partition_by=Departure.listing_id, order_by=Departure.starts_at)
        .label("place")
    )
    wanted = Departure.listing_id.in_(sa.bindparam("listing_ids", expanding=True))
    coming = sa.select(Departure.id, place).where(wanted, *_bookable(now, horizon)).subquery()
    return (
        sa.select(
            Departure.id,
            Departure.listing_id,
            Departure.starts_at,
            Departure.price_vnd,
            Departure.capacity,
            Departure.bucket_id,
        )
        .join(coming, coming.c.id == Departure.id)
        .where(coming.c.place <= sa.bindparam("most", type_=sa.Integer))
        .order_by(Departure.starts_at)
    )


def seat_offers(
    session: Session, departure_ids: Iterable[str], *, now: datetime
) -> dict[str, SeatOffer]:
    """Return what each departure offers now (two statements)."""
    found = session.scalars(
        sa.select(Departure)
        .where(Departure.id.in_(list(departure_ids)))
        .execution_options(populate_existing=True)
    ).all()
    left = claims.available(session, [row.bucket_id for row in found], now=now) if found else {}
    return {
        row.id: SeatOffer(
            row.id,
            row.listing_id,
            row.starts_at,
            row.price_vnd,
            row.bucket_id,
            left[row.bucket_id],
            is_bookable(row.cutoff_at, row.cancelled_at, now),
        )
        for row in found
    }


def visits_with_seats(
    session: Session, *, day: date | None, seats: int, now: datetime, limit: int = 2000
) -> frozenset[str]:
    """Return the listings of visits that can be booked for so many on a day in Viet Nam.

    Without a day any coming start will do; of more than ``limit`` those that start soonest.
    """
    found = sa.select(Departure.listing_id).where(
        *_bookable(now, _horizon(now)), free_now(Departure.bucket_id, now=now) >= seats
    )
    if day is not None:
        first = start_of(day, time.min)
        found = found.where(
            Departure.starts_at >= first, Departure.starts_at < first + timedelta(days=1)
        )
    soonest = found.group_by(Departure.listing_id).order_by(sa.func.min(Departure.starts_at))
    return frozenset(session.scalars(soonest.limit(limit)))


def experience(session: Session, listing_id: str) -> ExperienceDetail | None:
    """Return what an experience adds to its listing."""
    row = session.get(Experience, listing_id)
    if row is None:
        return None
    return ExperienceDetail(
        listing_id=row.listing_id,
        vendor_id=row.vendor_id,
        duration_minutes=row.duration_minutes,
        meeting_point=row.meeting_point,
        lat=row.lat,
        lon=row.lon,
        includes=row.includes,
        bring=row.bring,
        languages=tuple(row.languages),
        min_age=row.min_age,
        max_guests=row.max_guests,
        cancel_hours=row.cancel_hours,
        cutoff_minutes=row.cutoff_minutes,
    )


def bookings_of(session: Session, line_refs: Iterable[str]) -> dict[str, BookingView]:
    """Return the booking of each order line that has one (one statement)."""
    rows = session.execute(
        sa.select(Booking, Departure.starts_at)
        .join(Departure, Departure.id == Booking.departure_id)
        .where(Booking.line_ref.in_(list(line_refs)))
    )
    return {
        row.line_ref: BookingView(
            row.id, row.line_ref, row.code, row.departure_id, starts_at, row.seats, row.status
        )
        for row, starts_at in rows
    }


def departure_rows(
    session: Session, *, listing_id: str, since: datetime, page: int = 1, size: int = 30
) -> Page[DepartureRow]:
    """Return a host's departures of one experience from an instant on, with seats sold."""
    sold = (
        sa.select(sa.func.coalesce(sa.func.sum(Booking.seats), 0))
        .where(Booking.departure_id == Departure.id, Booking.status.in_(ON_LIST))
        .correlate(Departure)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(Departure, sold)
        .where(Departure.listing_id == listing_id, Departure.starts_at >= since)
        .order_by(Departure.starts_at)
        .offset((page - 1) * size)
        .limit(size + 1)
    ).all()
    made = [
        DepartureRow(
            row.id,
            row.starts_at,
            row.cutoff_at,
            row.price_vnd,
            row.capacity,
            int(seats),
            row.cancelled_at,
            row.cancel_reason,
        )
        for row, seats in rows
    ]
    return Page.cut(made, page, size)


def coming_visits(
    session: Session, *, vendor_id: str, now: datetime, page: int = 1, size: int = 20
) -> Page[Visit]:
    """Return a host's visits from today (Viet Nam) on that have guests (two statements)."""
    today = start_of(local_date(now), datetime.min.time())
    expected = (
        sa.select(Booking.id)
        .where(Booking.departure_id == Departure.id, Booking.status.in_(ON_LIST))
        .exists()
    )
    found = session.scalars(
        sa.select(Departure)
        .join(Experience, Experience.listing_id == Departure.listing_id)
        .where(Experience.vendor_id == vendor_id, Departure.starts_at >= today, expected)
        .order_by(Departure.starts_at, Departure.id)
        .offset((page - 1) * size)
        .limit(size + 1)
    ).all()
    guests = _guests(session, [row.id for row in found])
    return Page.cut([_visit(row, guests.get(row.id, [])) for row in found], page, size)


def guests_expected(session: Session, departure_id: str) -> bool:
    """Tell whether seats of a departure are sold or wait for payment."""
    expected = sa.select(Booking.id).where(
        Booking.departure_id == departure_id, Booking.status.in_(COMING)
    )
    return session.scalar(expected.limit(1)) is not None


def visit_sheets(session: Session, vendor_id: str) -> list[Sheet]:
    """Return experiences, departures and bookings of a vendor, for the vendor itself."""
    visits = sa.select(Experience.listing_id).where(Experience.vendor_id == vendor_id)
    dates = sa.select(Departure.id).where(Departure.listing_id.in_(visits))
    asked = {
        "experiences": (Experience, Experience.vendor_id == vendor_id),
        "departures": (Departure, Departure.listing_id.in_(visits)),
        "bookings": (Booking, Booking.departure_id.in_(dates)),
    }
    return [
        read_sheet(session, name, sa.select(*kind.__table__.columns).where(mine))
        for name, (kind, mine) in asked.items()
    ]


def _horizon(now: datetime) -> datetime:
    """Return up to when starts are shown: nobody leafs further than a year."""
    return now + timedelta(days=400)


def _bookable(now: Moment, horizon: Moment) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Departure.cancelled_at.is_(None),
        Departure.cutoff_at > now,
        Departure.starts_at < horizon,
    )


def _guests(session: Session, departure_ids: list[str]) -> dict[str, list[Guest]]:
    guests: dict[str, list[Guest]] = {}
    rows = session.scalars(
        sa.select(Booking)
        .where(Booking.departure_id.in_(departure_ids), Booking.status.in_(ON_LIST))
        .order_by(Booking.contact_name, Booking.id)
        .execution_options(populate_existing=True)
    )
    for row in rows:
        guests.setdefault(row.departure_id, []).append(
            Guest(row.id, row.code, row.contact_name, row.contact_phone, row.seats, row.status)
        )
    return guests


def _visit(row: Departure, guests: list[Guest]) -> Visit:
    return Visit(
        departure_id=row.id,
        listing_id=row.listing_id,
        starts_at=row.starts_at,
        day=local_date(row.starts_at),
        capacity=row.capacity,
        seats_booked=sum(guest.seats for guest in guests),
        guests=tuple(guests),
    )
