"""Pictures whose words nobody has looked at, and what to suggest for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Category, Listing
from catalog.queries.cards import Photo
from catalog.rules import ListingState
from catalog.rules.alts import VARIETY, Seen, suggested_alt
from kernel import places

_BATCH = 200
_UNSEEN = sa.cast(Listing.photos, sa.Text).contains('"unseen": true')
_WORDLESS = sa.cast(Listing.photos, sa.Text).contains('"alt": {}')


@dataclass(frozen=True)
class UnseenPhoto:
    """A picture whose words were suggested and not looked at since."""

    code: str
    title: dict[str, str]
    photo: Photo


def unseen_photos(session: Session, vendor_id: str, *, limit: int = 100) -> list[UnseenPhoto]:
    """Return the pictures of a vendor whose words wait for a look (one statement)."""
    rows = session.execute(
        sa.select(Listing.code, Listing.title, Listing.photos)
        .where(Listing.vendor_id == vendor_id, _UNSEEN, Listing.state != ListingState.ARCHIVED)
        .order_by(Listing.code)
        .limit(limit)
    )
    return [
        UnseenPhoto(row.code, row.title, Photo(**photo))
        for row in rows
        for photo in row.photos
        if photo.get("unseen")
    ][:limit]


def wordless_ids(session: Session) -> Iterator[str]:
    """Give the listings that show a picture without words, by id, a batch at a time."""
    last = ""
    wanted = sa.select(Listing.id).where(_WORDLESS).order_by(Listing.id).limit(_BATCH)
    while ids := session.scalars(wanted.where(Listing.id > last)).all():
        yield from ids
        last = ids[-1]


def suggestion(session: Session, listing: Listing, number: int, count: int) -> dict[str, str]:
    """Return words for a picture of a listing, number so-and-so of so many (one statement)."""
    category = session.scalar(sa.select(Category.name).where(Category.id == listing.category_id))
    variety = (listing.attributes or {}).get(VARIETY)
    return suggested_alt(
        Seen(
            title=listing.title,
            category=category or {},
            variety=variety if isinstance(variety, dict) else {},
            place=places.commune(listing.commune).short,
            number=number,
            count=count,
        )
    )


def with_words(session: Session, listing: Listing) -> list[dict[str, Any]]:
    """Return the pictures of a listing, those without words with what is suggested, unseen."""
    photos, count = listing.photos, len(listing.photos)
    return [
        photo
        if photo.get("alt")
        else photo | {"alt": suggestion(session, listing, number, count), "unseen": True}
        for number, photo in enumerate(photos, 1)
    ]
