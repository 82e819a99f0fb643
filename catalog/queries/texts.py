"""What is known of hits besides their cards: longer words, where they lie; and codes by id."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing
from catalog.queries.points import Point, point_of
from traceability.queries import farm_cards


@dataclass(frozen=True)
class Texts:
    """What does not fit on a card, in both languages."""

    summary: dict[str, str]
    description: dict[str, str]


_IDS: sa.BindParameter[str] = sa.bindparam("ids", expanding=True)
_TEXTS = sa.select(Listing.id, Listing.summary, Listing.description).where(Listing.id.in_(_IDS))
_PLACES = sa.select(Listing.id, Listing.commune, Listing.farm_id).where(Listing.id.in_(_IDS))


def texts_of(session: Session, listing_ids: Collection[str]) -> dict[str, Texts]:
    """Return the longer texts by listing id (one statement)."""
    if not listing_ids:
        return {}
    rows = session.execute(_TEXTS, {"ids": list(listing_ids)})
    return {row.id: Texts(row.summary, row.description) for row in rows}


def points_of(session: Session, listing_ids: Collection[str]) -> dict[str, Point]:
    """Return where listings lie, by id (two statements)."""
    if not listing_ids:
        return {}
    rows = session.execute(_PLACES, {"ids": list(listing_ids)}).all()
    farms = farm_cards(session, {row.farm_id for row in rows if row.farm_id})
    return {row.id: point_of(row.commune, farms.get(row.farm_id)) for row in rows}


def codes_of(session: Session, listing_ids: Collection[str]) -> frozenset[str]:
    """Return the codes of listings (one statement)."""
    if not listing_ids:
        return frozenset()
    return frozenset(
        session.scalars(sa.select(Listing.code).where(Listing.id.in_(set(listing_ids))))
    )
