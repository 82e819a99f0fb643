"""Dated starts: opened one by one or by the week, called off as long as nobody comes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bookings import queries, rules
from bookings.errors import GuestsExpected
from bookings.events import DepartureCancelled
from bookings.models import Departure, Experience
from bookings.rules import CancelReason
from kernel import audit, claims
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import emit
from kernel.messages import msg
from kernel.quantity import Unit

MOST_AT_ONCE = 366
FURTHEST = timedelta(days=400)


@dataclass(frozen=True)
class Seats:
    """How many seats a departure has and what one costs."""

    capacity: int
    price_vnd: int


@dataclass(frozen=True)
class WeeklyPattern:
    """Starts at wall times in Viet Nam on chosen weekdays (Monday is 0), both ends included."""

    first: date
    last: date
    weekdays: Collection[int]
    times: Collection[time]


def open_departure(
    session: Session,
    *,
    listing_id: str,
    starts_at: datetime,
    seats: Seats,
    actor: Actor,
    now: datetime,
) -> str:
    """Open one departure and return its id.

    :raises Conflict: when one starts at that instant already.
    """
    experience = _own(session, listing_id, actor)
    _check(experience, seats, starts_at, now)
    if starts_at in _taken(session, listing_id, [starts_at]):
        raise Conflict(msg("There is a departure at this time already."), field="time")
    return _open(session, experience, starts_at, seats, actor, now).id


def open_departures(
    session: Session,
    *,
    listing_id: str,
    pattern: WeeklyPattern,
    seats: Seats,
    actor: Actor,
    now: datetime,
) -> int:
    """Open every departure of a weekly pattern that is not open yet; return how many."""
    experience = _own(session, listing_id, actor)
    starts = _starts(pattern, experience, now)
    for starts_at in starts:
        _check(experience, seats, starts_at, now)
    taken = _taken(session, listing_id, starts)
    due = [starts_at for starts_at in starts if starts_at not in taken]
    for starts_at in due:
        _open(session, experience, starts_at, seats, actor, now)
    return len(due)


def cancel_departure(
    session: Session, departure_id: str, *, reason: CancelReason, actor: Actor, now: datetime
) -> None:
    """Call a departure off, as long as no guest is expected; repeat calls change nothing.

    :raises GuestsExpected: when seats are sold or wait for payment.
    """
    known = session.get(Departure, departure_id)
    if known is None:
        raise NotFound
    _own(session, known.listing_id, actor)
    # The bucket first, as everybody who books does: nobody can take a seat from here on.
    bucket = lock(session, claims.Bucket, known.bucket_id)
    departure = lock(session, Departure, departure_id)
    if departure is None or departure.cancelled_at is not None:
        return
    if bucket is None or bucket.allocated or queries.guests_expected(session, departure_id):
        raise GuestsExpected
    claims.adjust(
        session,
        departure.bucket_id,
        d_on_hand=-bucket.on_hand,
        reason="departure cancelled",
        now=now,
        actor_id=actor.user_id,
    )
    departure.cancelled_at, departure.cancel_reason = now, reason
    session.flush()
    _note(session, "departure.cancelled", departure, actor, now)
    emit(
        session,
        DepartureCancelled(departure.id, departure.listing_id, reason.value),
        now=now,
    )


def store_departure(
    session: Session,
    listing_id: str,
    *,
    starts_at: datetime,
    seats: Seats,
    actor: Actor,
    now: datetime,
) -> str:
    """Open a departure without asking who may, past ones too; an open one is kept: for imports."""
    experience = session.get(Experience, listing_id)
    if experience is None:
        raise Invalid(msg("Describe the experience first."))
    _check_seats(experience, seats)
    same = session.scalars(
        sa.select(Departure.id).where(
            Departure.listing_id == listing_id, Departure.starts_at == starts_at
        )
    ).first()
    return same or _open(session, experience, starts_at, seats, actor, now).id


def _open(
    session: Session,
    experience: Experience,
    starts_at: datetime,
    seats: Seats,
    actor: Actor,
    now: datetime,
) -> Departure:
    bucket = claims.open_bucket(
        session, kind="DEPARTURE", unit=Unit.SEAT, on_hand=seats.capacity, now=now
    )
    departure = Departure(
        listing_id=experience.listing_id,
        starts_at=starts_at,
        cutoff_at=rules.cutoff(starts_at, experience.cutoff_minutes),
        capacity=seats.capacity,
        price_vnd=seats.price_vnd,
        bucket_id=bucket.id,
    )
    session.add(departure)
    session.flush()
    _note(session, "departure.opened", departure, actor, now)
    return departure


def _starts(pattern: WeeklyPattern, experience: Experience, now: datetime) -> list[datetime]:
    """Return the starts that can still be booked."""
    if not pattern.weekdays:
        raise Invalid(msg("Choose at least one weekday."), field="weekdays")
    if not pattern.times:
        raise Invalid(msg("Write at least one time such as 08:00."), field="times")
    if not pattern.first <= pattern.last <= pattern.first + timedelta(days=MOST_AT_ONCE):
        raise Invalid(msg("The last day is after the first, at most a year."), field="last")
    starts = rules.weekly_starts(
        pattern.first, pattern.last, weekdays=pattern.weekdays, times=pattern.times
    )
    coming = [at for at in starts if rules.cutoff(at, experience.cutoff_minutes) > now]
    if len(coming) > MOST_AT_ONCE:
        raise Invalid(msg("That is too many departures at once."), field="last")
    if not coming:
        raise Invalid(msg("None of these days is still to come."), field="last")
    return coming


def _taken(session: Session, listing_id: str, starts: Iterable[datetime]) -> set[datetime]:
    return set(
        session.scalars(
            sa.select(Departure.starts_at).where(
                Departure.listing_id == listing_id, Departure.starts_at.in_(list(starts))
            )
        )
    )


def _own(session: Session, listing_id: str, actor: Actor) -> Experience:
    experience = session.get(Experience, listing_id)
    if experience is None:
        raise Invalid(msg("Describe the experience first."))
    actor.need_at(experience.vendor_id, "seller")
    return experience


def _check(experience: Experience, seats: Seats, starts_at: datetime, now: datetime) -> None:
    _check_seats(experience, seats)
    if rules.cutoff(starts_at, experience.cutoff_minutes) <= now:
        raise Invalid(msg("It is too late to open this departure."), field="day")
    if starts_at > now + FURTHEST:
        raise Invalid(msg("Open departures at most a year ahead."), field="day")


def _check_seats(experience: Experience, seats: Seats) -> None:
    if not 1 <= seats.capacity <= experience.max_guests:
        raise Invalid(
            msg("From 1 to %(most)s seats."), field="capacity", most=experience.max_guests
        )
    if not 1 <= seats.price_vnd <= 100_000_000:
        raise Invalid(msg("The price must be positive."), field="price_vnd")


def _note(session: Session, action: str, departure: Departure, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        action,
        actor=actor,
        subject=("departure", departure.id),
        now=now,
        listing=departure.listing_id,
        starts_at=departure.starts_at.isoformat(),
        seats=departure.capacity,
        price_vnd=departure.price_vnd,
    )
