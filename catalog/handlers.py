"""When something happened: shelves follow vendors, the search index follows the shelves.

What is shown never waits for these: queries look at vendor and lot themselves.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from catalog.queries.sources import listing_ids_of
from catalog.services.indexing import index_listings, index_vendor
from catalog.services.steps import release_listings, take_down_by_order, withhold_listings
from traceability.events import LotHeld, LotRecalled, LotReleased
from vendors.events import (
    AuthorityTakeDown,
    VendorApproved,
    VendorClosed,
    VendorLapsed,
    VendorReinstated,
    VendorSuspended,
    VendorTerminated,
)
from vendors.services.authority import report_take_down

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from catalog.events import ListingChanged, ListingPublished, ListingWithdrawn
    from catalog.search.engine import SearchEngine


def on_vendor_suspended(
    session: "Session",
    event: VendorSuspended | VendorTerminated | VendorClosed | VendorLapsed,
    now: datetime,
) -> None:
    """Take a vendor's listings off the shelves."""
    withhold_listings(session, event.vendor_id, now=now)


def on_vendor_reinstated(
    session: "Session", event: VendorReinstated | VendorApproved, now: datetime
) -> None:
    """Put back what was withheld: after a suspension, or when a lapsed vendor is approved anew."""
    release_listings(session, event.vendor_id, now=now)


def on_authority_take_down(session: "Session", event: AuthorityTakeDown, now: datetime) -> None:
    """Take a listing down that an authority ordered down, and report on the order."""
    outcome = take_down_by_order(session, event.listing_code, reason=event.reason, now=now)
    report_take_down(
        session, event.order_id, outcome=outcome, found=outcome != "no_listing", now=now
    )


def reindex_listing(engine: "SearchEngine") -> "Callable[[Session, Any, datetime], None]":
    """Return the handler that brings one listing up to date in the index, or takes it out."""

    def handle(
        session: "Session",
        event: "ListingPublished | ListingChanged | ListingWithdrawn",
        now: datetime,
    ) -> None:
        index_listings(session, engine, listings={event.listing_id: event.code}, now=now)

    return handle


def reindex_vendor(engine: "SearchEngine") -> "Callable[[Session, Any, datetime], None]":
    """Return the handler for events of a vendor: its name, badges or state changed."""

    def handle(session: "Session", event: Any, now: datetime) -> None:
        index_vendor(session, engine, vendor_ids=[event.vendor_id], now=now)

    return handle


def reindex_lot(engine: "SearchEngine") -> "Callable[[Session, Any, datetime], None]":
    """Return the handler for events of a lot: its listings are brought up to date."""

    def handle(
        session: "Session", event: LotHeld | LotReleased | LotRecalled, now: datetime
    ) -> None:
        listings = listing_ids_of(session, lot_id=event.lot_id)
        index_listings(session, engine, listings=listings, now=now)

    return handle
