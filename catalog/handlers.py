"""When something happened: shelves follow vendors, the search index follows the shelves.

What is shown never waits for these: queries look at vendor and lot themselves.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from catalog.queries.affected import stock_of
from catalog.queries.sources import listing_ids_of
from catalog.services.addresses import keep_vendor_address
from catalog.services.indexing import index_listings, index_shelf, index_since, index_vendor
from catalog.services.lots import follow_lot
from catalog.services.promising import keep_promises, takes_from
from catalog.services.settling import remind_of_end, settle, settle_listing
from catalog.services.steps import take_down_by_order
from traceability.events import (
    LotChanged,
    LotHeld,
    LotRecalled,
    LotReleased,
    LotShrank,
    RecallActed,
)
from traceability.queries.recalls.cases import scope_lots
from vendors.events import AuthorityTakeDown, CertificateEnding
from vendors.services.authority import report_take_down

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from catalog.events import (
        IndexRebuilt,
        ListingChanged,
        ListingPublished,
        ListingWithdrawn,
        ShelfChanged,
    )
    from catalog.search.engine import SearchEngine
    from kernel.events import Event


class OfVendor(Protocol):
    """An event that names its vendor."""

    @property
    def vendor_id(self) -> str: ...


def on_standing_changed(session: "Session", event: "OfVendor", now: datetime) -> None:
    """Bring all of a vendor's goods to what they should be: withheld, or on the shelves."""
    settle(session, event.vendor_id, now=now)


def on_vendor_named(session: "Session", event: "OfVendor", now: datetime) -> None:
    """Let the former address of a vendor's page lead to the one it has now."""
    keep_vendor_address(session, event.vendor_id, now=now)


def on_listing_shown(
    session: "Session", event: "ListingPublished | ListingChanged", now: datetime
) -> None:
    """Look whether what is shown, or claims something else now, has the proof it needs."""
    settle_listing(session, event.listing_id, now=now)


def on_certificate_ending(session: "Session", event: CertificateEnding, now: datetime) -> None:
    """Remind a vendor of a certificate that ends soon, and of what leaves the shelves with it."""
    remind_of_end(
        session,
        event.vendor_id,
        certificate_id=event.certificate_id,
        days_left=event.days_left,
        now=now,
    )


def on_authority_take_down(session: "Session", event: AuthorityTakeDown, now: datetime) -> None:
    """Take a listing down that an authority ordered down, and report on the order."""
    outcome = take_down_by_order(session, event.listing_code, reason=event.reason, now=now)
    report_take_down(
        session, event.order_id, outcome=outcome, found=outcome != "no_listing", now=now
    )


def on_lot_changed(session: "Session", event: LotChanged, now: datetime) -> None:
    """Let the queues of stocks go by the best-before day that a lot has now."""
    follow_lot(session, event.lot_id, now=now)


def on_lot_shrank(
    session: "Session", event: LotShrank | LotHeld | LotReleased | LotRecalled, now: datetime
) -> None:
    """Bring the stocks that come from a lot to what it has to give now."""
    if takes_from(session, event.lot_id):
        keep_promises(session, event.vendor_id, now=now)


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


def reindex_since(
    engine: "SearchEngine", kinds: "Collection[type[Event]]"
) -> "Callable[[Session, IndexRebuilt, datetime], None]":
    """Return the handler that indexes again what events of some kinds told of during a rebuild."""

    def handle(session: "Session", event: "IndexRebuilt", now: datetime) -> None:
        since = datetime.fromisoformat(event.since)
        index_since(session, engine, since=since, kinds=kinds, now=now)

    return handle


def reindex_shelf(engine: "SearchEngine") -> "Callable[[Session, Any, datetime], None]":
    """Return the handler for a category of another name or place: what stands there follows."""

    def handle(session: "Session", event: "ShelfChanged", now: datetime) -> None:
        index_shelf(session, engine, category_id=event.category_id, now=now)

    return handle


def reindex_recall(engine: "SearchEngine") -> "Callable[[Session, RecallActed, datetime], None]":
    """Return the handler for a recall: the offers of all its lots are brought up to date."""

    def handle(session: "Session", event: RecallActed, now: datetime) -> None:
        lots = [lot.id for lot in scope_lots(session, event.recall_id) if lot.moved]
        listings = {one.listing_id: one.code for one in stock_of(session, lots)}
        index_listings(session, engine, listings=listings, now=now)

    return handle


def reindex_lot(engine: "SearchEngine") -> "Callable[[Session, Any, datetime], None]":
    """Return the handler for events of a lot: its listings are brought up to date."""

    def handle(
        session: "Session", event: LotHeld | LotReleased | LotRecalled, now: datetime
    ) -> None:
        listings = listing_ids_of(session, lot_id=event.lot_id)
        index_listings(session, engine, listings=listings, now=now)

    return handle
