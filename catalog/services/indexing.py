"""Keeps the search index in step with the listings."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy.orm import Session

from catalog.events import IndexRebuilt
from catalog.queries.sources import BATCH, all_sources, listing_ids_of, sources
from catalog.search.documents import document
from catalog.search.engine import SearchEngine, Told
from kernel.clock import local_date
from kernel.events import Event, emit, happened_since

MARGIN = timedelta(minutes=10)
"""No transaction lasts longer: what was told of before a rebuild began is committed before it reads."""


def rebuild_index(
    session: Session, engine: SearchEngine, *, now: datetime, tell: Told = lambda _count: None
) -> int:
    """Make the index anew from everything that is shown now; return how many listings are in it.

    What others index meanwhile goes into the index before: `announce_rebuild` afterwards.
    """
    return engine.rebuild(map(document, all_sources(session, on=local_date(now))), tell=tell)


def announce_rebuild(session: Session, *, since: datetime, now: datetime) -> None:
    """Have the worker index again whatever changed since a rebuild began."""
    emit(session, IndexRebuilt(since.isoformat()), now=now)


def index_since(
    session: Session,
    engine: SearchEngine,
    *,
    since: datetime,
    kinds: Collection[type[Event]],
    now: datetime,
) -> None:
    """Bring all listings up to date in the index that events of some kinds told of since then."""
    listings: dict[str, str] = {}
    for event in happened_since(session, since - MARGIN, kinds):
        listings |= _listings_of(session, event)
    index_listings(session, engine, listings=listings, now=now)


def _listings_of(session: Session, event: Event) -> dict[str, str]:
    listing_id, lot_id = getattr(event, "listing_id", None), getattr(event, "lot_id", None)
    if listing_id is not None:
        return {listing_id: str(getattr(event, "code", ""))}
    if lot_id is not None:
        return listing_ids_of(session, lot_id=lot_id)
    return listing_ids_of(session, vendor_id=str(getattr(event, "vendor_id", "")))


def index_listings(
    session: Session, engine: SearchEngine, *, listings: Mapping[str, str], now: datetime
) -> None:
    """Bring listings (codes by id) up to date in the index, or take out what is not shown.

    :raises EngineDown: when there is no index, or nobody answers.
    """
    rest = iter(listings.items())
    while batch := dict(islice(rest, BATCH)):
        shown = sources(session, batch, on=local_date(now))
        hidden = [code for key, code in batch.items() if key not in shown]
        if shown:
            engine.index(map(document, shown.values()))
        if hidden:
            engine.remove(hidden)


def index_vendor(
    session: Session, engine: SearchEngine, *, vendor_ids: Collection[str], now: datetime
) -> None:
    """Bring all listings of vendors up to date in the index: names, badges, states changed."""
    for vendor_id in vendor_ids:
        listings = listing_ids_of(session, vendor_id=vendor_id)
        index_listings(session, engine, listings=listings, now=now)


def index_shelf(session: Session, engine: SearchEngine, *, category_id: str, now: datetime) -> None:
    """Bring all listings of a category and those beneath it up to date in the index."""
    waiting = iter(listing_ids_of(session, category_id=category_id).items())
    while some := dict(islice(waiting, BATCH)):
        index_listings(session, engine, listings=some, now=now)
