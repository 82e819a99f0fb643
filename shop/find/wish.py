"""What the address of a search asks for; what makes no sense is told and narrows nothing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from catalog.search.engine import MOST_LETTERS, Near, Sort
from kernel import places
from kernel.errors import DomainError, Invalid
from kernel.messages import msg
from kernel.money import parse_vnd
from kernel.web.forms import clean, parse_day, parse_decimal, refusal_text

MOST_CHOICES, MOST_SAID, MOST_GUESTS = 12, 60, 200
DAYS_AHEAD = timedelta(days=400)
ANYWHERE = "any"
"""What ``to`` says where a remembered commune shall not count for once."""

# Names in the address, names of the facet.
GROUPS = {
    "kind": "kinds",
    "category": "categories",
    "scheme": "schemes",
    "commune": "communes",
    "district": "districts",
    "vendor": "vendors",
}
WITHIN_KM = (5, 10, 20, 50)
USUAL_KM = 20
BEST_STARS = (4,)

NAMES = {
    "price_from": msg("Price from"),
    "price_to": msg("Price to"),
    "unit_from": msg("Per kg or litre from"),
    "unit_to": msg("Per kg or litre to"),
    "rating": msg("Rating"),
    "to": msg("Delivered to"),
    "date": msg("Day of the visit"),
    "guests": msg("How many people"),
    "near": msg("Near"),
    "lat": msg("Place"),
    "lon": msg("Place"),
    "within": msg("How far around"),
}
"""What fields that hold one value are called where something is wrong with them."""

T = TypeVar("T")
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Wish:
    """What is looked for; ``typed`` is what stood in the fields, ``problems`` what is wrong there."""

    words: str
    chosen: Mapping[str, tuple[str, ...]]
    in_season: bool
    price_from: int | None
    price_to: int | None
    unit_from: int | None
    unit_to: int | None
    rating: int | None
    # Key of the commune it is brought to; ``remembered`` is that of this browser.
    to: str
    remembered: str
    day: date | None
    guests: int | None
    near: Near | None
    sort: Sort
    page: int
    typed: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def pairs(self) -> Pairs:
        """Return what narrows the search, as it stands in addresses."""
        many = [(name, value) for name, values in self.chosen.items() for value in values]
        season = [("season", "1")] if self.in_season else []
        single = [(name, text) for name, text in self.typed.items() if name not in self.problems]
        return (*many, *season, *single)

    @property
    def narrowed_by(self) -> int:
        """Return how many filters narrow the search; a place or a visit's day count once."""
        beside = {"within", "lon", ANYWHERE}
        counted = [name for name, value in self.pairs if not beside & {name, value}]
        return len(counted) + (self.to != "" and "to" not in self.typed)

    def address(self, *, without: Iterable[tuple[str, str]] = (), **more: str) -> str:
        """Return the address of the same search, changed a little and on its first page."""
        gone = set(without)
        kept = [("q", self.words), *(pair for pair in self.pairs if pair not in gone)]
        if self.sort is not Sort.RELEVANCE:
            kept.append(("sort", self.sort.value))
        kept = [(name, value) for name, value in kept if name not in more]
        query = urlencode([pair for pair in (*kept, *more.items()) if pair[1]])
        return f"/search?{query}" if query else "/search"

    def same(self, words: str) -> str:
        """Return the address of this search with other words."""
        return self.address(q=words)


class _Reader:
    """Reads fields one by one and keeps what is wrong with them."""

    def __init__(self, args: MultiDict[str, str]) -> None:
        self.args = args
        self.typed: dict[str, str] = {}
        self.problems: dict[str, str] = {}

    def many(self, name: str) -> tuple[str, ...]:
        said = (str(clean(value[:MOST_SAID])) for value in self.args.getlist(name)[:100])
        return tuple(dict.fromkeys(value for value in said if value))[:MOST_CHOICES]

    def one(self, name: str, read: Callable[[str], T]) -> T | None:
        text = str(clean(self.args.get(name, "")[:MOST_SAID]))
        if not text:
            return None
        self.typed[name] = text
        try:
            return read(text)
        except DomainError as refusal:
            self.problems[name] = refusal_text(refusal)
            return None

    def refuse(self, name: str, refusal: DomainError) -> None:
        self.problems[name] = refusal_text(refusal)


