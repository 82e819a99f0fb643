"""What a vendor shows: for whoever looks at what a change would touch."""

from collections.abc import Collection, Sequence
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing
from catalog.rules import ListingState

AT_ONCE = 500
FIRST = 10


def shown_listings(
    session: Session, vendor_ids: Collection[str]
) -> tuple[int, Sequence[dict[str, str]]]:
    """Return how many listings of these vendors are on the shelves, and the titles of the first."""
    ids, count, titles = iter(sorted(vendor_ids)), 0, list[dict[str, str]]()
    while some := list(islice(ids, AT_ONCE)):
        rows = session.execute(
            sa.select(Listing.title)
            .where(Listing.vendor_id.in_(some), Listing.state == ListingState.PUBLISHED)
            .order_by(Listing.id)
        ).all()
        count += len(rows)
        titles += [row.title for row in rows[: FIRST - len(titles)]]
    return count, titles
