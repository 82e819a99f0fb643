"""Everything about one listing, for its page: at most five statements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Category, Listing, Review, Variant
from catalog.queries.cards import Photo, rating_of
from catalog.queries.offers import ahead_of, limits_of
from catalog.queries.plans import price_valid_until
from catalog.queries.sending import NOTHING_KNOWN, Sending, Stocked, sendings
from catalog.rules import (
    GONE,
    CardBadge,
    ListingKind,
    ListingState,
    Mark,
    badge_for,
)
from catalog.rules.label import Allergen, LabelField
from catalog.rules.pricing import Priced, Tier, Weight, per_of, read_tiers
from catalog.rules.season import SeasonState, season_state
from catalog.rules.selling import DeliveryArea, Limits, Preorder
from kernel import claims
from kernel.buckets import Bucket
from kernel.clock import local_date
from kernel.pages import Page
from kernel.quantity import Unit
from traceability.queries import LotCard
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
    # It is weighed once it is packed: the price is an estimate.
    weight: Weight | None = None


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
    # The lot that is sent next, its last good day, and whether any of them is on hold or too old.
    lot: LotCard | None
    best_before: date | None
    is_on_hold: bool
    is_spoiled: bool
    by_weight: bool
    kilo_vnd: int | None
    tiers: tuple[Tier, ...]
    limits: Limits
    area: DeliveryArea
    area_communes: tuple[str, ...]
    label: tuple[tuple[LabelField, dict[str, str]], ...]
    allergens: tuple[Allergen, ...]
    safety: dict[str, str]
    season: SeasonState | None
    # With the cap, where what may be ordered ahead is counted by itself.
    ahead: Preorder
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
    # When the next planned price begins or ends.
    price_until: datetime | None = None

    @property
    def is_shown(self) -> bool:
        """Tell whether it stands on the shelves."""
        return self.state is ListingState.PUBLISHED

    @property
    def is_gone(self) -> bool:
        """Tell whether its page is withdrawn from the public."""
        return self.state in GONE

    @property
    def unit_vnd(self) -> int:
        """Return what a kilogram, a litre, a piece or a person costs at the usual price."""
        return _usual(self.price_vnd, self.price_per, self.unit, self.kilo_vnd)

    @property
    def per(self) -> int:
        """Return what prices of a unit are for: 1000 g, 1000 ml, one piece, one person."""
        return per_of(self.unit)

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
            *(getattr(Variant, name).label(f"pack_{name}") for name in _WEIGHT),
            Bucket.on_hand.label("cap"),
            price_valid_until(Listing.id).label("price_until"),
        )
        .join(Category, Category.id == Listing.category_id)
        .outerjoin(Bucket, Bucket.id == Listing.preorder_bucket_id)
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
    ahead = ahead_of(row, row.cap)
    sending, available = _supply(session, row, ahead, now)
    held = badges(session, [row.vendor_id], on=on)[row.vendor_id] if row.schemes else []
    proved = tuple(badge for badge in held if badge.scheme.value in row.schemes)
    state = _shown_state(row.state, vendor)
    may_buy = state is ListingState.PUBLISHED
    season = season_state(row.season_months, on)
    return ListingPage(
        **_copied(row),
        **_terms(row),
        state=state,
        vendor=vendor,
        badges=proved,
        badge=badge_for(
            preorder_until=row.preorder_until if ahead.is_open(on) else None,
            marks=[Mark(badge.scheme, badge.stars) for badge in proved],
            seats=None,
            season=season is not None and season.is_on,
        ),
        packs=tuple(
            _pack(pack, row.unit, may_buy and available >= pack.pack_of)
            for pack in rows
            if pack.pack_id
        ),
        available=available,
        lot=sending.lot,
        best_before=sending.best_before,
        is_on_hold=sending.on_hold,
        is_spoiled=sending.spoiled,
        season=season,
        in_season=season is not None and season.is_on,
        ahead=ahead,
        is_preorder=ahead.is_open(on),
        photos=tuple(Photo(**photo) for photo in row.photos),
        rating=rating_of(row.rating_sum, row.rating_count),
    )


def _supply(session: Session, row: Row, ahead: Preorder, now: datetime) -> tuple[Sending, int]:
    """Return what is sent next and how much there is: of the stock, or of what may be ordered ahead."""
    on = local_date(now)
    if row.preorder_bucket_id and ahead.is_open(on):
        free = claims.available(session, [row.preorder_bucket_id], now=now)
        return NOTHING_KNOWN, free[row.preorder_bucket_id]
    if row.lot_id:
        stocked = Stocked(row.id, row.lot_id, row.by_lots)
        sending = sendings(session, [stocked], on=on)[row.id]
    else:
        sending = NOTHING_KNOWN
    free = claims.available(session, [row.bucket_id], now=now) if row.bucket_id else {}
    return sending, sending.sellable(free.get(row.bucket_id, 0))


def _terms(row: Row) -> dict[str, Any]:
    """Return the conditions of a row, ready to be shown; steps that lower nothing are left out."""
    usual = _usual(row.price_vnd, row.price_per, row.unit, row.kilo_vnd)
    tiers = (tier for tier in read_tiers(row.tiers) if tier.price_vnd < usual)
    return {
        "tiers": tuple(tiers),
        "limits": limits_of(row),
        "area_communes": tuple(row.area_communes),
        "label": tuple((one, row.label[one.value]) for one in LabelField if one.value in row.label),
        "allergens": tuple(Allergen(value) for value in row.allergens),
        "season_months": tuple(row.season_months),
    }


def _usual(price_vnd: int, price_per: int, unit: Unit | None, kilo_vnd: int | None) -> int:
    return kilo_vnd or Priced(price_per, price_vnd, per_of(unit)).unit_vnd


_COPIED = (
    "id", "code", "slug", "kind", "title", "summary", "description", "commune", "category_name",
    "category_slug", "unit", "piece_name", "price_vnd", "price_per", "bucket_id", "farm_id",
    "preorder_from", "preorder_until", "art", "tint", "rating_count", "published_at", "by_weight",
    "kilo_vnd", "area", "safety", "attributes", "price_until",
)  # fmt: skip


def _copied(row: Row) -> dict[str, Any]:
    return {name: row._mapping[name] for name in _COPIED}


def _shown_state(state: ListingState, vendor: VendorCard) -> ListingState:
    """Return the state that the public sees: a suspended vendor's goods are gone at once."""
    if state in {ListingState.PUBLISHED, ListingState.PAUSED} and not vendor.is_open:
        return ListingState.WITHHELD
    return state


_WEIGHT = ("least_g", "nominal_g", "most_g", "kilo_vnd")


def _pack(row: Row, unit: Unit, sellable: bool) -> Pack:  # noqa: FBT001
    weight = (
        Weight(row.pack_least_g, row.pack_nominal_g, row.pack_most_g, row.pack_kilo_vnd)
        if row.pack_kilo_vnd is not None
        else None
    )
    priced = Priced(row.pack_of, row.pack_price, per_of(unit), weight)
    return Pack(
        id=row.pack_id,
        label=row.pack_label,
        size=row.pack_of,
        price_vnd=row.pack_price,
        unit_price_vnd=priced.unit_vnd,
        per=priced.per,
        sellable=sellable,
        weight=weight,
    )
