"""Help where nothing was found: which filter costs the hits, and other ways on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from catalog.queries import Card, shelf
from kernel import clock
from kernel.messages import msg
from kernel.web.session import db
from shop.find.asking import count_hits, month_of
from shop.find.wish import ANYWHERE, Wish

MOST_WAYS, IN_SEASON = 5, 4

WORDS = {
    "kind": msg("What it is"),
    "category": msg("Category"),
    "scheme": msg("Certificate"),
    "commune": msg("Commune today"),
    "district": msg("District until 2025"),
    "vendor": msg("Seller"),
    "season": msg("In season now"),
    "price": msg("Price"),
    "unit": msg("Price per kg or litre"),
    "rating": msg("Rating"),
    "to": msg("Delivered to"),
    "date": msg("Visits on a day"),
    "near": msg("Near a place"),
}
"""What the filters are called that one may do without."""


@dataclass(frozen=True)
class WayOut:
    """What to do without (nothing: without any filter), the address, and the hits there are then."""

    text: str
    address: str
    count: int


@dataclass(frozen=True)
class Help:
    """Ways out of an empty page, and what is in season anyway."""

    ways: tuple[WayOut, ...]
    season: tuple[Card, ...]


def help_on(wish: Wish) -> Help:
    """Look which filters to do without, most hits first."""
    found = [
        WayOut(str(_(WORDS[name])) if name else "", less.address(), hits)
        for name, less in _less(wish)
        if (hits := count_hits(less))
    ]
    now = clock.now()
    season = shelf(db(), now=now, in_season_month=month_of(now), per_page=IN_SEASON).items
    best = sorted(found, key=lambda way: -way.count)
    return Help(tuple(best), tuple(card for card in season if card.available))


def _less(wish: Wish) -> Iterator[tuple[str, Wish]]:
    """Yield the search without one of its filters each, and without all of them."""
    single = [(name, without(wish, name)) for name in _narrowing(wish)]
    yield from single[:MOST_WAYS]
    if len(single) > 1 and wish.words:
        bare = wish
        for name, _less_one in single:
            bare = without(bare, name)
        yield "", bare


def _narrowing(wish: Wish) -> list[str]:
    many = [name for name, values in wish.chosen.items() if values]
    beside = (
        ("season", wish.in_season),
        ("price", wish.price_from or wish.price_to),
        ("unit", wish.unit_from or wish.unit_to),
        ("rating", wish.rating),
        ("to", wish.to),
        ("date", wish.day or wish.guests),
        ("near", wish.near),
    )
    return [*many, *(name for name, is_set in beside if is_set)]


_FIELDS: dict[str, dict[str, object]] = {
    "season": {"in_season": False},
    "price": {"price_from": None, "price_to": None},
    "unit": {"unit_from": None, "unit_to": None},
    "rating": {"rating": None},
    "to": {"to": ""},
    "date": {"day": None, "guests": None},
    "near": {"near": None},
}
_TYPED = {
    "price": ("price_from", "price_to"),
    "unit": ("unit_from", "unit_to"),
    "date": ("date", "guests"),
    "near": ("near", "lat", "lon", "within"),
}


def without(wish: Wish, name: str) -> Wish:
    """Return a search that does without one of its filters."""
    if name in wish.chosen:
        return replace(wish, chosen={**wish.chosen, name: ()})
    gone = _TYPED.get(name, (name,))
    typed = {key: text for key, text in wish.typed.items() if key not in gone}
    if name == "to" and wish.remembered:
        typed["to"] = ANYWHERE
    return replace(wish, typed=typed, **_FIELDS[name])  # type: ignore[arg-type]
