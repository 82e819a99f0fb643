"""Pictures of a listing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from catalog.models import Listing
from catalog.rules import APPROVED_ONCE, need_editable
from catalog.services.checking import (
    desk_rules,
    keep_pictures,
    need_pixels,
    refuse_banned,
    renew_flags,
    texts_of,
)
from catalog.services.listings import cleaned, tell_change, wording
from catalog.services.rechecks import remember_seen, waiting_change
from catalog.services.steps import own_listing
from kernel import audit
from kernel.actor import Actor
from kernel.errors import Invalid, NotFound
from kernel.messages import msg
from kernel.pictures import Picture

MOST_PHOTOS = 8


def add_photo(
    session: Session,
    vendor_id: str,
    *,
    code: str,
    picture: Picture,
    alt: dict[str, str],
    actor: Actor,
    now: datetime,
) -> None:
    """Put a stored picture behind those of a listing; ``alt`` says what is seen on it.

    The same picture again only changes its words.

    :raises Invalid: without words for those who don't see it, with too many pictures, or for
        one that is too small.
    """
    listing = editable_listing(session, vendor_id, code, actor)
    words = cleaned(alt)
    if not words.get("vi"):
        raise Invalid(
            msg("Say what the picture shows, for people who do not see it."), field="alt_vi"
        )
    photo = {
        "digest": picture.digest,
        "width": picture.width,
        "height": picture.height,
        "placeholder": picture.placeholder,
        "alt": words,
    }
    known = [old["digest"] for old in listing.photos]
    if picture.digest in known:
        photos = [photo if old["digest"] == picture.digest else old for old in listing.photos]
    elif len(known) >= MOST_PHOTOS:
        raise Invalid(msg("At most %(most)s pictures."), field="file", most=MOST_PHOTOS)
    else:
        photos = [*listing.photos, photo]
    need_pixels(desk_rules(session, now=now), picture)
    set_photos(session, listing, photos, Handed(actor, now, picture))


def remove_photo(
    session: Session, vendor_id: str, *, code: str, digest: str, actor: Actor, now: datetime
) -> None:
    """Take a picture from a listing; its files stay, another listing may show them."""
    listing = editable_listing(session, vendor_id, code, actor)
    photos = [photo for photo in listing.photos if photo["digest"] != digest]
    if len(photos) == len(listing.photos):
        raise NotFound
    set_photos(session, listing, photos, Handed(actor, now))


def put_photo_first(
    session: Session, vendor_id: str, *, code: str, digest: str, actor: Actor, now: datetime
) -> None:
    """Make a picture the one on the card."""
    listing = editable_listing(session, vendor_id, code, actor)
    first = [photo for photo in listing.photos if photo["digest"] == digest]
    if not first:
        raise NotFound
    others = [photo for photo in listing.photos if photo["digest"] != digest]
    set_photos(session, listing, first + others, Handed(actor, now))


def editable_listing(session: Session, vendor_id: str, code: str, actor: Actor) -> Listing:
    """Return a listing whose pictures its vendor may change now, locked."""
    actor.need_at(vendor_id, "seller")
    listing = own_listing(session, vendor_id, code)
    need_editable(listing.state)
    return listing


@dataclass(frozen=True)
class Handed:
    """Who changes pictures and when, with the one handed in."""

    actor: Actor
    now: datetime
    picture: Picture | None = None


def set_photos(
    session: Session, listing: Listing, photos: list[dict[str, Any]], handed: Handed
) -> None:
    """Show other pictures of a listing, or the same with other words: checked and noted."""
    now, seen = handed.now, wording(listing)
    listing.photos = photos
    _check(session, listing, handed)
    # Their order is the vendor's own business.
    if _by_digest(photos) != _by_digest(seen["photos"]):
        remember_seen(session, listing, values=seen, now=now)
    session.flush()
    audit.record(
        session,
        "listing.photos_set",
        actor=handed.actor,
        subject=("listing", listing.id),
        now=now,
        before={"photos": seen["photos"]},
        after={"photos": photos},
        code=listing.code,
        digests=[photo["digest"] for photo in photos],
    )
    tell_change(session, listing, now)


def _check(session: Session, listing: Listing, handed: Handed) -> None:
    """Refuse banned words; flag small pictures, those of others and what their words claim."""
    waiting = waiting_change(session, listing.id)
    rules = desk_rules(session, now=handed.now)
    texts = texts_of(session, listing, instead=waiting.after if waiting else None)
    refuse_banned(rules, texts)
    keep_pictures(session, listing, handed.picture)
    if listing.state in APPROVED_ONCE:
        renew_flags(session, listing, texts=texts, rules=rules, now=handed.now)


def _by_digest(photos: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {photo["digest"]: photo for photo in photos}
