"""Everything about one listing, for its page: at most five statements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Category, Listing, Review, Variant
from catalog.queries.cards import Photo, rating_of
from catalog.rules import (
    GONE,
    CardBadge,
    ListingKind,
    ListingState,
    Mark,
    badge_for,
    in_season,
    is_preorder,
)
from kernel import claims
from kernel.clock import local_date
from kernel.money import price_for
from kernel.pages import Page
from kernel.quantity import Unit
from traceability.queries import LotCard, lot_cards
from vendors.queries import Badge, VendorCard, badges, vendor_cards

Row = sa.Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Pack:
    """A pack size on the listing's page; ``sellable`` at this moment."""

    id: str
    label: dict[str, str]
    size: int
    price_vnd: int
    # The same money for ``per`` units (1000 g, 1000 ml, one piece).
    unit_price_vnd: int
    per: int
    sellable: bool


@dataclass(frozen=True)
class ListingPage:
    """A listing as the public sees it.

    ``state`` is PUBLISHED only while its vendor may sell. ``is_gone``: answer 410
    with a neutral notice; a state that is neither PUBLISHED nor PAUSED nor gone
    has no public page. ``available`` is in ``unit``; 0 for experiences.
    """

    id: str
    code: str
    slug: str
    kind: ListingKind
    state: ListingState
    title: dict[str, str]
    summary: dict[str, str]
    description: dict[str, str]
    commune: str
    category_name: dict[str, str]
    category_slug: str
    vendor: VendorCard
    badges: tuple[Badge, ...]
    badge: CardBadge | None
    unit: Unit | None
    piece_name: dict[str, str]
    price_vnd: int
    price_per: int
    packs: tuple[Pack, ...]
    bucket_id: str | None
    available: int
    lot: LotCard | None
    farm_id: str | None
    season_months: tuple[int, ...]
    in_season: bool
    is_preorder: bool
    preorder_from: date | None
    preorder_until: date | None
    photos: tuple[Photo, ...]
    art: str
    tint: str
    rating: float | None
    rating_count: int
    published_at: datetime | None
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def is_shown(self) -> bool:
        """Tell whether it stands on the shelves."""
        return self.state is ListingState.PUBLISHED

    @property
    def is_gone(self) -> bool:
        """Tell whether its page is withdrawn from the public."""
        return self.state in GONE

    @property
    def is_on_hold(self) -> bool:
        """Tell whether its lot may not be sold."""
        return self.lot is not None and not self.lot.is_open

    @property
    def sellable(self) -> bool:
        """Tell whether any pack can be bought now."""
        return any(pack.sellable for pack in self.packs)


@dataclass(frozen=True)
class ReviewCard:
    """What a buyer said."""

    id: str
    author_name: str
    rating: int
    body: str
    lang: str
    created_at: datetime


@dataclass(frozen=True)
class Titled:
    """A listing that a review leads to."""

    code: str
    slug: str
    title: dict[str, str]


@dataclass(frozen=True)
class VendorReviews:
    """The newest that buyers said of all that a vendor offers; ``of`` names each one's listing."""

    average: float | None
    count: int
    newest: Sequence[ReviewCard]
    of: dict[str, Titled]


def listing_page(session: Session, code: str, *, now: datetime) -> ListingPage | None:
    """Return a listing by its code, in any state."""
    rows = session.execute(
        sa.select(
            *Listing.__table__.columns,
            Category.name.label("category_name"),
            Category.slug.label("category_slug"),
            Variant.id.label("pack_id"),
            Variant.label.label("pack_label"),
            Variant.size.label("pack_of"),
            Variant.price_vnd.label("pack_price"),
        )
        .join(Category, Category.id == Listing.category_id)
        .outerjoin(Variant, sa.and_(Variant.listing_id == Listing.id, Variant.active))
        .where(Listing.code == code)
        .order_by(Variant.position, Variant.id)
    ).all()
    return _page(session, rows, now) if rows else None


def reviews(
    session: Session, listing_id: str, *, limit: int = 10, page: int = 1
) -> Page[ReviewCard]:
    """Return what buyers said of a listing, newest first (one statement)."""
    rows = session.execute(
        sa.select(*_REVIEW)
        .where(Review.listing_id == listing_id)
        .order_by(Review.created_at.desc(), Review.id.desc())
        .offset((page - 1) * limit)
        .limit(limit + 1)
    )
    return Page.cut([ReviewCard(**row._mapping) for row in rows], page, limit)


