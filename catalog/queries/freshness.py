"""What the page of a listing hangs on, read in one statement.

A page that was rendered before may be shown again only while this is the same.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, ShelfHead, Variant
from catalog.rules import ListingKind, ListingState
from kernel.claims import free_now
from kernel.clock import local_date
from kernel.db import COLON, UtcDateTime, joined, read_alone
from traceability.queries.marks import lot_mark
from vendors.queries.selling import vendor_mark

Mark = tuple[object, ...]


def _statement() -> sa.Select[tuple[object, ...]]:
    """Say once what is asked for every page: building it costs more than running it."""
    pack = (
        sa.cast(Variant.price_vnd, sa.String)
        + COLON
        + sa.cast(Variant.size, sa.String)
        + COLON
        + Variant.id
    )
    packs = (
        sa.select(joined(pack))
        .where(Variant.listing_id == Listing.id, Variant.active)
        .correlate(Listing)
        .scalar_subquery()
    )
    return sa.select(
        Listing.version,
        Listing.rating_sum,
        Listing.rating_count,
        packs,
        sa.select(ShelfHead.version).scalar_subquery(),
        free_now(Listing.bucket_id, now=sa.bindparam("now", type_=UtcDateTime)),
        lot_mark(Listing.lot_id),
        vendor_mark(Listing.vendor_id).label("vendor"),
    ).where(
        Listing.code == sa.bindparam("code"),
        Listing.slug == sa.bindparam("slug"),
        Listing.kind != ListingKind.EXPERIENCE,
        Listing.state == ListingState.PUBLISHED,
    )


_GOODS = _statement()


def goods_mark(session: Session, code: str, slug: str, *, now: datetime) -> Mark | None:
    """Return all that the page of goods on the shelves depends on, or None for any other page.

    The names of shelves and attributes, prices and pack sizes, stock left at this moment, lot, vendor, papers,
    reviews, and the day (seasons and papers change at midnight).
    """
    asked = {"code": code, "slug": slug, "now": now}
    row = read_alone(session, _GOODS, asked)
    if row is None or row.vendor is None:
        return None
    return (code, local_date(now), *row)
