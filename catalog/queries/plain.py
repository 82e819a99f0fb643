"""Finding without an engine: what the database can answer by itself, newest first or by price."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Category, Listing
from catalog.queries.cards import Card, cards_where, in_month
from catalog.rules import ListingKind
from kernel import places
from kernel.clock import local_date
from kernel.pages import Page
from kernel.text import fold
from vendors.queries.selling import is_certified, is_one_of
from vendors.rules import Scheme

MOST_WORDS, MOST_LETTERS = 8, 200
NEWEST = (Listing.ranked_at.desc(), Listing.id.desc())


@dataclass(frozen=True)
class Wanted:
    """What a hit must be, as `catalog.search.engine.Filters` says it; of several values any will do.

    Prices per kilogram, distances and where it is brought are for engines only.
    """

    words: str = ""
    kinds: Collection[str] = ()
    categories: Collection[str] = ()
    communes: Collection[str] = ()
    districts: Collection[str] = ()
    schemes: Collection[str] = ()
    vendors: Collection[str] = ()
    price_from: int | None = None
    price_to: int | None = None
    rating_from: int | None = None
    month: int | None = None
    codes: Collection[str] | None = None


def plain_search(
    session: Session,
    *,
    wanted: Wanted,
    now: datetime,
    price: int = 0,
    page: int = 1,
    per_page: int = 24,
) -> Page[Card]:
    """Return listings whose title holds every word: for when no engine answers.

    ``price`` is 1 for the lowest first, -1 for the highest first, else the newest come first.
    """
    order = {
        1: (Listing.price_vnd, Listing.id),
        -1: (Listing.price_vnd.desc(), Listing.id),
    }.get(price, NEWEST)
    where = [*_words(wanted.words), *_values(wanted), *_proved(wanted, now), *_numbers(wanted)]
    return cards_where(session, where, order=order, now=now, page=page, per_page=per_page)


def _words(words: str) -> list[sa.ColumnElement[bool]]:
    found = fold(words[:MOST_LETTERS]).split()[:MOST_WORDS]
    return [Listing.folded.contains(word, autoescape=True) for word in found]


def _values(wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    """Yield a condition for each kind of value; unknown values match nothing."""
    if wanted.kinds:
        yield Listing.kind.in_([kind for kind in ListingKind if kind.value in wanted.kinds])
    if wanted.categories:
        named = sa.select(Category.id).where(Category.slug.in_(list(wanted.categories)))
        yield sa.or_(Listing.category_id.in_(named), Listing.top_category_id.in_(named))
    if wanted.communes:
        yield Listing.commune.in_(list(wanted.communes))
    if wanted.districts:
        yield Listing.commune.in_(_communes_of(wanted.districts))
    if wanted.vendors:
        yield is_one_of(Listing.vendor_id, wanted.vendors)
    if wanted.codes is not None:
        yield Listing.code.in_(list(wanted.codes))


def _communes_of(districts: Collection[str]) -> list[str]:
    return [
        place.key
        for place in places.communes(former_hai_duong_only=True)
        if not places.former_districts(place.key).keys().isdisjoint(districts)
    ]


def _proved(wanted: Wanted, now: datetime) -> Iterator[sa.ColumnElement[bool]]:
    """Yield that one of the schemes is claimed and stands behind the vendor today."""
    if not wanted.schemes:
        return
    known = [scheme.value for scheme in Scheme if scheme.value in wanted.schemes]
    # As it stands in the column: the names of schemes hold neither quotes nor wildcards.
    claimed = sa.cast(Listing.schemes, sa.String)
    yield sa.or_(
        sa.false(),
        *(
            sa.and_(
                claimed.contains(f'"{scheme}"'),
                is_certified(Listing.vendor_id, scheme, on=local_date(now)),
            )
            for scheme in known
        ),
    )


def _numbers(wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.price_from is not None:
        yield Listing.price_vnd >= wanted.price_from
    if wanted.price_to is not None:
        yield Listing.price_vnd <= wanted.price_to
    if wanted.rating_from is not None:
        yield Listing.rating_count > 0
        yield Listing.rating_sum >= wanted.rating_from * Listing.rating_count
    if wanted.month is not None:
        yield in_month(wanted.month)