def vendor_reviews(session: Session, vendor_id: str, *, limit: int = 5) -> VendorReviews:
    """Return what buyers said of the listings a vendor shows (one statement)."""
    count, total = sa.func.count().over(), sa.func.sum(Review.rating).over()
    rows = session.execute(
        sa.select(
            *_REVIEW,
            Listing.code,
            Listing.slug,
            Listing.title,
            count.label("all"),
            total.label("total"),
        )
        .join(Listing, Listing.id == Review.listing_id)
        .where(Listing.vendor_id == vendor_id, Listing.state == ListingState.PUBLISHED)
        .order_by(Review.created_at.desc(), Review.id.desc())
        .limit(limit)
    ).all()
    return VendorReviews(
        average=rating_of(int(rows[0].total), rows[0].all) if rows else None,
        count=rows[0].all if rows else 0,
        newest=[
            ReviewCard(row.id, row.author_name, row.rating, row.body, row.lang, row.created_at)
            for row in rows
        ],
        of={row.id: Titled(row.code, row.slug, row.title) for row in rows},
    )


_REVIEW = (
    Review.id,
    Review.author_name,
    Review.rating,
    Review.body,
    Review.lang,
    Review.created_at,
)


def _page(session: Session, rows: Sequence[Row], now: datetime) -> ListingPage:
    row, on = rows[0], local_date(now)
    vendor = vendor_cards(session, [row.vendor_id])[row.vendor_id]
    lot = lot_cards(session, [row.lot_id]).get(row.lot_id) if row.lot_id else None
    free = claims.available(session, [row.bucket_id], now=now) if row.bucket_id else {}
    held = badges(session, [row.vendor_id], on=on)[row.vendor_id] if row.schemes else []
    proved = tuple(badge for badge in held if badge.scheme.value in row.schemes)
    available = free.get(row.bucket_id, 0)
    state = _shown_state(row.state, vendor)
    may_buy = state is ListingState.PUBLISHED and (lot is None or lot.is_open)
    ahead = is_preorder(row.preorder_from, row.preorder_until, on)
    season = in_season(row.season_months, on)
    return ListingPage(
        **_copied(row),
        state=state,
        vendor=vendor,
        badges=proved,
        badge=badge_for(
            preorder_until=row.preorder_until if ahead else None,
            marks=[Mark(badge.scheme, badge.stars) for badge in proved],
            seats=None,
            season=season,
        ),
        packs=tuple(
            _pack(pack, row.unit, may_buy and available >= pack.pack_of)
            for pack in rows
            if pack.pack_id
        ),
        available=available,
        lot=lot,
        season_months=tuple(row.season_months),
        in_season=season,
        is_preorder=ahead,
        photos=tuple(Photo(**photo) for photo in row.photos),
        rating=rating_of(row.rating_sum, row.rating_count),
    )


_COPIED = (
    "id", "code", "slug", "kind", "title", "summary", "description", "commune", "category_name",
    "category_slug", "unit", "piece_name", "price_vnd", "price_per", "bucket_id", "farm_id",
    "preorder_from", "preorder_until", "art", "tint", "rating_count", "published_at",
    "attributes",
)  # fmt: skip


def _copied(row: Row) -> dict[str, Any]:
    return {name: row._mapping[name] for name in _COPIED}


def _shown_state(state: ListingState, vendor: VendorCard) -> ListingState:
    """Return the state that the public sees: a suspended vendor's goods are gone at once."""
    if state in {ListingState.PUBLISHED, ListingState.PAUSED} and not vendor.is_open:
        return ListingState.WITHHELD
    return state


def _pack(row: Row, unit: Unit, sellable: bool) -> Pack:  # noqa: FBT001
    per = 1 if unit not in {Unit.GRAM, Unit.MILLILITRE} else 1000
    return Pack(
        id=row.pack_id,
        label=row.pack_label,
        size=row.pack_of,
        price_vnd=row.pack_price,
        unit_price_vnd=price_for(row.pack_price, row.pack_of, per),
        per=per,
        sellable=sellable,
    )
