"""What buyers say about what they bought."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.events import ListingChanged
from catalog.models import Listing, Review
from kernel import audit
from kernel.actor import Actor
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import emit
from kernel.i18n import LANGUAGES
from kernel.messages import msg
from kernel.text import nfc

MOST_WORDS = 2000


def add_review(
    session: Session,
    *,
    listing_id: str,
    line_ref: str,
    author_name: str,
    rating: int,
    body: str,
    lang: str,
    now: datetime,
) -> str:
    """Add what a buyer says after a fulfilled order line (``line_ref``) and return its id.

    Whether the line was fulfilled is for orders to know.

    :raises NotFound: when there is no such listing.
    :raises Invalid: for a rating outside of 1 to 5, or a text that is too long.
    :raises Conflict: when this line was reviewed already.
    """
    listing, text = _checked(session, listing_id, line_ref, rating, body)
    spoken = lang if lang in LANGUAGES else LANGUAGES[0]
    review = Review(listing_id=listing_id, line_ref=line_ref, author_name=author_name)
    review.rating, review.body, review.lang, review.created_at = rating, text, spoken, now
    session.add(review)
    session.flush()
    _add_up(session, listing_id, rating)
    audit.record(
        session,
        "listing.reviewed",
        actor=Actor(name=author_name),
        subject=("listing", listing_id),
        now=now,
        rating=rating,
    )
    emit(session, ListingChanged(listing.id, listing.code), now=now)
    return review.id


def _checked(
    session: Session, listing_id: str, line_ref: str, rating: int, body: str
) -> tuple[Listing, str]:
    """Return what is reviewed and the text of a review that may be added."""
    text = nfc(body).strip()
    if not 1 <= rating <= 5:
        raise Invalid(msg("Choose from one to five stars."), field="rating")
    if len(text) > MOST_WORDS:
        raise Invalid(msg("At most %(most)s characters."), field="body", most=MOST_WORDS)
    listing = session.get(Listing, listing_id)
    if listing is None:
        raise NotFound
    if session.scalar(sa.select(Review.id).where(Review.line_ref == line_ref)):
        raise Conflict(msg("You have reviewed this already."))
    return listing, text


def _add_up(session: Session, listing_id: str, rating: int) -> None:
    """Sum in the database, so that two at once both count.

    The version stays: somebody may be editing the listing.
    """
    session.execute(
        sa.update(Listing)
        .where(Listing.id == listing_id)
        .values(rating_sum=Listing.rating_sum + rating, rating_count=Listing.rating_count + 1)
        .execution_options(synchronize_session=False)
    )
