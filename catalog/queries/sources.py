"""What the search engines are fed with."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from catalog.models import Category, Listing
from catalog.queries.attributes import definitions
from catalog.queries.points import Point, point_of
from catalog.rules import ListingState
from catalog.rules.attributes import Definition, applying, facet_values, search_words
from catalog.rules.selling import delivered_to
from kernel import places
from kernel.money import price_for
from kernel.quantity import Unit
from kernel.text import fold
from traceability.queries import farm_cards
from vendors.queries import Badge, VendorCard, badges, vendor_cards
from vendors.queries.selling import may_sell

BATCH = 500
EVERYWHERE = "everywhere"

Row = sa.Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Source:
    """Everything a listing is found by, in plain values; labels are "key|vi|en"."""

    code: str
    kind: str
    title: dict[str, str]
    summary: dict[str, str]
    description: dict[str, str]
    category_words: tuple[str, ...]
    categories: tuple[str, ...]
    category_labels: tuple[str, ...]
    vendor_name: str
    vendor_slug: str
    commune: str
    commune_name: str
    place_words: tuple[str, ...]
    schemes: tuple[str, ...]
    stars: tuple[int, ...]
    season_months: tuple[int, ...]
    price_vnd: int
    ranked_at: int
    # Keys of the districts until 2025 in which it may lie, and their names: "key|name".
    districts: tuple[str, ...] = ()
    district_labels: tuple[str, ...] = ()
    # Đồng for a kilogram, a litre or a piece; None: a visit.
    unit_price_vnd: int | None = None
    # Mean of the stars in tenths (10 to 50), and how many gave them.
    rating_tenths: int = 0
    rating_count: int = 0
    # Degrees of WGS 84, of the farm or else of the middle of its commune.
    lat: float = 0.0
    lon: float = 0.0
    # "key=value" of attributes that can be filtered by.
    attributes: tuple[str, ...] = ()
    # Keys of communes it is brought to, or ``EVERYWHERE``; empty: it is fetched, or a visit.
    delivered_to: tuple[str, ...] = (EVERYWHERE,)


_top = aliased(Category)
_SHOWN = (Listing.state == ListingState.PUBLISHED, may_sell(Listing.vendor_id))


def sources(session: Session, listing_ids: Collection[str], *, on: date) -> dict[str, Source]:
    """Return what those of the listings that are shown now are found by, by id."""
    if not listing_ids:
        return {}
    found = _select().where(Listing.id.in_(set(listing_ids)), *_SHOWN)
    rows = session.execute(found).all()
    return dict(zip((row.id for row in rows), _sources(session, rows, on), strict=True))


def all_sources(session: Session, *, on: date) -> Iterator[Source]:
    """Read everything that is shown now, a batch at a time, by id."""
    last = ""
    while rows := session.execute(
        _select().where(Listing.id > last, *_SHOWN).order_by(Listing.id).limit(BATCH)
    ).all():
        yield from _sources(session, rows, on)
        last = rows[-1].id


def count_shown(session: Session) -> int:
    """Return how many listings are shown now."""
    return session.scalar(sa.select(sa.func.count()).select_from(Listing).where(*_SHOWN)) or 0


def listing_ids_of(
    session: Session,
    *,
    vendor_id: str | None = None,
    lot_id: str | None = None,
    category_id: str | None = None,
) -> dict[str, str]:
    """Return the ids and codes of all listings of a vendor, a lot, or a shelf and those beneath."""
    wanted = sa.select(Listing.id, Listing.code)
    if vendor_id is not None:
        wanted = wanted.where(Listing.vendor_id == vendor_id)
    if lot_id is not None:
        wanted = wanted.where(Listing.lot_id == lot_id)
    if category_id is not None:
        stands = sa.or_(Listing.category_id == category_id, Listing.top_category_id == category_id)
        wanted = wanted.where(stands)
    return {row.id: row.code for row in session.execute(wanted)}


def _select() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Listing.id,
            Listing.code,
            Listing.kind,
            Listing.title,
            Listing.summary,
            Listing.description,
            Listing.vendor_id,
            Listing.commune,
            Listing.schemes,
            Listing.season_months,
            Listing.price_vnd,
            Listing.price_per,
            Listing.kilo_vnd,
            Listing.unit,
            Listing.area,
            Listing.area_communes,
            Listing.rating_sum,
            Listing.rating_count,
            Listing.ranked_at,
            Listing.farm_id,
            Listing.attributes,
            Listing.category_id,
            Listing.top_category_id,
            Category.slug.label("leaf"),
            Category.name.label("leaf_name"),
            _top.slug.label("top"),
            _top.name.label("top_name"),
        )
        .join(Category, Category.id == Listing.category_id)
        .join(_top, _top.id == Listing.top_category_id)
    )


def _sources(session: Session, rows: Sequence[Row], on: date) -> list[Source]:
    vendors = vendor_cards(session, {row.vendor_id for row in rows})
    held = badges(session, {row.vendor_id for row in rows if row.schemes}, on=on)
    farms = farm_cards(session, {row.farm_id for row in rows if row.farm_id})
    asked = definitions(session) if any(row.attributes for row in rows) else ()
    return [
        _source(
            row,
            vendors[row.vendor_id],
            held.get(row.vendor_id, []),
            point_of(row.commune, farms.get(row.farm_id)),
            asked,
        )
        for row in rows
    ]


def _source(
    row: Row, vendor: VendorCard, held: list[Badge], point: Point, asked: Sequence[Definition]
) -> Source:
    commune = places.commune(row.commune)
    proved = _proofs(row, held)
    districts = places.former_districts(row.commune)
    shelves = {row.leaf: row.leaf_name, row.top: row.top_name}
    own = applying(asked, row.kind.value, {row.category_id, row.top_category_id})
    return Source(
        code=row.code,
        kind=row.kind.value,
        title=row.title,
        summary=row.summary,
        description=row.description,
        category_words=tuple(word for name in shelves.values() for word in name.values())
        + search_words(own, row.attributes),
        attributes=facet_values(own, row.attributes),
        categories=tuple(shelves),
        category_labels=tuple(
            f"{slug}|{name.get('vi', '')}|{name.get('en', '')}" for slug, name in shelves.items()
        ),
        vendor_name=vendor.name,
        vendor_slug=vendor.slug,
        commune=row.commune,
        commune_name=commune.short,
        place_words=(commune.name, *sorted(places.former_names(row.commune))),
        schemes=tuple(sorted({badge.scheme.value for badge in proved})),
        stars=tuple(sorted({badge.stars for badge in proved if badge.stars})),
        season_months=tuple(row.season_months),
        price_vnd=row.price_vnd,
        ranked_at=int(row.ranked_at.timestamp()),
        districts=tuple(districts),
        district_labels=tuple(f"{key}|{name}" for key, name in districts.items()),
        unit_price_vnd=_unit_price(row),
        rating_tenths=round(10 * row.rating_sum / row.rating_count) if row.rating_count else 0,
        rating_count=row.rating_count,
        lat=point.lat,
        lon=point.lon,
        delivered_to=_delivered_to(row),
    )


def _proofs(row: Row, held: list[Badge]) -> list[Badge]:
    """Return the badges of the schemes claimed; one given to another product proves nothing.

    A certificate is for what its scope names; without any that names this, all are its.
    """
    title = fold(row.title.get("vi", ""))
    proved = [badge for badge in held if badge.scheme.value in row.schemes]
    own = {badge.scheme for badge in proved if _names(badge, title)}
    return [badge for badge in proved if badge.scheme not in own or _names(badge, title)]


def _names(badge: Badge, title: str) -> bool:
    scope = fold(badge.scope.get("vi", ""))
    return bool(scope) and f" {scope} " in f" {title} "


def _delivered_to(row: Row) -> tuple[str, ...]:
    if row.unit is None:
        return ()
    where = delivered_to(row.area, row.area_communes)
    return (EVERYWHERE,) if where is None else tuple(sorted(where))


def _unit_price(row: Row) -> int | None:
    if row.unit is None:
        return None
    if row.kilo_vnd is not None:
        # What is weighed once it is packed is priced by the kilogram.
        return int(row.kilo_vnd)
    per = 1000 if row.unit in {Unit.GRAM, Unit.MILLILITRE} else 1
    return price_for(row.price_vnd, row.price_per, per)
