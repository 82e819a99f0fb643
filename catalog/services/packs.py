"""Pack sizes: so much of one stock for so much money."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, Variant
from catalog.rules import PackSize, shown_price
from catalog.rules.pricing import Weight, need_weight
from kernel.errors import Invalid
from kernel.i18n import DEFAULT, LANGUAGES, format_quantity, pick
from kernel.messages import msg
from kernel.quantity import Unit

MOST_PACKS = 12


@dataclass(frozen=True)
class PackDraft:
    """A pack size; ``size`` in the listing's unit. Without a label it is called by its size.

    ``id`` names the pack that this one was, if it was one. With a ``weight`` its price is an
    estimate that follows from it.
    """

    size: int
    price_vnd: int
    label: dict[str, str] = field(default_factory=dict)
    id: str | None = None
    weight: Weight | None = None

    @property
    def costs_vnd(self) -> int:
        """Return its price, or what it is likely to cost."""
        return self.weight.estimate_vnd if self.weight else self.price_vnd


def check_packs(packs: Sequence[PackDraft], unit: Unit | None, *, by_weight: bool = False) -> None:
    """Refuse packs that cannot be.

    :raises Invalid: when there are too many, two of a size, one costs nothing, or one has a
        weight and none is asked for, or the other way.
    """
    if unit is None and packs:
        raise Invalid(msg("An experience has no pack sizes."), field="packs")
    if len(packs) > MOST_PACKS:
        raise Invalid(msg("At most %(most)s pack sizes."), field="packs", most=MOST_PACKS)
    if len({(pack.size, tuple(sorted(pack.label.items()))) for pack in packs}) < len(packs):
        raise Invalid(msg("Two pack sizes are the same."), field="packs")
    for pack in packs:
        _check_pack(pack, by_weight=by_weight)


def _check_pack(pack: PackDraft, *, by_weight: bool) -> None:
    if (pack.weight is not None) is not by_weight:
        raise Invalid(
            msg("Say about how much each piece weighs and what a kilogram costs."), field="packs"
        )
    if pack.weight:
        need_weight(pack.weight)
    if pack.size <= 0 or pack.costs_vnd <= 0:
        raise Invalid(msg("Give every pack a size and a price."), field="packs")


def set_packs(session: Session, listing: Listing, packs: Sequence[PackDraft]) -> None:
    """Make the packs of a listing those given; what is no longer offered stays for old orders."""
    rows = session.scalars(sa.select(Variant).where(Variant.listing_id == listing.id)).all()
    spare: dict[object, Variant] = {_key(row.size, row.label): row for row in rows}
    spare |= {row.id: row for row in rows}
    for row in rows:
        row.active = False
    for position, pack in enumerate(packs):
        label = pack.label or size_label(pack.size, listing)
        row = spare.get(pack.id) or spare.get(_key(pack.size, label)) or Variant()
        row.listing_id, row.position, row.active = listing.id, position, True
        row.size, row.price_vnd, row.label = pack.size, pack.costs_vnd, label
        _weigh(row, pack.weight)
        session.add(row)
    if packs and listing.unit:
        _show_price(listing, packs, listing.unit)
    session.flush()


def size_label(size: int, listing: Listing) -> dict[str, str]:
    """Return what a pack is called by its size: "500 g", "3 hộp"."""
    if listing.unit is None:
        return {}
    return {
        lang: format_quantity(size, listing.unit, pick(listing.piece_name, lang))
        for lang in LANGUAGES
    }


def _weigh(row: Variant, weight: Weight | None) -> None:
    row.least_g = weight.least_g if weight else None
    row.nominal_g = weight.nominal_g if weight else None
    row.most_g = weight.most_g if weight else None
    row.kilo_vnd = weight.kilo_vnd if weight else None


def _key(size: int, label: dict[str, str]) -> tuple[int, str]:
    return size, pick(label, DEFAULT)


def _show_price(listing: Listing, packs: Sequence[PackDraft], unit: Unit) -> None:
    sizes = [PackSize(pack.size, pack.costs_vnd) for pack in packs]
    listing.price_vnd, listing.price_per = shown_price(sizes, unit)
    smallest = min(packs, key=lambda pack: (pack.size, pack.costs_vnd))
    listing.pack_size = smallest.size
    listing.kilo_vnd = smallest.weight.kilo_vnd if smallest.weight else None
