"""What was proposed for a vendor's listings and what the checks found, for the vendor itself."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, ListingChange, ListingFlag
from kernel.export import Sheet, read_sheet


def judged_sheets(session: Session, vendor_id: str) -> list[Sheet]:
    """Return the changes that waited or wait, with their answers, and what the checks found."""
    mine = sa.select(Listing.id).where(Listing.vendor_id == vendor_id)
    changes, flags = (
        sa.select(*table.__table__.columns).where(table.listing_id.in_(mine)).order_by(table.id)
        for table in (ListingChange, ListingFlag)
    )
    return [
        read_sheet(session, "listing_changes", changes),
        read_sheet(session, "listing_flags", flags),
    ]
