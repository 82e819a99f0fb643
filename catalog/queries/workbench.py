"""Listings as their vendor and the office work on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import (
    Category,
    Listing,
    ListingBaseline,
    ListingChange,
    ListingStep,
    StockGap,
    Variant,
)
from catalog.queries.cards import Photo
from catalog.queries.offers import weight_of
from catalog.queries.sending import queue_of
from catalog.rules import ListingState
from catalog.rules.changes import ChangeState
from catalog.rules.lots import Rest
from catalog.rules.pricing import Weight
from kernel import claims
from kernel.claims import Bucket
from traceability.queries import LotCard, lot_cards


@dataclass(frozen=True)
class PackRow:
    """A pack size that is offered."""

    id: str
    label: dict[str, str]
    size: int
    price_vnd: int
    weight: Weight | None = None


@dataclass(frozen=True)
class Step:
    """One line of a listing's history."""

    action: str
    state: ListingState
    actor_name: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Stock:
    """What is there of a listing, in its unit: on hand, sold, held in baskets, free."""

    on_hand: int
    sold: int
    held: int
    free: int


@dataclass(frozen=True)
class Gap:
    """What of a stock its lots do not hold: sold already, in baskets, since when."""

    missing: int
    held: int
    since: datetime


@dataclass(frozen=True)
class Change:
    """A change that waits: values by field as they are shown and as they are to be."""

    id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    proposed_name: str
    proposed_at: datetime


@dataclass(frozen=True)
class Work:
    """Everything that was written about a listing, with its history.

    ``seen`` holds what the office last saw, by field, when words or pictures changed
    since (``seen_until``); ``shelves`` the names of the shelves it stands on, is to, and did.
    """

    listing: Listing
    category_name: dict[str, str]
    photos: tuple[Photo, ...]
    packs: tuple[PackRow, ...]
    stock: Stock | None
    steps: tuple[Step, ...]
    change: Change | None
    seen: Mapping[str, Any]
    seen_until: datetime | None
    shelves: Mapping[str, dict[str, str]]
    # What may be ordered ahead, where that is counted by itself.
    ahead: Stock | None = None
    # Lots its stock was taken from, the one to be sent next first, with their cards by id.
    queue: tuple[Rest, ...] = ()
    lots: Mapping[str, LotCard] = field(default_factory=dict)
    # What is promised and not in its lots: sold, and in baskets, in its unit.
    gap: Gap | None = None
    # Lots that are on hold or recalled, and how much was set aside with each.
    aside: tuple[tuple[LotCard, int], ...] = ()

    @property
    def proposed(self) -> Mapping[str, Any]:
        """Return the values of a change that waits, by field."""
        return self.change.after if self.change else {}


def work_of(session: Session, *, vendor_id: str, code: str, now: datetime) -> Work | None:
    """Return a vendor's own listing as it is worked on, read anew."""
    return _work(session, (Listing.vendor_id == vendor_id, Listing.code == code), now)


def work_by_id(session: Session, listing_id: str, *, now: datetime) -> Work | None:
    """Return any listing as the office looks at it, read anew."""
    return _work(session, (Listing.id == listing_id,), now)


def version_of(session: Session, *, vendor_id: str, code: str) -> int | None:
    """Return the number of the last change of a vendor's listing."""
    return session.scalar(
        sa.select(Listing.version).where(Listing.vendor_id == vendor_id, Listing.code == code)
    )


def _work(session: Session, wanted: Sequence[sa.ColumnElement[bool]], now: datetime) -> Work | None:
    found = session.execute(
        _STATEMENT.where(*wanted), execution_options={"populate_existing": True}
    ).one_or_none()
    if found is None:
        return None
    listing, change, baseline = found.Listing, found.ListingChange, found.ListingBaseline
    seen = baseline.values if baseline else {}
    shelves = {
        (change.after if change else {}).get("category_id"): found.proposed_shelf,
        seen.get("category_id"): found.seen_shelf,
        listing.category_id: found.category_name,
    }
    queue = queue_of(session, listing.id) if listing.by_lots else ()
    aside = {rest.share.lot_id: rest.share.set_aside for rest in queue if rest.share.set_aside}
    lots = lot_cards(session, {rest.share.lot_id for rest in queue})
    ahead = listing.preorder_bucket_id
    return Work(
        listing=listing,
        category_name=found.category_name,
        photos=tuple(Photo(**photo) for photo in listing.photos),
        packs=_packs(session, listing.id),
        stock=_stock(session, listing.bucket_id, now) if listing.bucket_id else None,
        steps=_steps(session, listing.id),
        change=_change(change) if change else None,
        seen=seen,
        seen_until=baseline.at if baseline else None,
        shelves={key: name for key, name in shelves.items() if key and name},
        ahead=_stock(session, ahead, now) if ahead else None,
        queue=queue,
        lots=lots,
        aside=tuple((lots[key], amount) for key, amount in aside.items()),
        gap=_gap(found.StockGap),
    )


_proposed, _seen = sa.orm.aliased(Category), sa.orm.aliased(Category)
_STATEMENT = (
    sa.select(
        Listing,
        ListingChange,
        ListingBaseline,
        StockGap,
        Category.name.label("category_name"),
        _proposed.name.label("proposed_shelf"),
        _seen.name.label("seen_shelf"),
    )
    .join(Category, Category.id == Listing.category_id)
    .outerjoin(
        ListingChange,
        sa.and_(ListingChange.listing_id == Listing.id, ListingChange.state == ChangeState.WAITING),
    )
    .outerjoin(ListingBaseline, ListingBaseline.listing_id == Listing.id)
    .outerjoin(StockGap, StockGap.listing_id == Listing.id)
    .outerjoin(_proposed, _proposed.id == ListingChange.after["category_id"].as_string())
    .outerjoin(_seen, _seen.id == ListingBaseline.values["category_id"].as_string())
)


def _change(row: ListingChange) -> Change:
    return Change(row.id, row.before, row.after, row.proposed_name, row.proposed_at)


def _gap(row: StockGap | None) -> Gap | None:
    return Gap(row.missing, row.held, row.since) if row else None


def _packs(session: Session, listing_id: str) -> tuple[PackRow, ...]:
    rows = session.scalars(
        sa.select(Variant)
        .where(Variant.listing_id == listing_id, Variant.active)
        .order_by(Variant.position, Variant.id)
        .execution_options(populate_existing=True)
    )
    return tuple(
        PackRow(row.id, row.label, row.size, row.price_vnd, weight_of(row)) for row in rows
    )


def _stock(session: Session, bucket_id: str, now: datetime) -> Stock:
    counted = sa.orm.aliased(Bucket)
    on_hand, sold, free = session.execute(
        sa.select(counted.on_hand, counted.allocated, claims.free_now(counted.id, now=now)).where(
            counted.id == bucket_id
        )
    ).one()
    free = max(int(free), 0)
    return Stock(on_hand=on_hand, sold=sold, held=on_hand - sold - free, free=free)


def _steps(session: Session, listing_id: str) -> tuple[Step, ...]:
    rows = session.execute(
        sa.select(
            ListingStep.action,
            ListingStep.state,
            ListingStep.actor_name,
            ListingStep.reason,
            ListingStep.at,
        )
        .where(ListingStep.listing_id == listing_id)
        .order_by(ListingStep.at.desc(), ListingStep.id.desc())
        .limit(30)
    )
    return tuple(Step(**row._mapping) for row in rows)
