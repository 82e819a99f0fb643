"""A vendor's own listings as lists to work in: what each lacks, and prices and stock in one table."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, StockGap, Variant
from catalog.queries.cards import Photo
from catalog.rules import EDITABLE, ListingKind, ListingState
from kernel import claims
from kernel.claims import Bucket
from kernel.pages import Page
from kernel.quantity import Unit
from kernel.text import fold

FEW_PACKS = 5
"""Stock for fewer of the smallest packs than this is low."""

_COLUMNS = (
    Listing.id,
    Listing.code,
    Listing.vendor_id,
    Listing.kind,
    Listing.title,
    Listing.summary,
    Listing.state,
    Listing.price_vnd,
    Listing.price_per,
    Listing.pack_size,
    Listing.unit,
    Listing.piece_name,
    Listing.art,
    Listing.tint,
    Listing.photos,
    Listing.bucket_id,
    Listing.by_lots,
    Listing.version,
)


@dataclass(frozen=True)
class BenchRow:
    """A listing in its vendor's list; ``free`` is what can still be sold, in ``unit``."""

    code: str
    vendor_id: str
    kind: ListingKind
    title: dict[str, str]
    state: ListingState
    price_vnd: int
    price_per: int
    unit: Unit | None
    piece_name: dict[str, str]
    art: str
    tint: str
    photo: Photo | None
    free: int | None
    # What it lacks: "photo", "english", "stock", "goods" (more is sold than its lots hold).
    lacks: tuple[str, ...]


@dataclass(frozen=True)
class GridPack:
    """A price in the table; ``id`` is None for the one price of an experience."""

    id: str | None
    label: dict[str, str]
    price_vnd: int
    # It is weighed later: this is the price of a kilogram.
    by_kilo: bool = False


@dataclass(frozen=True)
class GridRow:
    """A listing in the table of prices and stock; ``on_hand`` in ``unit``, None for experiences."""

    code: str
    vendor_id: str
    title: dict[str, str]
    state: ListingState
    version: int
    unit: Unit | None
    piece_name: dict[str, str]
    art: str
    tint: str
    photo: Photo | None
    packs: tuple[GridPack, ...]
    on_hand: int | None
    allocated: int
    # More of it is taken in from a lot, on the page of the listing.
    by_lots: bool = False


def bench_listings(
    session: Session,
    *,
    vendor_id: str,
    states: Collection[ListingState],
    words: str = "",
    now: datetime,
    page: int = 1,
    size: int = 30,
) -> Page[BenchRow]:
    """Return a vendor's listings in some states whose name or code holds words, newest first."""
    page = min(max(page, 1), 1000)
    found = (
        sa.select(*_COLUMNS, StockGap.missing)
        .outerjoin(StockGap, StockGap.listing_id == Listing.id)
        .where(Listing.vendor_id == vendor_id, Listing.state.in_(states), *_said(words))
        .order_by(Listing.ranked_at.desc(), Listing.id.desc())
    )
    rows = session.execute(found.offset((page - 1) * size).limit(size + 1)).all()
    buckets = [row.bucket_id for row in rows if row.bucket_id]
    free = claims.available(session, buckets, now=now) if buckets else {}
    return Page.cut([_bench_row(row, free.get(row.bucket_id)) for row in rows], page, size)


def state_counts(
    session: Session, *, vendor_id: str, words: str = ""
) -> Mapping[ListingState, int]:
    """Return how many listings of a vendor are in each state (one statement)."""
    rows = session.execute(
        sa.select(Listing.state, sa.func.count())
        .where(Listing.vendor_id == vendor_id, *_said(words))
        .group_by(Listing.state)
    )
    return {row[0]: row[1] for row in rows}


