"""What search engines may find: goods on the shelves at this moment, and who sells them.

Read anew for every asker: nothing is stored, so nothing can be listed that is withheld.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, ListingLanguage
from catalog.rules import ListingState
from catalog.rules.addresses import slugs_of
from kernel.i18n import LANGUAGES
from vendors.queries.selling import count_open, may_sell, open_slugs

PER_FILE = 10_000 // (len(LANGUAGES) + 1)
"""Pages of one file, which holds ten thousand addresses: each page has one for every language,
and one that leaves the choice."""

_WORDED = (
    sa.select(sa.func.max(ListingLanguage.changed_at))
    .where(ListingLanguage.listing_id == Listing.id)
    .correlate(Listing)
    .scalar_subquery()
)

_SHOWN = (Listing.state == ListingState.PUBLISHED, may_sell(Listing.vendor_id))


@dataclass(frozen=True)
class Address:
    """Where a listing is, by language, and since when it reads as it does."""

    code: str
    slugs: dict[str, str]
    changed_at: datetime


def files(session: Session) -> int:
    """Return how many files of addresses the goods on the shelves fill."""
    shown = session.scalar(sa.select(sa.func.count()).select_from(Listing).where(*_SHOWN)) or 0
    return -(-shown // PER_FILE)


def addresses(session: Session, number: int) -> Sequence[Address]:
    """Return the addresses of one file (from 1), in the order of their ids; none beyond the last."""
    rows = session.execute(
        sa.select(
            Listing.code,
            Listing.slug,
            Listing.title,
            Listing.published_at,
            Listing.ranked_at,
            _WORDED.label("worded_at"),
        )
        .where(*_SHOWN)
        .order_by(Listing.id)
        .offset((number - 1) * PER_FILE)
        .limit(PER_FILE)
    )
    return [
        Address(
            row.code,
            slugs_of(row.slug, row.title),
            max(moment for moment in (row.published_at or row.ranked_at, row.worded_at) if moment),
        )
        for row in rows
    ]


def seller_files(session: Session) -> int:
    """Return how many files of addresses the vendors fill that may sell."""
    return -(-count_open(session) // PER_FILE)


def seller_slugs(session: Session, number: int) -> Sequence[str]:
    """Return the slugs of vendors that may sell, of one file (from 1); none beyond the last."""
    return open_slugs(session, limit=PER_FILE, skip=(number - 1) * PER_FILE)
