"""The filters of a search as they are shown: values with counts, and those chosen as chips."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from flask_babel import gettext as _
from flask_babel import ngettext

from catalog.queries import CategoryNode, find_category
from catalog.rules import ListingKind
from catalog.search.engine import FacetCount
from kernel import places
from kernel.i18n import format_day, pick
from kernel.money import format_vnd
from kernel.web.language import current_language
from kernel.web.pages import translate_label
from kernel.web.session import db
from shop.find.wish import ANYWHERE, GROUPS, MOST_CHOICES, Wish
from shop.frame import place
from shop.shelves import shelves
from vendors.queries.selling import vendor_names
from vendors.rules import Scheme

PROMISES = (Scheme.ORGANIC.value, Scheme.HIGH_TECH.value)
"""Certificates that people ask for before all others."""


@dataclass(frozen=True)
class Choice:
    """A value of a filter: its words, how many hits have it, whether it is chosen."""

    value: str
    text: str
    count: int
    chosen: bool
    is_within: bool = False


@dataclass(frozen=True)
class Chip:
    """A filter that is chosen, and the address without it."""

    text: str
    address: str


Facets = Mapping[str, Sequence[FacetCount]]


def sellers(wish: Wish, facets: Facets) -> dict[str, str]:
    """Return the names of the vendors to be shown, by their addresses."""
    counted = [row.value for row in facets.get("vendors", ())]
    return vendor_names(db(), {*wish.chosen["vendor"], *counted})


def groups(wish: Wish, facets: Facets, names: Mapping[str, str]) -> dict[str, list[Choice]]:
    """Return the values of each filter that hits have, and those chosen already."""
    found = {
        name: _choices(name, wish.chosen[name], facets.get(facet, ()), names)
        for name, facet in GROUPS.items()
        if name != "category"
    }
    found["category"] = _tree(wish.chosen["category"], facets.get("categories", ()))
    schemes = found["scheme"]
    found["promise"] = _promises(schemes, wish)
    found["scheme"] = [one for one in schemes if one.value not in PROMISES]
    return found


def _promises(schemes: Sequence[Choice], wish: Wish) -> list[Choice]:
    """Return what people ask for first, whether hits have it or not."""
    known = {one.value: one for one in schemes}
    return [
        known.get(value)
        or Choice(value, text_of("scheme", value, {}), 0, value in wish.chosen["scheme"])
        for value in PROMISES
    ]


def chips(wish: Wish, names: Mapping[str, str]) -> list[Chip]:
    """Return what narrows the search, each with the way to do without it."""
    found = [
        Chip(text_of(name, value, names) or value, wish.address(without=[(name, value)]))
        for name, values in wish.chosen.items()
        for value in values
    ]
    if wish.in_season:
        found.append(Chip(str(_("In season now")), wish.address(without=[("season", "1")])))
    return [*found, *_single(wish)]


def _single(wish: Wish) -> list[Chip]:
    """Return the chips of filters with one value."""
    typed = dict(wish.typed)

    def chip(text: str, *names: str) -> Chip:
        return Chip(text, wish.address(without=[(name, typed.get(name, "")) for name in names]))

    found = [chip(text, name) for name, text in _amounts(wish)]
    if wish.rating is not None:
        found.append(chip(_stars_text(wish.rating), "rating"))
    if wish.to:
        # A commune this browser remembers counts until something else is said.
        gone = wish.address(to=ANYWHERE if wish.remembered else "")
        found.append(Chip(str(_("Delivered to %(place)s", place=place(wish.to))), gone))
    if wish.day is not None:
        found.append(chip(format_day(wish.day), "date"))
    if wish.guests is not None:
        text = ngettext("%(num)d person", "%(num)d people", wish.guests)
        found.append(chip(str(text), "guests"))
    if wish.near is not None:
        found.append(chip(_near_text(wish), "near", "lat", "lon", "within"))
    return found


def _amounts(wish: Wish) -> Iterator[tuple[str, str]]:
    if wish.price_from is not None:
        yield "price_from", _("From %(price)s", price=format_vnd(wish.price_from))
    if wish.price_to is not None:
        yield "price_to", _("Up to %(price)s", price=format_vnd(wish.price_to))
    if wish.unit_from is not None:
        yield "unit_from", _("From %(price)s per kg or litre", price=format_vnd(wish.unit_from))
    if wish.unit_to is not None:
        yield "unit_to", _("Up to %(price)s per kg or litre", price=format_vnd(wish.unit_to))


def _stars_text(stars: int) -> str:
    return str(ngettext("%(num)d star or more", "%(num)d stars or more", stars))


def _near_text(wish: Wish) -> str:
    km = wish.near.metres // 1000 if wish.near else 0
    if "near" in wish.typed:
        return str(_("Within %(km)s km of %(place)s", km=km, place=place(wish.typed["near"])))
    return str(_("Within %(km)s km of me", km=km))


def _choices(
    name: str, chosen: Sequence[str], counts: Sequence[FacetCount], names: Mapping[str, str]
) -> list[Choice]:
    """Return the values that hits have, the most frequent first, and those chosen already."""
    counted = {row.value: row.count for row in counts}
    known = [value for value in chosen if value not in counted]
    first = sorted(counted, key=lambda value: (value not in chosen, -counted[value], value))
    values = [*known, *first][:MOST_CHOICES]
    shown = [(value, text_of(name, value, names)) for value in values]
    return [
        Choice(value, text, counted.get(value, 0), value in chosen) for value, text in shown if text
    ]


def _tree(chosen: Sequence[str], counts: Sequence[FacetCount]) -> list[Choice]:
    """Return the shelves that hits stand on, each followed by those within it."""
    counted = {row.value: row.count for row in counts}
    nodes = (node for top in shelves() for node in (top, *top.children))
    return [
        _shelf(node, counted, chosen)
        for node in nodes
        if node.slug in counted or node.slug in chosen
    ]


def _shelf(node: CategoryNode, counted: Mapping[str, int], chosen: Sequence[str]) -> Choice:
    text = pick(node.name, current_language())
    count, within = counted.get(node.slug, 0), node.parent_id is not None
    return Choice(node.slug, text, count, node.slug in chosen, within)


def text_of(name: str, value: str, names: Mapping[str, str]) -> str:
    """Return the words for a value of a filter, or nothing for an unknown one."""
    if name == "commune":
        return place(value) if value in _communes() else ""
    if name == "district":
        return districts().get(value, "")
    if name == "vendor":
        return names.get(value, "")
    if name == "category":
        node = find_category(shelves(), value)
        return pick(node.name, current_language()) if node else ""
    members = {"kind": ListingKind, "scheme": Scheme}[name]
    member = next((m for m in members if m.value == value), None)
    return translate_label(member) if member else ""


@cache
def districts() -> dict[str, str]:
    """Return the names of the districts until 2025 by their keys."""
    found: dict[str, str] = {}
    for commune in places.communes(former_hai_duong_only=True):
        found |= places.former_districts(commune.key)
    return dict(sorted(found.items()))


@cache
def _communes() -> frozenset[str]:
    return frozenset(commune.key for commune in places.communes())
