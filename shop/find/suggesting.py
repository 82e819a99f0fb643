"""Ways on from what was typed so far, as options of the list under the box."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flask_babel import gettext as _

from catalog.search.engine import Suggestion
from kernel.messages import msg
from kernel.web.language import current_language
from shop.find.asking import the_engine, ways

LEAST_LETTERS = 2

KINDS = {
    "listing": ("search", msg("Offer")),
    "category": ("grid", msg("Category")),
    "vendor": ("shop", msg("Seller")),
    "place": ("geo-alt", msg("Place")),
}
"""Icon and name of each kind of suggestion."""


@dataclass(frozen=True)
class Option:
    """A suggestion as it is shown: its icon, its kind in words, its text and where it leads."""

    icon: str
    kind: str
    text: str
    address: str


def options(words: str) -> Sequence[Option]:
    """Return the ways on from the first letters of something."""
    engine = the_engine()
    if engine is None or len(words) < LEAST_LETTERS:
        return ()
    return [_option(row) for row in engine.suggest(words, lang=current_language(), ways=ways())]


def _option(row: Suggestion) -> Option:
    icon, kind = KINDS[row.kind]
    return Option(icon, str(_(kind)), row.text, _address(row))


def _address(row: Suggestion) -> str:
    if row.kind == "category":
        return f"/c/{quote(row.value)}"
    if row.kind == "vendor":
        return f"/v/{quote(row.value)}"
    key = "commune" if row.kind == "place" else "q"
    return f"/search?{urlencode({key: row.value})}"
