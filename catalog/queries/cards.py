"""Listings as cards on the shelves: at most five statements however many there are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing
from catalog.queries.categories import category_of
from catalog.queries.sending import NOTHING_KNOWN, Sending, Stocked, sendings
from catalog.rules import (
    CardBadge,
    ListingKind,
    ListingState,
    Mark,
    badge_for,
)
from catalog.rules.pricing import Priced, per_of
from catalog.rules.season import SeasonState, season_state
from catalog.rules.selling import Preorder
from kernel import claims
from kernel.clock import local_date
from kernel.pages import Page
from kernel.quantity import Unit
from vendors.queries import Badge, VendorCard, badges, vendor_cards
from vendors.queries.selling import may_sell

MOST_PAGES = 200

Row = sa.Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Photo:
    """A picture of a listing; files are /media/pictures/... by its digest."""

    digest: str
    width: int
    height: int
    placeholder: str
    alt: dict[str, str] = field(default_factory=dict)
    # Its words were suggested, and nobody has looked at them.
    unseen: bool = False


@dataclass(frozen=True)
class Card:
    """A listing on a shelf. ``available`` is never stale: stock, holds and lot of this moment.

    Of an experience it is true; seats are counted by `bookings.queries.departures`
    and shown by `with_seats`.
    """

    id: str
    code: str
    slug: str
    kind: ListingKind
    title: dict[str, str]
    vendor_id: str
    vendor_name: str
    vendor_slug: str
    commune: str
    price_vnd: int
    price_per: int
    unit: Unit | None
    piece_name: dict[str, str]
    badge: CardBadge | None
    lot_code: str | None
    trace_code: str | None
    art: str
    tint: str
    photo: Photo | None
    rating: float | None
    rating_count: int
    preorder_from: date | None
    preorder_until: date | None
    available: bool
    season_months: tuple[int, ...] = ()
    # What the badge was chosen from, for `with_seats`.
    marks: tuple[Mark, ...] = ()
    in_season: bool = False
    # The vendor is away and sells again from this day.
    back_on: date | None = None
    # Until which month it is in season, or from which on; None: all year.
    season: SeasonState | None = None
    # Weighed once it is packed: the price is an estimate, this is sure.
    kilo_vnd: int | None = None
    # Its price falls with the quantity, or the size of the group.
    has_tiers: bool = False

    @property
    def unit_vnd(self) -> int:
        """Return what a kilogram, a litre, a piece or a person costs."""
        return self.kilo_vnd or Priced(self.price_per, self.price_vnd, self.per).unit_vnd

    @property
    def per(self) -> int:
        """Return what the price of a unit is for: 1000 g, 1000 ml, one piece, one person."""
        return per_of(self.unit)


_COLUMNS = (
    Listing.id,
    Listing.code,
    Listing.slug,
    Listing.kind,
    Listing.title,
    Listing.vendor_id,
    Listing.commune,
    Listing.price_vnd,
    Listing.price_per,
    Listing.pack_size,
    Listing.unit,
    Listing.piece_name,
    Listing.bucket_id,
    Listing.lot_id,
    Listing.art,
    Listing.tint,
    Listing.photos,
    Listing.schemes,
    Listing.season_months,
    Listing.rating_sum,
    Listing.rating_count,
    Listing.preorder_from,
    Listing.preorder_until,
    Listing.preorder_bucket_id,
    Listing.by_lots,
    Listing.kilo_vnd,
    Listing.tiers,
)

_ON_SHELF = (Listing.state == ListingState.PUBLISHED, may_sell(Listing.vendor_id))
# Said once: to build a statement costs a page more than to run it.
_KEYS: sa.BindParameter[str] = sa.bindparam("keys", expanding=True)
_BY_ID = sa.select(*_COLUMNS).where(Listing.id.in_(_KEYS), *_ON_SHELF)
_BY_CODE = sa.select(*_COLUMNS).where(Listing.code.in_(_KEYS), *_ON_SHELF)
# Newest first; equal instants keep their order by id.
_ORDER = (Listing.ranked_at.desc(), Listing.id.desc())


def shelf(
    session: Session,
    *,
    now: datetime,
    category: str | None = None,
    kind: ListingKind | None = None,
    vendor_id: str | None = None,
    in_season_month: int | None = None,
    page: int = 1,
    per_page: int = 24,
) -> Page[Card]:
    """Return a page of what is sold now, newest first; ``category`` is a slug.

    An unknown category has nothing on it.
    """
    found = sa.select(*_COLUMNS).where(*_ON_SHELF).order_by(*_ORDER)
    if category is not None:
        node = category_of(session, category)
        if node is None:
            return Page((), page, has_next=False)
        column = Listing.category_id if node.parent_id else Listing.top_category_id
        found = found.where(column == node.id)
    if kind is not None:
        found = found.where(Listing.kind == kind)
    if vendor_id is not None:
        found = found.where(Listing.vendor_id == vendor_id)
    if in_season_month is not None:
        found = found.where(in_month(in_season_month))
    return _page(session, found, page, per_page, now)


def in_month(month: int) -> sa.ColumnElement[bool]:
    """Return the condition that a listing is in season in a month (1 to 12)."""
    # Numbers in the statement, not parameters: only so does a database see that
    # the index of the month holds the answer.
    bit: sa.ColumnClause[int] = sa.literal_column(str(1 << (month - 1)))
    return Listing.season_mask.bitwise_and(bit) != sa.literal_column("0")


def cards_where(
    session: Session,
    where: Sequence[sa.ColumnElement[bool]],
    *,
    order: Sequence[sa.SQLColumnExpression[Any]] = _ORDER,
    now: datetime,
    page: int = 1,
    per_page: int = 24,
) -> Page[Card]:
    """Return a page of what is sold now and meets conditions of the other reads of this room."""
    found = sa.select(*_COLUMNS).where(*_ON_SHELF, *where).order_by(*order)
    return _page(session, found, page, per_page, now)


def cards(session: Session, listing_ids: Sequence[str], *, now: datetime) -> list[Card]:
    """Return the cards of listings that are sold now, in the order asked for."""
    by_id = {card.id: card for card in _read(session, _BY_ID, listing_ids, now)}
    return [by_id[key] for key in listing_ids if key in by_id]


def cards_by_code(session: Session, codes: Sequence[str], *, now: datetime) -> list[Card]:
    """Return the cards of listings that are sold now, in the order asked for (search hits)."""
    by_code = {card.code: card for card in _read(session, _BY_CODE, codes, now)}
    return [by_code[code] for code in codes if code in by_code]


def listings_by_farm(
    session: Session, farm_id: str, *, now: datetime, limit: int = 12
) -> list[Card]:
    """Return what a farm sells and shows now, newest first."""
    found = sa.select(*_COLUMNS).where(*_ON_SHELF, Listing.farm_id == farm_id)
    return _cards(session, session.execute(found.order_by(*_ORDER).limit(limit)).all(), now)


def with_seats(found: Sequence[Card], seats: Mapping[str, int]) -> list[Card]:
    """Return cards of experiences with the seats left at the next start, by listing id.

    An experience that is not among ``seats`` has no start to book.
    """
    return [
        replace(
            card,
            available=seats.get(card.id, 0) > 0,
            badge=badge_for(
                preorder_until=None,
                marks=card.marks,
                seats=seats.get(card.id),
                season=card.in_season,
            ),
        )
        if card.kind is ListingKind.EXPERIENCE
        else card
        for card in found
    ]


def _page(
    session: Session, found: sa.Select[*tuple[Any, ...]], page: int, per_page: int, now: datetime
) -> Page[Card]:
    page = min(max(page, 1), MOST_PAGES)
    rows = session.execute(found.offset((page - 1) * per_page).limit(per_page + 1)).all()
    # Of a page, what nobody sells just now stands last: the shelf itself follows its index.
    shown = sorted(_cards(session, rows[:per_page], now), key=lambda card: bool(card.back_on))
    made = Page.cut(shown, page, per_page)
    return replace(made, has_next=len(rows) > per_page)


def _read(
    session: Session, found: sa.Select[*tuple[Any, ...]], keys: Collection[str], now: datetime
) -> list[Card]:
    rows = session.execute(found, {"keys": list(set(keys))}).all()
    return _cards(session, rows, now)


@dataclass(frozen=True)
class _Around:
    """What belongs to a page of cards, read in one statement each."""

    vendors: Mapping[str, VendorCard]
    badges: Mapping[str, list[Badge]]
    sending: Mapping[str, Sending]
    free: Mapping[str, int]
    on: date


def _cards(session: Session, rows: Sequence[Row], now: datetime) -> list[Card]:
    if not rows:
        return []
    on = local_date(now)
    buckets = [_bucket_of(row, on) for row in rows if row.bucket_id]
    stocked = [Stocked(row.id, row.lot_id, row.by_lots) for row in rows if row.lot_id]
    claiming = {row.vendor_id for row in rows if row.schemes}
    around = _Around(
        vendors=vendor_cards(session, {row.vendor_id for row in rows}),
        badges=badges(session, claiming, on=on),
        sending=sendings(session, stocked, on=on),
        free=claims.available(session, buckets, now=now) if buckets else {},
        on=on,
    )
    return [_card(row, around) for row in rows]


_COPIED = (
    "id", "code", "slug", "kind", "title", "vendor_id", "commune", "price_vnd", "price_per", "unit",
    "piece_name", "art", "tint", "rating_count", "preorder_from", "preorder_until", "kilo_vnd",
)  # fmt: skip


def _card(row: Row, around: _Around) -> Card:
    vendor = around.vendors[row.vendor_id]
    sending = _sending(row, around)
    lot = sending.lot
    marks = marks_of(row.schemes, around.badges.get(row.vendor_id, ()))
    season = season_state(row.season_months, around.on)
    is_on = season is not None and season.is_on
    return Card(
        **{name: row._mapping[name] for name in _COPIED},
        vendor_name=vendor.name,
        vendor_slug=vendor.slug,
        back_on=vendor.back_on(around.on),
        badge=badge_for(
            preorder_until=row.preorder_until if _is_ahead(row, around.on) else None,
            marks=marks,
            seats=None,
            season=is_on,
        ),
        lot_code=lot.code if lot else None,
        trace_code=lot.trace_code if lot else None,
        photo=Photo(**row.photos[0]) if row.photos else None,
        rating=rating_of(row.rating_sum, row.rating_count),
        available=_is_available(row, sending, around),
        season_months=tuple(row.season_months),
        marks=marks,
        in_season=is_on,
        season=season,
        has_tiers=bool(row.tiers),
    )


def _is_ahead(row: Row, on: date) -> bool:
    return Preorder(row.preorder_from, row.preorder_until).is_open(on)


def _bucket_of(row: Row, on: date) -> str:
    """Return what counts how much there is: what may be ordered ahead, or the stock."""
    ahead = row.preorder_bucket_id if _is_ahead(row, on) else None
    return str(ahead or row.bucket_id)


def _sending(row: Row, around: _Around) -> Sending:
    # What is ordered ahead comes from a harvest to come.
    if _bucket_of(row, around.on) == row.preorder_bucket_id:
        return NOTHING_KNOWN
    return around.sending.get(row.id, NOTHING_KNOWN)


def _is_available(row: Row, sending: Sending, around: _Around) -> bool:
    if row.kind is ListingKind.EXPERIENCE:
        return True
    free = around.free.get(_bucket_of(row, around.on), 0)
    return bool(sending.sellable(free) >= row.pack_size)


def marks_of(schemes: Collection[str], held: Collection[Badge]) -> tuple[Mark, ...]:
    """Return the claimed schemes behind which a certificate stands."""
    return tuple(Mark(badge.scheme, badge.stars) for badge in held if badge.scheme.value in schemes)


def rating_of(total: int, count: int) -> float | None:
    """Return the mean rating, or None without any."""
    return total / count if count else None
