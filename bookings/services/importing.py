"""Experiences and their departures from the office's tables: made new, or brought up to date."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from bookings.services.departures import Seats, store_departure
from bookings.services.experiences import ExperienceDraft, store_experience
from catalog.queries.offers import listing_ids_by_code
from kernel.actor import Actor
from kernel.errors import Invalid
from kernel.messages import msg


@dataclass(frozen=True)
class ExperienceRow:
    """One experience of a table; the listing's code is the key."""

    listing_code: str
    duration_minutes: int
    meeting_point: Mapping[str, str]
    includes: Mapping[str, str] = field(default_factory=dict)
    bring: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ("vi",)
    min_age: int | None = None
    max_guests: int = 20
    cancel_hours: int = 24
    cutoff_minutes: int = 120
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True)
class DepartureRow:
    """One departure of a table; the listing's code and the start are the key."""

    listing_code: str
    starts_at: datetime
    capacity: int
    price_vnd: int


def import_experience(session: Session, row: ExperienceRow, *, actor: Actor, now: datetime) -> str:
    """Make an experience, or bring it up to date; return the listing's id.

    :raises Invalid: when a value cannot be used; ``field`` names it.
    """
    listing_id = _listing_id(session, row.listing_code)
    values = {name: value for name, value in vars(row).items() if name != "listing_code"}
    store_experience(
        session,
        listing_id=listing_id,
        draft=ExperienceDraft(**values),
        actor=actor,
        now=now,
    )
    return listing_id


def import_departure(session: Session, row: DepartureRow, *, actor: Actor, now: datetime) -> str:
    """Open a departure, past ones too; one that is open is kept; return its id.

    :raises Invalid: when a value cannot be used; ``field`` names it.
    """
    return store_departure(
        session,
        _listing_id(session, row.listing_code),
        starts_at=row.starts_at,
        seats=Seats(row.capacity, row.price_vnd),
        actor=actor,
        now=now,
    )


def _listing_id(session: Session, code: str) -> str:
    found = listing_ids_by_code(session, [code]).get(code)
    if found is None:
        raise Invalid(msg("There is no listing %(code)s."), field="listing_code", code=code)
    return found
