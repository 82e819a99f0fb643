"""Letting orders of one listing pass one at a time."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing


def take_turns(session: Session, listing_ids: Collection[str]) -> None:
    """Wait until whoever orders one of these listings is done; locks in the order of ids.

    Locks are taken in this order: listings, then buckets.
    """
    if not listing_ids:
        return
    session.execute(
        sa.select(Listing.id)
        .where(Listing.id.in_(set(listing_ids)))
        .order_by(Listing.id)
        # Not FOR UPDATE: order lines refer to it.
        .with_for_update(key_share=True)
    ).all()
