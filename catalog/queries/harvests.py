"""What is new on the shelves: new offers, new lots of what is offered, seasons that begin."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Category, Listing
from catalog.rules import ListingState
from kernel.clock import HANOI, local_date
from traceability.queries import LotCard, new_lots
from vendors.queries import VendorCard, vendor_cards
from vendors.queries.selling import may_sell

MOST = 50


class News(enum.Enum):
    """Why something is told of."""

    OFFER = "offer"
    LOT = "lot"
    SEASON = "season"


@dataclass(frozen=True)
class Novelty:
    """One thing that is new; ``key`` is different for every one and stays the same for ever."""

    kind: News
    key: str
    at: datetime
    code: str
    slug: str
    title: dict[str, str]
    summary: dict[str, str]
    category_slug: str
    category_name: dict[str, str]
    vendor_name: str
    commune: str
    lot: LotCard | None = None


def harvests(
    session: Session, *, now: datetime, category_id: str | None = None
) -> Sequence[Novelty]:
    """Return what became new, newest first: at most fifty (five statements)."""
    wanted = _STATEMENT
    if category_id is not None:
        here = (Listing.category_id == category_id) | (Listing.top_category_id == category_id)
        wanted = wanted.where(here)
    found = [
        *_offers(session, wanted),
        *_lots(session, wanted),
        *_seasons(session, wanted, local_date(now)),
    ]
    names = vendor_cards(session, {row.vendor_id for _kind, row, _at, _lot in found})
    told = [_novelty(one, names) for one in found if one[2] <= now]
    return sorted(told, key=lambda one: (one.at, one.key), reverse=True)[:MOST]


_Row = sa.Row[*tuple[Any, ...]]
_Found = tuple[News, _Row, datetime, LotCard | None]

_STATEMENT = (
    sa.select(
        Listing.code,
        Listing.slug,
        Listing.title,
        Listing.summary,
        Listing.commune,
        Listing.vendor_id,
        Listing.lot_id,
        Listing.season_mask,
        Listing.ranked_at,
        Listing.published_at,
        Category.slug.label("category_slug"),
        Category.name.label("category_name"),
    )
    .join(Category, Category.id == Listing.category_id)
    .where(Listing.state == ListingState.PUBLISHED, may_sell(Listing.vendor_id))
)


def _offers(session: Session, wanted: sa.Select[*tuple[Any, ...]]) -> list[_Found]:
    newest = wanted.order_by(Listing.ranked_at.desc(), Listing.id.desc()).limit(MOST)
    return [
        (News.OFFER, row, row.published_at or row.ranked_at, None)
        for row in session.execute(newest)
    ]


def _lots(session: Session, wanted: sa.Select[*tuple[Any, ...]]) -> list[_Found]:
    """Return the offers of the newest lots of the market that may be sold."""
    lots = {lot.id: lot for lot in new_lots(session, limit=2 * MOST)}
    if not lots:
        return []
    rows = session.execute(wanted.where(Listing.lot_id.in_(lots)).limit(2 * MOST))
    return [(News.LOT, row, lots[row.lot_id].state_at, lots[row.lot_id]) for row in rows]


def _seasons(session: Session, wanted: sa.Select[*tuple[Any, ...]], today: date) -> list[_Found]:
    """Return what came into season this month or the last: not so in the month before."""
    first = today.replace(day=1)
    starts = [first, (first - timedelta(days=1)).replace(day=1)]
    begins = {day: (1 << (day.month - 1), 1 << ((day.month - 2) % 12)) for day in starts}
    begun = [
        (Listing.season_mask.op("&")(here) != 0) & (Listing.season_mask.op("&")(before) == 0)
        for here, before in begins.values()
    ]
    rows = session.execute(
        wanted.where(sa.or_(*begun)).order_by(Listing.ranked_at.desc()).limit(MOST)
    )
    return [
        (News.SEASON, row, datetime.combine(day, time.min, HANOI).astimezone(UTC), None)
        for row in rows
        for day, (here, before) in begins.items()
        if row.season_mask & here and not row.season_mask & before
    ]


def _novelty(found: _Found, names: Mapping[str, VendorCard]) -> Novelty:
    kind, row, at, lot = found
    told = {
        News.OFFER: "",
        News.LOT: f"/{lot.code}" if lot else "",
        News.SEASON: f"/{local_date(at)}",
    }
    return Novelty(
        kind=kind,
        key=f"{kind.value}/{row.code}{told[kind]}",
        at=at,
        code=row.code,
        slug=row.slug,
        title=row.title,
        summary=row.summary,
        category_slug=row.category_slug,
        category_name=row.category_name,
        vendor_name=names[row.vendor_id].name,
        commune=row.commune,
        lot=lot,
    )
