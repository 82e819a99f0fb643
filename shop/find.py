"""Finding by words: results with filters and facets, and ways on while typing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, request

from accounts import guards
from catalog.queries import Card, cards_by_code, find_category, plain_search, shelf
from catalog.rules import ListingKind
from catalog.search.engine import (
    MOST_LETTERS,
    EngineDown,
    FacetCount,
    Filters,
    Results,
    SearchEngine,
    Sort,
    Suggestion,
)
from catalog.services.ways import KeptWays
from kernel import clock
from kernel.errors import Invalid
from kernel.i18n import pick
from kernel.money import parse_vnd
from kernel.pages import Page
from kernel.web.forms import clean
from kernel.web.language import current_language
from kernel.web.pages import page, translate_label
from kernel.web.session import db, part
from shop.browse import next_starts, page_number
from shop.frame import place
from shop.shelves import shelves
from shop.tally import note_search
from vendors.rules import Scheme

blueprint = Blueprint("find", __name__)

PER_PAGE, MOST_CHOICES = 24, 12
# Name in the address, name of the facet.
GROUPS = {
    "kind": "kinds",
    "category": "categories",
    "scheme": "schemes",
    "commune": "communes",
}


@dataclass(frozen=True)
class Choice:
    """A value of a filter: its words, how many hits have it, whether it is chosen."""

    value: str
    text: str
    count: int | None
    chosen: bool


@dataclass(frozen=True)
class Wish:
    """What the address asks for."""

    words: str
    chosen: Mapping[str, tuple[str, ...]]
    in_season: bool
    price_to: int | None
    sort: Sort
    page: int

    @property
    def narrowed_by(self) -> int:
        """Return how many filters narrow the search."""
        return sum(map(len, self.chosen.values())) + self.in_season + (self.price_to is not None)


@blueprint.get("/search")
@guards.public
def search() -> str:
    """Show what matches; every filter is a plain form field."""
    wish = _read_wish()
    results, found = _find(wish)
    if results:
        note_search(wish.words, found=results.total > 0)
    starts, cards = next_starts(found.items)
    return page(
        "shop/search.html",
        wish=wish,
        words=wish.words,
        total=results.total if results else None,
        suggestion=results.suggestion if results else "",
        found=found,
        cards=cards,
        starts=starts,
        groups=_groups(wish, results.facets) if results else {},
        sorts=list(Sort),
        ideas=shelves(),
    )


@blueprint.get("/search/suggest")
@guards.public
def suggest() -> str:
    """Give the ways on from what was typed so far, as options of a listbox."""
    words = _words()
    found: Sequence[Suggestion] = ()
    engine = _engine()
    if engine is not None and len(words) > 1:
        found = engine.suggest(words, lang=current_language(), ways=part(KeptWays).get(db()))
    return page("shop/suggest.html", options=[(_address(row), row) for row in found])


def _address(row: Suggestion) -> str:
    if row.kind == "category":
        return f"/c/{row.value}"
    key = "commune" if row.kind == "place" else "q"
    return f"/search?{urlencode({key: row.value})}"


def _read_wish() -> Wish:
    sort = request.args.get("sort", "")
    return Wish(
        words=_words(),
        chosen={
            name: tuple(dict.fromkeys(v[:60] for v in request.args.getlist(name) if v))[
                :MOST_CHOICES
            ]
            for name in GROUPS
        },
        in_season=request.args.get("season") == "1",
        price_to=_price(request.args.get("price_to", "")),
        sort=next((member for member in Sort if member.value == sort), Sort.RELEVANCE),
        page=page_number(),
    )


def _words() -> str:
    return str(clean(request.args.get("q", "")))[:MOST_LETTERS]


def _price(text: str) -> int | None:
    """Read the highest price; what is no amount narrows nothing."""
    try:
        return parse_vnd(text) or None
    except Invalid:
        return None


def _engine() -> SearchEngine | None:
    try:
        return part(SearchEngine)
    except KeyError:
        return None


def _find(wish: Wish) -> tuple[Results | None, Page[Card]]:
    """Ask the engine; when it does not answer, the database by plain words."""
    results = _ask(wish)
    if results is None:
        return None, _plainly(wish)
    cards = cards_by_code(db(), results.codes, now=clock.now())
    return results, Page(cards, wish.page, has_next=results.total > wish.page * PER_PAGE)


def _ask(wish: Wish) -> Results | None:
    engine = _engine()
    if engine is None:
        return None
    try:
        return engine.search(
            wish.words,
            filters=_filters(wish),
            sort=wish.sort,
            page=wish.page,
            per_page=PER_PAGE,
            lang=current_language(),
            ways=part(KeptWays).get(db()),
        )
    except EngineDown:
        return None


def _plainly(wish: Wish) -> Page[Card]:
    now = clock.now()
    if wish.words:
        return plain_search(db(), words=wish.words, now=now, page=wish.page, per_page=PER_PAGE)
    kinds = {kind.value: kind for kind in ListingKind}
    return shelf(
        db(),
        now=now,
        category=next(iter(wish.chosen["category"]), None),
        kind=next((kinds[v] for v in wish.chosen["kind"] if v in kinds), None),
        in_season_month=clock.local_date(now).month if wish.in_season else None,
        page=wish.page,
        per_page=PER_PAGE,
    )


def _filters(wish: Wish) -> Filters:
    return Filters(
        kinds=wish.chosen["kind"],
        categories=wish.chosen["category"],
        communes=wish.chosen["commune"],
        schemes=wish.chosen["scheme"],
        price_to=wish.price_to,
        month=clock.local_date(clock.now()).month if wish.in_season else None,
    )


def _groups(wish: Wish, facets: Mapping[str, Sequence[FacetCount]]) -> dict[str, list[Choice]]:
    return {
        name: _choices(name, wish.chosen[name], facets.get(facet, ()))
        for name, facet in GROUPS.items()
    }


def _choices(name: str, chosen: tuple[str, ...], counts: Sequence[FacetCount]) -> list[Choice]:
    """Return the values that hits have, the most frequent first, and those chosen already."""
    counted = {row.value: row.count for row in counts}
    known = [value for value in chosen if value not in counted]
    first = sorted(counted, key=lambda value: (value not in chosen, -counted[value]))
    shown = [(value, _text_of(name, value)) for value in [*known, *first][:MOST_CHOICES]]
    return [
        Choice(value, text, counted.get(value, 0), value in chosen) for value, text in shown if text
    ]


def _text_of(name: str, value: str) -> str:
    if name == "commune":
        return place(value)
    if name == "category":
        node = find_category(shelves(), value)
        return pick(node.name, current_language()) if node else ""
    members = {"kind": ListingKind, "scheme": Scheme}[name]
    member = next((m for m in members if m.value == value), None)
    return translate_label(member) if member else ""
