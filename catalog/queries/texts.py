"""What is known of a hit besides its card: longer words, where it lies; and codes by id."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing
from catalog.queries.points import Point, point_of
from traceability.queries import farm_cards


@dataclass(frozen=True)
class Beside:
    """What does not fit on a card: texts in both languages, and the place."""

    summary: dict[str, str]
    description: dict[str, str]
    point: Point


def beside(session: Session, listing_ids: Collection[str]) -> dict[str, Beside]:
    """Return texts and places by listing id (two statements)."""
    if not listing_ids:
        return {}
    found = sa.select(
        Listing.id, Listing.summary, Listing.description, Listing.commune, Listing.farm_id
    )
    rows = session.execute(found.where(Listing.id.in_(set(listing_ids)))).all()
    farms = farm_cards(session, {row.farm_id for row in rows if row.farm_id})
    return {
        row.id: Beside(row.summary, row.description, point_of(row.commune, farms.get(row.farm_id)))
        for row in rows
    }


def codes_of(session: Session, listing_ids: Collection[str]) -> frozenset[str]:
    """Return the codes of listings (one statement)."""
    if not listing_ids:
        return frozenset()
    return frozenset(
        session.scalars(sa.select(Listing.code).where(Listing.id.in_(set(listing_ids))))
    )
