"""What a hit says of why it was found: words marked, a stretch of its text, how far away it is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from catalog.queries import Card, Point, Texts, points_of, texts_of
from catalog.search.engine import Near
from catalog.search.snippets import Marker, Piece
from kernel.i18n import pick
from kernel.text import fold
from kernel.web.language import current_language
from kernel.web.session import db
from shop.find.wish import Wish
from shop.frame import place

MOST_READ = 1500
"""Letters of a description that are looked through."""


@dataclass(frozen=True)
class Told:
    """The title in pieces, a stretch of the text where that has what the title has not, the way."""

    title: tuple[Piece, ...]
    about: tuple[Piece, ...] = ()
    distance: str = ""


def tell(cards: Sequence[Card], wish: Wish, *, said: str, meant: Collection[str]) -> dict[str, Any]:
    """Return by listing id what is told of hits; ``said`` is what was understood.

    Longer texts are read only of hits whose cards do not say all that was looked for.
    """
    if not cards or not (wish.words or wish.near):
        return {}
    marker = Marker(meant or fold(said).split(), said)
    missing = {card.id: marker.meant - marker.hits_in(_shown(card)) for card in cards}
    texts = texts_of(db(), [key for key, words in missing.items() if words])
    distances = _distances(cards, wish.near) if wish.near else {}
    return {
        card.id: Told(
            title=marker.mark(pick(card.title, current_language())),
            about=_about(texts.get(card.id), marker, missing[card.id]),
            distance=distances.get(card.id, ""),
        )
        for card in cards
    }


def _shown(card: Card) -> str:
    """Return the words that stand on a card anyway."""
    title = pick(card.title, current_language())
    return f"{title} {card.vendor_name} {place(card.commune)}"


def _about(texts: Texts | None, marker: Marker, missing: Collection[str]) -> tuple[Piece, ...]:
    """Return a stretch of the first text that says a missing word."""
    if texts is None:
        return ()
    lang = current_language()
    longer = pick(texts.summary, lang), pick(texts.description, lang)[:MOST_READ]
    says = (text for text in longer if not marker.hits_in(text).isdisjoint(missing))
    return marker.window([next(says, "")])


def _distances(cards: Sequence[Card], near: Near) -> dict[str, str]:
    points = points_of(db(), [card.id for card in cards])
    return {key: _distance(point, near) for key, point in points.items()}


def _distance(point: Point, near: Near) -> str:
    kilometres = round(point.metres_to(Point(near.lat, near.lon)) / 1000)
    return str(_("%(km)s km", km=kilometres) if kilometres else _("under 1 km"))
