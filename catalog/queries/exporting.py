"""Listings, pack sizes and reviews of a vendor, for the vendor itself."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, Review, Variant
from kernel.export import Sheet, read_sheet


def listing_sheets(session: Session, vendor_id: str) -> list[Sheet]:
    """Return listings, pack sizes and what buyers said of them."""
    mine = sa.select(Listing.id).where(Listing.vendor_id == vendor_id)
    said = (Review.id, Review.listing_id, Review.rating, Review.body, Review.created_at)
    return [
        read_sheet(
            session,
            "listings",
            sa.select(*Listing.__table__.columns).where(Listing.vendor_id == vendor_id),
        ),
        read_sheet(
            session,
            "packs",
            sa.select(*Variant.__table__.columns).where(Variant.listing_id.in_(mine)),
        ),
        read_sheet(session, "reviews", sa.select(*said).where(Review.listing_id.in_(mine))),
    ]


def photo_digests(session: Session, vendor_id: str) -> list[str]:
    """Return the pictures of a vendor's listings, each once."""
    rows = session.scalars(sa.select(Listing.photos).where(Listing.vendor_id == vendor_id))
    return sorted({photo["digest"] for photos in rows for photo in photos})


def vendor_listing_ids(session: Session, vendor_id: str) -> list[str]:
    """Return the listings of a vendor, in whatever state."""
    return list(session.scalars(sa.select(Listing.id).where(Listing.vendor_id == vendor_id)))
