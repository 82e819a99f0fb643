"""Pictures of a listing."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from catalog.models import Listing
from catalog.rules import need_editable
from catalog.services.listings import ask_recheck, cleaned, tell_change
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

    :raises Invalid: without words for those who don't see it, or with too many pictures.
    """
    listing = _editable(session, vendor_id, code, actor)
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
    _set_photos(session, listing, photos, actor=actor, now=now)


def remove_photo(
    session: Session, vendor_id: str, *, code: str, digest: str, actor: Actor, now: datetime
) -> None:
    """Take a picture from a listing; its files stay, another listing may show them."""
    listing = _editable(session, vendor_id, code, actor)
    photos = [photo for photo in listing.photos if photo["digest"] != digest]
    if len(photos) == len(listing.photos):
        raise NotFound
    _set_photos(session, listing, photos, actor=actor, now=now)


def put_photo_first(
    session: Session, vendor_id: str, *, code: str, digest: str, actor: Actor, now: datetime
) -> None:
    """Make a picture the one on the card."""
    listing = _editable(session, vendor_id, code, actor)
    first = [photo for photo in listing.photos if photo["digest"] == digest]
    if not first:
        raise NotFound
    others = [photo for photo in listing.photos if photo["digest"] != digest]
    _set_photos(session, listing, first + others, actor=actor, now=now)


def _editable(session: Session, vendor_id: str, code: str, actor: Actor) -> Listing:
    actor.need_at(vendor_id, "seller")
    listing = own_listing(session, vendor_id, code)
    need_editable(listing.state)
    return listing


def _set_photos(
    session: Session, listing: Listing, photos: list[dict[str, Any]], *, actor: Actor, now: datetime
) -> None:
    before = {"photos": listing.photos}
    listing.photos = photos
    ask_recheck(listing, now)
    session.flush()
    audit.record(
        session,
        "listing.photos_set",
        actor=actor,
        subject=("listing", listing.id),
        now=now,
        before=before,
        after={"photos": photos},
        code=listing.code,
        digests=[photo["digest"] for photo in photos],
    )
    tell_change(session, listing, now)
