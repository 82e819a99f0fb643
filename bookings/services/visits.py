"""Booking seats, from hold to attendance; whoever books has the seats claimed already."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict, Unpack

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bookings import rules
from bookings.errors import (
    AlreadyRedeemed,
    NoLongerValid,
    NotBookable,
    NotPaid,
    UnknownCode,
    WrongDay,
)
from bookings.events import VisitRedeemed
from bookings.models import Booking, Departure, Experience
from bookings.rules import BookingStatus
from kernel import audit
from kernel.actor import HOUSE, Actor
from kernel.db import lock
from kernel.errors import Invalid, NotFound
from kernel.events import emit
from kernel.i18n import format_day, format_moment
from kernel.ids import ALPHABET, short_code
from kernel.messages import msg


class Wanted(TypedDict):
    """The seats somebody wants, and who comes."""

    line_ref: str
    departure_id: str
    seats: int
    contact_name: str
    contact_phone: str


def book(session: Session, *, now: datetime, actor: Actor = HOUSE, **wanted: Unpack[Wanted]) -> str:
    """Put a party on hold and return the booking's id; the same line again is the same booking.

    The caller holds the seats in the departure's bucket in the same transaction.

    :raises NotBookable: when the departure was called off or its cut-off has passed.
    """
    if wanted["seats"] < 1:
        raise Invalid(msg("Book at least one seat."), field="seats")
    departure = lock(session, Departure, wanted["departure_id"])
    if departure is None:
        raise NotFound
    # Under the lock: of two that book the same line at once, the second finds the first.
    same = session.scalars(sa.select(Booking).where(Booking.line_ref == wanted["line_ref"])).first()
    if same is not None:
        return same.id
    if not rules.is_bookable(departure.cutoff_at, departure.cancelled_at, now):
        raise NotBookable
    booking = Booking(code=short_code(), created_at=now, updated_at=now, **wanted)
    session.add(booking)
    session.flush()
    audit.record(
        session,
        "booking.held",
        actor=actor,
        subject=("booking", booking.id),
        now=now,
        departure=departure.id,
        seats=booking.seats,
    )
    return booking.id


def confirm(
    session: Session, *, line_refs: Iterable[str], now: datetime, actor: Actor = HOUSE
) -> int:
    """Confirm the bookings of paid lines; lines without a booking are passed over.

    Return how many changed: a second call changes nothing.

    :raises Conflict: when one expired or was cancelled (see ``revive``).
    """
    return _move_all(session, "confirm", line_refs, actor, now)


def revive(
    session: Session, *, line_refs: Iterable[str], now: datetime, actor: Actor = HOUSE
) -> int:
    """Confirm expired bookings whose money came late and whose seats could be claimed again."""
    return _move_all(session, "revive", line_refs, actor, now)


def cancel(
    session: Session, *, line_refs: Iterable[str], now: datetime, actor: Actor = HOUSE
) -> int:
    """Cancel bookings that are held or confirmed; the caller gives the seats back.

    :raises Conflict: when the guests were checked in already.
    """
    return _move_all(session, "cancel", line_refs, actor, now)


def expire(
    session: Session, *, line_refs: Iterable[str], now: datetime, actor: Actor = HOUSE
) -> int:
    """Let unpaid bookings expire; the caller releases the seats.

    :raises Conflict: when one was confirmed meanwhile.
    """
    return _move_all(session, "expire", line_refs, actor, now)


def redeem(session: Session, *, vendor_id: str, code: str, actor: Actor, now: datetime) -> Booking:
    """Check a party in at the gate by the code they show, on the day of the visit.

    :raises UnknownCode: when no booking of this host has the code.
    :raises AlreadyRedeemed: naming when they were let in.
    :raises WrongDay: before or after the day, in Viet Nam.
    """
    actor.need_at(vendor_id, "seller", "recorder")
    booking = _by_code(session, vendor_id, code)
    departure = session.get_one(Departure, booking.departure_id)
    _check_at_gate(booking, departure, now)
    _move(session, booking, "redeem", actor, now)
    emit(session, VisitRedeemed(booking.id, booking.line_ref), now=now)
    return booking


def miss(session: Session, *, vendor_id: str, code: str, actor: Actor, now: datetime) -> Booking:
    """Note that a party did not come, once the visit has begun."""
    actor.need_at(vendor_id, "seller", "recorder")
    booking = _by_code(session, vendor_id, code)
    if session.get_one(Departure, booking.departure_id).starts_at > now:
        raise Invalid(msg("The visit has not begun yet."))
    _move(session, booking, "miss", actor, now)
    return booking


def normal_code(text: str) -> str:
    """Return a code as it was made, however it was typed (Crockford reads O as 0, I and L as 1)."""
    kept = "".join(letter for letter in text.upper() if letter.isalnum())
    read = kept.translate(str.maketrans("OIL", "011"))
    return read if read and all(letter in ALPHABET for letter in read) else ""


def _move_all(
    session: Session, action: str, line_refs: Iterable[str], actor: Actor, now: datetime
) -> int:
    rows = session.scalars(
        sa.select(Booking)
        .where(Booking.line_ref.in_(list(line_refs)))
        .order_by(Booking.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    due = [row for row in rows if row.status not in rules.DONE[action]]
    for row in due:
        _move(session, row, action, actor, now)
    return len(due)


def _move(session: Session, booking: Booking, action: str, actor: Actor, now: datetime) -> None:
    before, booking.status = booking.status, rules.after(booking.status, action)
    booking.updated_at = now
    audit.record(
        session,
        f"booking.{action}",
        actor=actor,
        subject=("booking", booking.id),
        now=now,
        before={"status": before.value},
        after={"status": booking.status.value},
        status=booking.status.value,
    )
    session.flush()


def _by_code(session: Session, vendor_id: str, code: str) -> Booking:
    found = session.scalars(
        sa.select(Booking)
        .join(Departure, Departure.id == Booking.departure_id)
        .join(Experience, Experience.listing_id == Departure.listing_id)
        .where(Booking.code == normal_code(code), Experience.vendor_id == vendor_id)
        .with_for_update(of=Booking)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise UnknownCode(field="code")
    return found


def _check_at_gate(booking: Booking, departure: Departure, now: datetime) -> None:
    status = booking.status
    if status is BookingStatus.REDEEMED:
        raise AlreadyRedeemed(field="code", at=format_moment(booking.updated_at))
    if status is BookingStatus.ON_HOLD:
        raise NotPaid(field="code")
    if status is not BookingStatus.CONFIRMED:
        raise NoLongerValid(field="code")
    if not rules.is_day_of(departure.starts_at, now):
        raise WrongDay(field="code", day=format_day(departure.starts_at))
