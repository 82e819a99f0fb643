"""Words of pictures: changed by the vendor, or suggested where there are none."""

from datetime import datetime

from sqlalchemy.orm import Session

from catalog.models import Listing
from catalog.queries.alts import with_words, wordless_ids
from catalog.services.listings import cleaned, tell_change
from catalog.services.photos import Handed, editable_listing, set_photos
from catalog.services.rechecks import touch
from kernel import audit
from kernel.actor import HOUSE, Actor
from kernel.db import lock
from kernel.errors import Invalid, NotFound
from kernel.messages import msg


def describe_photo(
    session: Session,
    vendor_id: str,
    *,
    code: str,
    digest: str,
    alt: dict[str, str],
    actor: Actor,
    now: datetime,
) -> None:
    """Say what a picture shows; words that were suggested count as seen then.

    :raises NotFound: when the listing has no such picture.
    :raises Invalid: without words in Vietnamese, or for banned ones.
    """
    listing = editable_listing(session, vendor_id, code, actor)
    words = cleaned(alt)
    if not words.get("vi"):
        raise Invalid(
            msg("Say what the picture shows, for people who do not see it."), field="alt_vi"
        )
    if all(photo["digest"] != digest for photo in listing.photos):
        raise NotFound
    photos = [
        {**{name: value for name, value in photo.items() if name != "unseen"}, "alt": words}
        if photo["digest"] == digest
        else photo
        for photo in listing.photos
    ]
    set_photos(session, listing, photos, Handed(actor, now))


def suggest_words(session: Session, *, now: datetime) -> int:
    """Give pictures without words what is suggested from the data; return to how many listings.

    They are marked as unseen until their vendor looks at them.
    """
    count = 0
    for listing_id in list(wordless_ids(session)):
        listing = lock(session, Listing, listing_id)
        if listing is None:
            continue
        listing.photos = with_words(session, listing)
        touch(listing)
        session.flush()
        audit.record(
            session,
            "listing.words_suggested",
            actor=HOUSE,
            subject=("listing", listing.id),
            now=now,
            code=listing.code,
        )
        tell_change(session, listing, now)
        count += 1
    return count
