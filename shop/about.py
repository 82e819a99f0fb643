"""The pages that the law wants published: a register, and one text in each language."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import Blueprint, Flask, abort, redirect

from accounts import guards
from catalog.rules import ListingState
from catalog.search.engine import Sort
from catalog.search.ranking import SIGNALS, WINDOW
from kernel import clock
from kernel.i18n import LANGUAGES
from kernel.messages import msg
from kernel.settings import Settings
from kernel.web.answers import Answer
from kernel.web.language import current_language
from kernel.web.pages import page
from kernel.web.session import db
from orders.queries.baskets import read_terms

blueprint = Blueprint("about", __name__)

TEXTS = Path(__file__).parent / "templates" / "shop" / "about"
RANKING = "ranking"
NEEDS_TERMS = frozenset({"prices", "delivery", "payment"})


@dataclass(frozen=True)
class InfoPage:
    """A published text; ``article`` is that of decree 248/2026 which asks for it, if one does."""

    slug: str
    title: str
    article: str
    version: int
    since: date

    @property
    def is_made(self) -> bool:
        """Tell whether it is made from what the market does, not written."""
        return self.slug == RANKING

    @property
    def address(self) -> str:
        """Return its path."""
        return "/ranking" if self.is_made else f"/about/{self.slug}"


_FIRST = date(2026, 11, 1)

PAGES = {
    row.slug: row
    for row in (
        InfoPage("operator", msg("Who runs the market"), "4", 1, _FIRST),
        InfoPage("privacy", msg("Personal data"), "5", 1, _FIRST),
        InfoPage("rights", msg("Rights and duties"), "6", 1, _FIRST),
        InfoPage("complaints", msg("Complaints"), "7", 1, _FIRST),
        InfoPage("prices", msg("Prices and taxes"), "8", 1, _FIRST),
        InfoPage("conditions", msg("Conditions and limits"), "9", 1, _FIRST),
        InfoPage("payment", msg("Payment"), "10", 1, _FIRST),
        InfoPage("ranking", msg("Order of display"), "11", 1, _FIRST),
        InfoPage("livestream", msg("Livestream"), "12", 1, _FIRST),
        InfoPage("delivery", msg("Delivery"), "13", 1, _FIRST),
        InfoPage("returns", msg("Returns and refunds"), "14", 1, _FIRST),
        InfoPage("visits", msg("Visits and cancellation"), "15-16", 1, _FIRST),
        InfoPage("tracing", msg("How tracing works"), "", 1, _FIRST),
    )
}


def install(_app: Flask, _settings: Settings) -> None:
    """Refuse to start while a required page lacks its text in a language.

    :raises LookupError: naming the first missing text.
    """
    for slug, info in PAGES.items():
        for lang in LANGUAGES:
            if not info.is_made and not (TEXTS / f"{slug}.{lang}.html").exists():
                raise LookupError(f"the required page about/{slug}.{lang}.html is missing")


@blueprint.get("/about/<slug>")
@guards.public
def show(slug: str) -> Answer:
    """Show one text in the reader's language."""
    info = PAGES.get(slug)
    if info is None:
        abort(404)
    if info.is_made:
        return redirect(info.address, 301)
    return page(
        "shop/about.html",
        info=info,
        text=f"shop/about/{slug}.{current_language()}.html",
        pages=PAGES.values(),
        terms=read_terms(db(), now=clock.now()) if slug in NEEDS_TERMS else None,
    )


@blueprint.get("/ranking")
@guards.public
def ranking() -> Answer:
    """Tell by what offers are put in order: made from the constants that do it."""
    return page(
        "shop/about.html",
        info=PAGES[RANKING],
        text="shop/about/ranking.html",
        pages=PAGES.values(),
        signals=sorted(SIGNALS, key=lambda signal: -abs(signal.weight)),
        window=WINDOW,
        sorts=[sort for sort in Sort if sort is not Sort.RELEVANCE],
        hidden=[state for state in ListingState if state is not ListingState.PUBLISHED],
    )
