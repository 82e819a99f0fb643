"""A closed vendor's offers lose their words and pictures once they need not be kept."""

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import (
    Listing,
    ListingBaseline,
    ListingChange,
    ListingFlag,
    ListingLanguage,
    ListingPicture,
    ListingRevision,
    ListingStep,
    PricePlan,
    Review,
)
from catalog.services.addresses import forget_addresses
from kernel.pictures import files_of

_HOLDS_WORDS = (
    Review,
    ListingChange,
    ListingBaseline,
    ListingFlag,
    ListingLanguage,
    ListingPicture,
    ListingRevision,
)
"""Rows beside a listing that hold its words and pictures: they go with them."""

NOTHING = {"vi": "-", "en": "-"}
"""What stands where a title was: orders keep their own copy."""


def forget_listings(session: Session, vendor_id: str, forget: Callable[[str], None]) -> None:
    """Empty a vendor's listings; ``forget`` deletes a stored file.

    Amounts, units and states stay. A picture that another vendor shows as well stays for it.
    Files go before the commit: a row whose file is gone is emptied again.
    """
    mine = Listing.vendor_id == vendor_id
    rows = session.scalars(sa.select(Listing).where(mine).with_for_update()).all()
    ids = [row.id for row in rows]
    for digest in sorted(_digests(session, rows)):
        if not _shown_by_others(session, vendor_id, digest):
            for key in files_of(digest):
                forget(key)
    for row in rows:
        row.title, row.summary, row.description = NOTHING, {}, {}
        row.folded, row.slug, row.state_reason = "", row.code.lower(), ""
        row.piece_name, row.photos = {}, []
        # A label names who answers for the goods.
        row.label, row.safety = {}, {}
    for kind in _HOLDS_WORDS:
        session.execute(sa.delete(kind).where(kind.listing_id.in_(ids)))
    forget_addresses(session, vendor_id)
    session.execute(
        sa.update(ListingStep)
        .where(ListingStep.listing_id.in_(ids))
        .values(actor_name="", reason="")
    )
    session.execute(
        sa.update(PricePlan).where(PricePlan.listing_id.in_(ids)).values(planned_name="")
    )
    session.flush()


def _digests(session: Session, rows: Sequence[Listing]) -> set[str]:
    """Return the pictures of listings: those shown, and those of former days."""
    ids = [row.id for row in rows]
    once = sa.select(ListingPicture.digest).where(ListingPicture.listing_id.in_(ids))
    shown = {photo["digest"] for row in rows for photo in row.photos}
    return shown | set(session.scalars(once))


def _shown_by_others(session: Session, vendor_id: str, digest: str) -> bool:
    shows = sa.cast(Listing.photos, sa.Text).contains(digest)
    other = sa.select(Listing.id).where(Listing.vendor_id != vendor_id, shows).limit(1)
    return session.scalar(other) is not None