def short_listings(session: Session, *, vendor_id: str) -> Mapping[str, dict[str, str]]:
    """Return the titles of what more was sold of than its lots hold, by code, the oldest first."""
    rows = session.execute(
        sa.select(Listing.code, Listing.title)
        .join(StockGap, StockGap.listing_id == Listing.id)
        .where(StockGap.vendor_id == vendor_id, StockGap.missing > 0)
        .order_by(StockGap.since, Listing.code)
    )
    return {row.code: row.title for row in rows}


def grid_page(session: Session, *, vendor_id: str, page: int = 1, size: int = 25) -> Page[GridRow]:
    """Return a page of what a vendor may change, with packs and stock (two statements)."""
    page = min(max(page, 1), 1000)
    wanted = _grid(vendor_id).where(Listing.state.in_(EDITABLE))
    rows = session.execute(wanted.offset((page - 1) * size).limit(size + 1)).all()
    return Page.cut(_grid_rows(session, rows), page, size)


def grid_rows(session: Session, *, vendor_id: str, codes: Collection[str]) -> Sequence[GridRow]:
    """Return some listings of a vendor as the table shows them (two statements)."""
    wanted = _grid(vendor_id).where(Listing.code.in_(codes))
    return _grid_rows(session, session.execute(wanted).all())


def _said(words: str) -> Sequence[sa.ColumnElement[bool]]:
    wanted = words.strip()[:80]
    if not wanted:
        return ()
    by_name = Listing.folded.contains(fold(wanted), autoescape=True)
    return (sa.or_(by_name, Listing.code == wanted.upper()),)


def _bench_row(row: Any, free: int | None) -> BenchRow:
    names = (
        "code", "vendor_id", "kind", "title", "state", "price_vnd", "price_per", "unit",
        "piece_name", "art", "tint",
    )  # fmt: skip
    return BenchRow(
        **{name: row._mapping[name] for name in names},
        photo=Photo(**row.photos[0]) if row.photos else None,
        free=free,
        lacks=tuple(_lacks(row, free)),
    )


def _lacks(row: Any, free: int | None) -> list[str]:
    found = [] if row.photos else ["photo"]
    if not (row.title.get("en") and row.summary.get("en")):
        found.append("english")
    if free is not None and free < FEW_PACKS * row.pack_size:
        found.append("stock")
    return ["goods", *found] if row.missing else found


def _grid(vendor_id: str) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(*_COLUMNS, Bucket.on_hand, Bucket.allocated)
        .outerjoin(Bucket, Bucket.id == Listing.bucket_id)
        .where(Listing.vendor_id == vendor_id)
        .order_by(Listing.folded, Listing.id)
    )


def _grid_rows(session: Session, rows: Sequence[Any]) -> list[GridRow]:
    packs = _packs(session, [row.id for row in rows])
    return [_grid_row(row, packs.get(row.id, ())) for row in rows]


def _grid_row(row: Any, packs: Sequence[GridPack]) -> GridRow:
    names = (
        "code", "vendor_id", "title", "state", "version", "unit", "piece_name", "art", "tint",
        "on_hand", "by_lots",
    )  # fmt: skip
    seat = (GridPack(None, {}, row.price_vnd),)
    return GridRow(
        **{name: row._mapping[name] for name in names},
        photo=Photo(**row.photos[0]) if row.photos else None,
        packs=tuple(packs) if row.unit is not None else seat,
        allocated=row.allocated or 0,
    )


def _packs(session: Session, ids: Sequence[str]) -> dict[str, list[GridPack]]:
    rows = session.execute(
        sa.select(Variant)
        .where(Variant.listing_id.in_(ids), Variant.active)
        .order_by(Variant.position, Variant.id)
    ).scalars()
    found: dict[str, list[GridPack]] = {}
    for row in rows:
        weighed = row.kilo_vnd is not None
        price = row.kilo_vnd if row.kilo_vnd is not None else row.price_vnd
        pack = GridPack(row.id, row.label, price, weighed)
        found.setdefault(row.listing_id, []).append(pack)
    return found
