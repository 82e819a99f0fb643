"""One screen of a lot: what it came from, how it was made, what it went into, who has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts import guards
from catalog.queries.affected import InStock, stock_of
from kernel.errors import NotFound
from kernel.web.answers import Answer
from kernel.web.pages import page
from kernel.web.session import db
from orders.queries.affected import sold_of
from shop.recalling.place import Place, both
from traceability.queries import LotCard, lot_cards, lot_story
from traceability.queries.graph import Reached, backward, forward
from traceability.services.recalls.belonging import need_part
from vendors.queries import vendor_cards

MOST_SHOWN = 60


@dataclass(frozen=True)
class Kin:
    """Lots on one side of a lot, the nearest first; ``more`` are not shown."""

    found: Sequence[tuple[Reached, LotCard]]
    more: int


@both("/trace/<trace_code>")
def trace(place: Place, trace_code: str) -> Answer:
    """Show a lot with its suppliers, its production and its customers."""
    story = lot_story(db(), trace_code=trace_code)
    if story is None or place.vendor_id not in {None, story.lot.vendor_id}:
        raise NotFound
    lot = story.lot
    need_part(guards.current_actor(), lot.vendor_id)
    before, after = backward(db(), [lot.id])[1:], forward(db(), [lot.id])[1:]
    shown = [*before[:MOST_SHOWN], *after[:MOST_SHOWN]]
    cards = lot_cards(db(), [one.lot_id for one in shown])
    ids = [lot.id, *(one.lot_id for one in after)]
    stock, sold = stock_of(db(), ids), sold_of(db(), ids, vendor_id=place.vendor_id)
    return page(
        "shop/recalling/trace.html",
        place=place,
        lot=lot,
        story=story,
        sources=_kin(before, cards),
        made=_kin(after, cards),
        stock=_seen(stock, place),
        sold=sold[:MOST_SHOWN],
        more_sold=max(len(sold) - MOST_SHOWN, 0),
        vendors=vendor_cards(db(), {card.vendor_id for card in cards.values()} | {lot.vendor_id}),
    )


def _kin(reached: Sequence[Reached], cards: Mapping[str, LotCard]) -> Kin:
    shown = [(one, cards[one.lot_id]) for one in reached[:MOST_SHOWN]]
    return Kin(shown, max(len(reached) - MOST_SHOWN, 0))


def _seen(stock: Sequence[InStock], place: Place) -> list[InStock]:
    return [one for one in stock if place.vendor_id in {None, one.vendor_id}]
