"""What the page of a listing hangs on, read in one statement.

A page that was rendered before may be shown again only while this is the same.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, ListingLot, ShelfHead, Variant
from catalog.queries.plans import price_valid_until
from catalog.rules import ListingKind, ListingState
from kernel.claims import Bucket, free_now
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
    now = sa.bindparam("now", type_=UtcDateTime)
    queue, unsold = _of_lots()
    return sa.select(
        Listing.version,
        Listing.rating_sum,
        Listing.rating_count,
        packs,
        price_valid_until(Listing.id),
        sa.select(ShelfHead.version).scalar_subquery(),
        free_now(Listing.bucket_id, now=now),
        free_now(Listing.preorder_bucket_id, now=now),
        lot_mark(Listing.lot_id),
        sa.case((Listing.by_lots, queue)),
        sa.case((Listing.by_lots, unsold)),
        vendor_mark(Listing.vendor_id).label("vendor"),
    ).where(
        Listing.code == sa.bindparam("code"),
        Listing.kind != ListingKind.EXPERIENCE,
        Listing.state == ListingState.PUBLISHED,
    )


def _of_lots() -> tuple[sa.ScalarSelect[str], sa.ScalarSelect[int]]:
    """Of several lots each may be held by itself; which is next hangs on what is unsold."""
    queue = (
        sa.select(joined(ListingLot.lot_id + COLON + lot_mark(ListingLot.lot_id)))
        .where(ListingLot.listing_id == Listing.id)
        .correlate(Listing)
        .scalar_subquery()
    )
    unsold = (
        sa.select(Bucket.on_hand - Bucket.allocated)
        .where(Bucket.id == Listing.bucket_id)
        .scalar_subquery()
    )
    return queue, unsold


_GOODS = _statement()


def goods_mark(session: Session, code: str, *, now: datetime) -> Mark | None:
    """Return all that the page of goods on the shelves depends on, or None for any other page.

    The names of shelves and attributes, prices and pack sizes, stock and pre-orders left at
    this moment, lots, vendor, papers,
    reviews, and the day (seasons and papers change at midnight).
    """
    row = read_alone(session, _GOODS, {"code": code, "now": now})
    if row is None or row.vendor is None:
        return None
    return (code, local_date(now), *row)