def read_wish(args: MultiDict[str, str], *, today: date, remembered: str, page: int) -> Wish:
    """Read what an address asks for."""
    reader = _Reader(args)
    price, per_unit = _span(reader, "price"), _span(reader, "unit")
    own = remembered if _is_commune(remembered) else ""
    to = reader.one("to", _destination)
    near = _near(reader)
    return Wish(
        words=str(clean(args.get("q", "")[: 4 * MOST_LETTERS]))[:MOST_LETTERS],
        chosen={name: reader.many(name) for name in GROUPS},
        in_season=args.get("season") == "1",
        price_from=price[0],
        price_to=price[1],
        unit_from=per_unit[0],
        unit_to=per_unit[1],
        rating=reader.one("rating", _stars),
        to=own if to is None else to,
        remembered=own,
        day=reader.one("date", lambda text: _day(text, today)),
        guests=reader.one("guests", _people),
        near=near,
        sort=_sort(args.get("sort", ""), near),
        page=page,
        typed=reader.typed,
        problems=reader.problems,
    )


def _span(reader: _Reader, name: str) -> tuple[int | None, int | None]:
    """Read a span of amounts; one that is upside down narrows nothing."""
    least, most = (reader.one(f"{name}_{end}", _amount) for end in ("from", "to"))
    if least is not None and most is not None and least > most:
        reader.refuse(f"{name}_to", Invalid(msg("This is less than the lowest price.")))
        reader.problems.setdefault(f"{name}_from", reader.problems[f"{name}_to"])
        return None, None
    return least, most


def _amount(text: str) -> int:
    amount = parse_vnd(text)
    if amount == 0:
        raise Invalid(msg("Write an amount such as 45.000."))
    return amount


def _stars(text: str) -> int:
    if text not in {"1", "2", "3", "4", "5"}:
        raise Invalid(msg("Choose from one to five stars."))
    return int(text)


def _people(text: str) -> int:
    count = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
    if not 1 <= count <= MOST_GUESTS:
        raise Invalid(msg("Write a number from 1 to %(most)s."), most=MOST_GUESTS)
    return count


def _day(text: str, today: date) -> date:
    day = parse_day(text)
    if not today <= day <= today + DAYS_AHEAD:
        raise Invalid(msg("Choose a day from today on, within a year."))
    return day


def _destination(text: str) -> str:
    return "" if text == ANYWHERE else places.commune(text).key


def _is_commune(key: str) -> bool:
    try:
        return bool(places.commune(key))
    except DomainError:
        return False


def _near(reader: _Reader) -> Near | None:
    """Read a place: a commune that was chosen, or else degrees from this telephone."""
    kilometres = reader.one("within", _kilometres) or USUAL_KM
    commune = reader.one("near", places.commune)
    if commune is not None:
        for name in ("lat", "lon"):
            reader.typed.pop(name, None)
        return Near(commune.lat, commune.lon, kilometres * 1000)
    lat = reader.one("lat", lambda text: _degrees(text, 90))
    lon = reader.one("lon", lambda text: _degrees(text, 180))
    if lat is None or lon is None:
        if "lat" in reader.typed or "lon" in reader.typed:
            reader.problems.setdefault("lat", refusal_text(Invalid(_NO_PLACE)))
            reader.problems.setdefault("lon", reader.problems["lat"])
        reader.typed.pop("within", None)
        return None
    return Near(lat, lon, kilometres * 1000)


_NO_PLACE = msg("This is no place on the map. Choose a commune instead.")


def _degrees(text: str, most: int) -> float:
    degrees = round(parse_decimal(text), 3)
    if abs(degrees) > most:
        raise Invalid(_NO_PLACE)
    return degrees


def _kilometres(text: str) -> int:
    if text not in {str(km) for km in WITHIN_KM}:
        raise Invalid(msg("Choose a distance from the list."))
    return int(text)


def _sort(text: str, near: Near | None) -> Sort:
    """Return the order asked for; the nearest come first only where there is a place."""
    found = next((member for member in Sort if member.value == text), Sort.RELEVANCE)
    return Sort.RELEVANCE if found is Sort.NEAREST and near is None else found
