"""What surrounds every page: rendered once for each language and state, then filled in."""

from flask import Flask, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup, escape

from kernel.messages import msg
from kernel.web.language import current_language

COLUMNS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        msg("Buying"),
        (
            ("/about/prices", msg("Prices and taxes")),
            ("/about/payment", msg("Payment")),
            ("/about/delivery", msg("Delivery")),
            ("/about/returns", msg("Returns and refunds")),
            ("/about/visits", msg("Visits and cancellation")),
            ("/about/complaints", msg("Complaints")),
            ("/recalls", msg("Recalls")),
        ),
    ),
    (
        msg("Selling"),
        (
            ("/apply", msg("Sell on the market")),
            ("/about/conditions", msg("Conditions and limits")),
            ("/about/rights", msg("Rights and duties")),
            ("/ranking", msg("Order of display")),
        ),
    ),
    (
        msg("The market"),
        (
            ("/about/operator", msg("Who runs the market")),
            ("/about/privacy", msg("Personal data")),
            ("/about/tracing", msg("How tracing works")),
            ("/about/livestream", msg("Livestream")),
        ),
    ),
)

TABS = ("/search", "/scan", "/basket", "/me")
MOST_SHOWN = 99
# Stand where the address in the other language and the words searched for go.
ADDRESS, WORDS = "@address@", "@words@"


class Chrome:
    """Header, bottom bar and footer; nothing in them belongs to a person but the count."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.made: dict[tuple[str, ...], Markup] = {}

    def top(self, words: str = "") -> Markup:
        """Return the header, with the words that were searched for."""
        made = self._get("top", _count())
        other = "en" if current_language() == "vi" else "vi"
        address = self.app.jinja_env.globals["with_language"](other)  # type: ignore[operator]
        filled = made.replace(ADDRESS, escape(address)).replace(WORDS, escape(words))
        return Markup(filled)  # noqa: S704 - both parts are escaped

    def tabs(self) -> Markup:
        """Return the bottom bar of phones."""
        path = request.path
        here = path if path == "/" else next((tab for tab in TABS if path.startswith(tab)), "")
        return self._get("tabs", _count(), here)

    def footer(self) -> Markup:
        """Return the footer."""
        return self._get("footer", "")

    def _get(self, name: str, count: str, here: str = "") -> Markup:
        key = (current_language(), name, count, here)
        made = self.made.get(key)
        if made is None:
            made = self.made[key] = _render(name, count, here)
        return made


def _render(name: str, count: str, here: str) -> Markup:
    columns = [(_(heading), [(href, _(text)) for href, text in ways]) for heading, ways in COLUMNS]
    text = render_template(
        f"shop/{name}.html", count=count, tab=here, columns=columns, address=ADDRESS, words=WORDS
    )
    return Markup(text)  # noqa: S704 - a template's own output


def _count() -> str:
    """Return how many lines the basket has, as its cookie says; nothing else gets through."""
    said = request.cookies.get("basket_count", "")
    if not said.isascii() or not said.isdecimal() or len(said) > 3 or int(said) == 0:
        return ""
    return str(min(int(said), MOST_SHOWN))
