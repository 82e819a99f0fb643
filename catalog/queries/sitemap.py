"""What search engines may find: goods on the shelves at this moment, and who sells them.

Read anew for every asker: nothing is stored, so nothing can be listed that is withheld.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Category, Listing
from catalog.rules import ListingState
from vendors.queries.selling import may_sell, open_slugs

PER_FILE = 10_000

_SHOWN = (Listing.state == ListingState.PUBLISHED, may_sell(Listing.vendor_id))


@dataclass(frozen=True)
class Address:
    """Where a listing is."""

    code: str
    slug: str


def files(session: Session) -> int:
    """Return how many files of addresses the goods on the shelves fill."""
    shown = session.scalar(sa.select(sa.func.count()).select_from(Listing).where(*_SHOWN)) or 0
    return -(-shown // PER_FILE)


def addresses(session: Session, number: int) -> Sequence[Address]:
    """Return the addresses of one file (from 1), in the order of their ids; none beyond the last."""
    rows = session.execute(
        sa.select(Listing.code, Listing.slug)
        .where(*_SHOWN)
        .order_by(Listing.id)
        .offset((number - 1) * PER_FILE)
        .limit(PER_FILE)
    )
    return [Address(row.code, row.slug) for row in rows]


def shelf_slugs(session: Session) -> Sequence[str]:
    """Return the slugs of all shelves."""
    shown = sa.select(Category.slug).where(Category.retired_at.is_(None))
    return session.scalars(shown.order_by(Category.position, Category.id)).all()


def seller_slugs(session: Session) -> Sequence[str]:
    """Return the slugs of vendors that may sell."""
    return open_slugs(session, limit=PER_FILE)
