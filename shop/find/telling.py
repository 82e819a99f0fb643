"""What a hit says of why it was found: words marked, a stretch of its text, how far away it is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from catalog.queries import Beside, Card, Point, beside
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
    """Return by listing id what is told of hits; ``said`` is what was understood."""
    if not cards or not (wish.words or wish.near):
        return {}
    marker = Marker(meant or fold(said).split(), said)
    known = beside(db(), [card.id for card in cards])
    return {
        card.id: _told(card, known[card.id], marker, wish.near)
        for card in cards
        if card.id in known
    }


def _told(card: Card, more: Beside, marker: Marker, near: Near | None) -> Told:
    lang = current_language()
    title = pick(card.title, lang)
    seen = marker.hits_in(f"{title} {card.vendor_name} {place(card.commune)}")
    longer = [pick(more.summary, lang), pick(more.description, lang)[:MOST_READ]]
    fresh = [text for text in longer if text and marker.hits_in(text) - seen]
    return Told(
        title=marker.mark(title),
        about=marker.window(fresh),
        distance=_distance(more.point, near) if near else "",
    )


def _distance(point: Point, near: Near) -> str:
    kilometres = round(point.metres_to(Point(near.lat, near.lon)) / 1000)
    return str(_("%(km)s km", km=kilometres) if kilometres else _("under 1 km"))
