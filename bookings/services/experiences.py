"""What a listing of kind experience adds: how long, where to meet, what to know."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from bookings.models import Experience
from catalog.queries.offers import ListingHead, listing_heads
from catalog.rules import ListingKind
from catalog.services.checking import desk_rules, refuse_banned, words_of
from kernel import audit
from kernel.actor import Actor
from kernel.errors import Invalid, NotFound
from kernel.messages import msg

LANGUAGES = ("vi", "en", "fr", "zh", "ko", "ja")
"""Languages a host may guide in."""


@dataclass(frozen=True)
class ExperienceDraft:
    """What a host says of an experience; texts are {"vi": ..., "en": ...}."""

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


def set_experience(
    session: Session, *, listing_id: str, draft: ExperienceDraft, actor: Actor, now: datetime
) -> None:
    """Write what an experience adds to its listing; departures that are open stay as they are.

    :raises NotFound: when the listing is another vendor's.
    :raises Invalid: when a value cannot be used or names banned goods; ``field`` names it.
    """
    actor.need_at(_listing(session, listing_id).vendor_id, "seller")
    said = [(name, getattr(draft, name)) for name in ("meeting_point", "includes", "bring")]
    refuse_banned(desk_rules(session, now=now), words_of(said))
    store_experience(session, listing_id=listing_id, draft=draft, actor=actor, now=now)


def store_experience(
    session: Session, *, listing_id: str, draft: ExperienceDraft, actor: Actor, now: datetime
) -> None:
    """Write an experience without asking who may: for imports."""
    listing = _listing(session, listing_id)
    check_draft(draft)
    row = session.get(Experience, listing_id)
    before = None if row is None else _values(row)
    if row is None:
        row = Experience(listing_id=listing_id, vendor_id=listing.vendor_id)
        session.add(row)
    for name in _FIELDS:
        value = getattr(draft, name)
        value = dict(value) if isinstance(value, Mapping) else value
        setattr(row, name, list(value) if isinstance(value, tuple) else value)
    session.flush()
    audit.record(
        session,
        "experience.set",
        actor=actor,
        subject=("listing", listing_id),
        now=now,
        before=before,
        after=_values(row),
    )


def _listing(session: Session, listing_id: str) -> ListingHead:
    """Return the listing of an experience.

    :raises NotFound: when there is none.
    :raises Invalid: when it is no experience.
    """
    found = listing_heads(session, [listing_id]).get(listing_id)
    if found is None:
        raise NotFound
    if found.kind is not ListingKind.EXPERIENCE:
        raise Invalid(msg("The listing %(code)s is no experience."), code=found.code)
    return found


def check_draft(draft: ExperienceDraft) -> None:
    """Refuse a draft that cannot be.

    :raises Invalid: naming the field.
    """
    if not 15 <= draft.duration_minutes <= 14 * 24 * 60:
        raise Invalid(msg("A visit lasts from 15 minutes to 14 days."), field="duration_minutes")
    if not draft.meeting_point.get("vi"):
        raise Invalid(msg("Say where guests meet you."), field="meeting_point_vi")
    if not 1 <= draft.max_guests <= 500:
        raise Invalid(msg("From 1 to 500 guests."), field="max_guests")
    if draft.min_age is not None and not 0 <= draft.min_age <= 99:
        raise Invalid(msg("An age from 0 to 99."), field="min_age")
    if not 0 <= draft.cancel_hours <= 720:
        raise Invalid(msg("From 0 to 720 hours."), field="cancel_hours")
    if not 0 <= draft.cutoff_minutes <= 30 * 24 * 60:
        raise Invalid(msg("At most 30 days before the start."), field="cutoff_minutes")
    if not draft.languages or not set(draft.languages) <= set(LANGUAGES):
        raise Invalid(msg("Choose at least one language."), field="languages")


_FIELDS = tuple(field_.name for field_ in dataclasses.fields(ExperienceDraft))


def _values(row: Experience) -> dict[str, object]:
    return {name: getattr(row, name) for name in _FIELDS}
