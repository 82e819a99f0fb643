"""The home page: what is in season today, what to do this week, who sells."""

from collections.abc import Sequence

from flask import Blueprint

from accounts import guards
from bookings.queries import departures
from catalog.queries import Card, shelf, with_seats
from catalog.rules import ListingKind
from kernel import clock
from kernel.web.pages import page
from kernel.web.session import db
from shop.seasons import Season, season_of
from shop.seo.writing import home_head
from shop.shelves import shelves
from vendors.queries import VendorCard, vendor_cards

blueprint = Blueprint("home", __name__)

GOODS, VISITS, SELLERS = 8, 4, 8


@blueprint.get("/")
@guards.public
def show() -> str:
    """Show the market of today."""
    now = clock.now()
    today = clock.local_date(now)
    goods = shelf(db(), now=now, in_season_month=today.month, per_page=GOODS + VISITS).items
    visits = shelf(db(), now=now, kind=ListingKind.EXPERIENCE, per_page=VISITS).items
    soon = departures(db(), listing_ids=[card.id for card in visits], now=now, limit=1)
    season = season_of(today)
    goods = [card for card in goods if card.kind is not ListingKind.EXPERIENCE][:GOODS]
    return page(
        "shop/home.html",
        head=home_head(season),
        season=season,
        first=_first(goods, season),
        goods=goods,
        visits=with_seats(visits, {key: found[0].seats_left for key, found in soon.items()}),
        starts={key: found[0].starts_at for key, found in soon.items()},
        sellers=_sellers([*goods, *visits]),
        categories=shelves(),
    )


def _first(goods: Sequence[Card], season: Season) -> Card | None:
    """Return the offer that the hero speaks of, if it is on the shelf."""
    return next((card for card in goods if card.art == season.art and card.available), None)


def _sellers(found: Sequence[Card]) -> list[VendorCard]:
    """Return who sells what is shown above, in that order."""
    ids = list(dict.fromkeys(card.vendor_id for card in found))[:SELLERS]
    by_id = vendor_cards(db(), ids)
    return [by_id[key] for key in ids if key in by_id]
