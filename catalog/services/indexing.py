"""Keeps the search index in step with the listings."""

from collections.abc import Collection
from datetime import datetime
from itertools import islice

from sqlalchemy.orm import Session

from catalog.queries.sources import BATCH, all_sources, listing_ids_of, sources
from catalog.search.documents import document
from catalog.search.engine import EngineDown, SearchEngine
from kernel.clock import local_date


def rebuild_index(session: Session, engine: SearchEngine, *, now: datetime) -> int:
    """Make the index anew from everything that is shown now; return how many listings are in it."""
    return engine.rebuild(map(document, all_sources(session, on=local_date(now))))


def index_listings(
    session: Session, engine: SearchEngine, *, listings: dict[str, str], now: datetime
) -> None:
    """Bring listings (codes by id) up to date in the index, or take out what is not shown.

    Without an index it is built: the market heals itself.
    """
    shown = sources(session, listings, on=local_date(now))
    hidden = [code for key, code in listings.items() if key not in shown]
    try:
        if shown:
            engine.index(map(document, shown.values()))
        if hidden:
            engine.remove(hidden)
    except EngineDown:
        rebuild_index(session, engine, now=now)


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
