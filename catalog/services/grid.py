"""Prices and stock of many listings in one save: each row by itself, none written over blindly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.errors import RowEdited
from catalog.models import Listing
from catalog.rules import need_editable
from catalog.services.pricing import MOST_VND, set_prices
from catalog.services.promising import lock_backing, need_source
from catalog.services.stock import REASONS, adjust_stock
from kernel.actor import Actor
from kernel.claims import Bucket, SoldOut
from kernel.db import lock
from kernel.errors import DomainError, Invalid, NotFound
from kernel.messages import msg

MORE = frozenset({"harvest", "bought_back", "counted"})
LESS = frozenset({"spoiled", "sold_elsewhere", "counted"})
"""Reasons that explain more stock, and less."""


@dataclass(frozen=True)
class RowDraft:
    """What is to change of a listing: prices by pack (None: of an experience), and its stock.

    ``on_hand`` is what is to be there and ``seen_on_hand`` what was when it was written,
    both in the listing's unit.
    """

    code: str
    seen_version: int
    prices: Mapping[str | None, int] = field(default_factory=dict)
    on_hand: int | None = None
    seen_on_hand: int | None = None


@dataclass(frozen=True)
class Saved:
    """What came of a save: codes that were written, and why others were not."""

    codes: tuple[str, ...]
    refused: Mapping[str, DomainError]


def save_grid(
    session: Session,
    vendor_id: str,
    *,
    rows: Sequence[RowDraft],
    reason: str,
    actor: Actor,
    now: datetime,
) -> Saved:
    """Write prices and stock of several listings in one transaction.

    A row that was edited meanwhile, or cannot be, is left as it is and named; all others
    are written. Every row is judged before it is written, so that a refusal leaves no trace.

    :raises NotFound: for a stranger.
    :raises Invalid: for an unknown reason.
    """
    actor.need_at(vendor_id, "seller")
    if reason not in REASONS:
        raise Invalid(msg("Choose a reason."), field="reason")
    listings = _lock_listings(session, vendor_id, [row.code for row in rows])
    if any(row.on_hand is not None for row in rows):
        lock_backing(session, vendor_id)
    buckets = _lock_buckets(session, listings, rows)
    saved, refused = [], {}
    for row in rows:
        listing = listings.get(row.code)
        try:
            _check(row, listing, buckets, reason)
            with session.begin_nested():
                _write(session, vendor_id, row, listing, _Deed(reason, actor, now))
        except DomainError as refusal:
            refused[row.code] = refusal
        else:
            saved.append(row.code)
    return Saved(tuple(saved), refused)


@dataclass(frozen=True)
class _Deed:
    reason: str
    actor: Actor
    now: datetime


def _lock_listings(session: Session, vendor_id: str, codes: Sequence[str]) -> dict[str, Listing]:
    """Lock listings in the order of their ids: two saves never wait for each other in a ring."""
    rows = session.scalars(
        sa.select(Listing)
        .where(Listing.vendor_id == vendor_id, Listing.code.in_(codes))
        .order_by(Listing.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.code: row for row in rows}


def _lock_buckets(
    session: Session, listings: Mapping[str, Listing], rows: Sequence[RowDraft]
) -> dict[str, Bucket]:
    changed = {row.code for row in rows if row.on_hand is not None}
    wanted = {listings[code].bucket_id for code in changed if code in listings}
    found = (lock(session, Bucket, bucket_id) for bucket_id in sorted(filter(None, wanted)))
    return {bucket.id: bucket for bucket in found if bucket is not None}


def _check(
    row: RowDraft, listing: Listing | None, buckets: Mapping[str, Bucket], reason: str
) -> None:
    """Refuse what cannot be written, before anything is."""
    if listing is None:
        raise NotFound
    need_editable(listing.state)
    if listing.version != row.seen_version:
        raise RowEdited
    if any(not 0 < price <= MOST_VND for price in row.prices.values()):
        raise Invalid(msg("Write an amount such as 45.000."), field="price")
    if row.on_hand is not None:
        bucket = buckets.get(listing.bucket_id or "")
        _check_stock(row, row.on_hand, bucket, reason)
        # What is written here names no lot.
        need_source(listing, None, change=row.on_hand - (row.seen_on_hand or 0))


def _check_stock(row: RowDraft, on_hand: int, bucket: Bucket | None, reason: str) -> None:
    if bucket is None:
        raise NotFound
    if bucket.on_hand != row.seen_on_hand:
        raise RowEdited
    if on_hand - bucket.allocated < -bucket.oversell_cap:
        raise SoldOut(bucket.id, bucket.on_hand - bucket.allocated)
    if on_hand != bucket.on_hand and reason not in (MORE if on_hand > bucket.on_hand else LESS):
        raise Invalid(msg("The reason does not explain this change of stock."), field="reason")


def _write(
    session: Session, vendor_id: str, row: RowDraft, listing: Listing | None, deed: _Deed
) -> None:
    """Write stock, then prices: only its lots, which are asked now, can still refuse a row."""
    change = (row.on_hand or 0) - (row.seen_on_hand or 0) if row.on_hand is not None else 0
    if change:
        adjust_stock(
            session,
            vendor_id,
            code=row.code,
            change=change,
            reason=deed.reason,
            actor=deed.actor,
            now=deed.now,
        )
    if listing is not None and row.prices:
        set_prices(session, listing, row.prices, action="prices", actor=deed.actor, now=deed.now)
