"""A listing as the public would see it were all that waits accepted and it on the shelves."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Category, Listing, ListingChange
from catalog.queries.page import ListingPage, listing_page
from catalog.rules import ListingState
from catalog.rules.changes import TEXTS, ChangeState
from kernel.clock import local_date
from traceability.queries import lot_cards
from vendors.queries import badges


def code_of(session: Session, listing_id: str) -> str | None:
    """Return the code of a listing, for the office."""
    return session.scalar(sa.select(Listing.code).where(Listing.id == listing_id))


def preview_page(
    session: Session, code: str, *, now: datetime, vendor_id: str | None = None
) -> ListingPage | None:
    """Return the page of a listing in any state, with the change that waits written into it.

    ``vendor_id`` lets its vendor see no listing of others. Packs can be bought in it as far as
    there is stock, as they could be on the shelves.
    """
    found = listing_page(session, code, now=now)
    if found is None or vendor_id not in {None, found.vendor.id}:
        return None
    waiting = session.execute(
        sa.select(ListingChange.after, Listing.schemes)
        .select_from(Listing)
        .outerjoin(
            ListingChange,
            sa.and_(
                ListingChange.listing_id == Listing.id,
                ListingChange.state == ChangeState.WAITING,
            ),
        )
        .where(Listing.id == found.id)
    ).one()
    changed = _changed(session, found, waiting.after or {}, now)
    return _on_shelf(replace(found, state=ListingState.PUBLISHED, **changed))


def _changed(
    session: Session, found: ListingPage, after: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    changed: dict[str, Any] = {name: after[name] for name in TEXTS if name in after}
    if "category_id" in after:
        shelf = session.get(Category, after["category_id"])
        if shelf is not None:
            changed |= {"category_name": shelf.name, "category_slug": shelf.slug}
    if "schemes" in after:
        held = badges(session, [found.vendor.id], on=local_date(now))[found.vendor.id]
        changed["badges"] = tuple(one for one in held if one.scheme.value in after["schemes"])
    if "lot_id" in after:
        lots = lot_cards(session, [after["lot_id"]]) if after["lot_id"] else {}
        changed["lot"] = lots.get(after["lot_id"])
    if "farm_id" in after:
        changed["farm_id"] = after["farm_id"]
    return changed


def _on_shelf(found: ListingPage) -> ListingPage:
    may_buy = not found.is_on_hold
    packs = (
        replace(pack, sellable=may_buy and found.available >= pack.size) for pack in found.packs
    )
    return replace(found, packs=tuple(packs))
