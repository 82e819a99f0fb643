"""What can be put into a basket, packs and seats alike, as it is offered at this moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from bookings.queries import SeatOffer, seat_offers
from catalog.queries import ListingHead, Offer, listing_heads, offers
from catalog.queries.sending import NOTHING_KNOWN, Sending, Stocked, sendings
from catalog.rules.pricing import Priced, Tier, Weight, per_of, price_at
from catalog.rules.selling import NO_LIMITS, DeliveryArea, Limits
from kernel.clock import local_date
from kernel.quantity import Unit
from orders.models import CartLine
from traceability.queries import LotCard


@dataclass(frozen=True)
class Good:
    """A pack size or a seat: everything that an order line copies.

    ``size`` is in the bucket's unit, for one piece; ``starts_at`` marks a seat.
    ``price_vnd`` is the usual one until `priced_together` has looked at the whole basket.
    """

    key: str
    listing_id: str
    listing_code: str
    vendor_id: str
    title: dict[str, str]
    label: dict[str, str]
    art: str
    tint: str
    size: int
    unit: Unit
    price_vnd: int
    bucket_id: str
    lot: LotCard | None
    starts_at: datetime | None
    for_sale: bool
    # The seller is away until this day.
    back_on: date | None = None
    piece_name: Mapping[str, str] | None = None
    tiers: tuple[Tier, ...] = ()
    # Weighed once it is packed: the price is an estimate.
    weight: Weight | None = None
    limits: Limits = NO_LIMITS
    area: DeliveryArea = DeliveryArea.EVERYWHERE
    area_communes: tuple[str, ...] = ()
    # Ordered ahead: when it is brought.
    deliver_from: date | None = None
    deliver_until: date | None = None
    best_before: date | None = None
    # So much of its bucket is past its best-before day, in the bucket's unit.
    past: int = 0

    @property
    def per(self) -> int:
        """Return what the price of a unit is for: 1000 g, 1000 ml, one piece, one person."""
        return per_of(self.unit)

    @property
    def unit_vnd(self) -> int:
        """Return what a kilogram, a litre, a piece or a person costs."""
        return self.priced.unit_vnd

    @property
    def priced(self) -> Priced:
        """Return it as the rules of prices see it."""
        return Priced(self.size, self.price_vnd, self.per, self.weight)

    @property
    def is_seat(self) -> bool:
        """Tell whether it is a seat of a visit."""
        return self.starts_at is not None

    @property
    def lot_id(self) -> str | None:
        """Return the lot it comes from, if one is known."""
        return self.lot.id if self.lot else None

    @property
    def harvested_on(self) -> date | None:
        """Return the day of harvest, if one is known."""
        return self.lot.harvested_on if self.lot else None


def goods(session: Session, lines: Iterable[CartLine], *, now: datetime) -> dict[str, Good]:
    """Return what basket lines stand for, by the id of the variant or departure."""
    lines = list(lines)
    return read_goods(
        session,
        variant_ids=[line.variant_id for line in lines if line.variant_id],
        departure_ids=[line.departure_id for line in lines if line.departure_id],
        now=now,
    )


def priced_together(
    wanted: Iterable[tuple[str, int]], found: Mapping[str, Good]
) -> dict[str, Good]:
    """Return goods at the prices they have together: pairs of key and quantity are the basket.

    Packs of one listing count together, as do its visitors.
    """
    amounts: dict[str, int] = {}
    for key, quantity in wanted:
        if key in found:
            good = found[key]
            amounts[good.listing_id] = amounts.get(good.listing_id, 0) + good.size * quantity
    return {key: _at(good, amounts.get(good.listing_id, 0)) for key, good in found.items()}


def _at(good: Good, amount: int) -> Good:
    priced = price_at(good.priced, good.tiers, amount)
    return replace(good, price_vnd=priced.price_vnd, weight=priced.weight)


def read_goods(
    session: Session, *, variant_ids: list[str], departure_ids: list[str], now: datetime
) -> dict[str, Good]:
    """Return packs and seats by their ids; an unknown one is left out (at most 5 statements)."""
    on = local_date(now)
    packs = offers(session, variant_ids) if variant_ids else {}
    stocked = {
        offer.listing_id: Stocked(offer.listing_id, offer.lot_id, offer.by_lots)
        for offer in packs.values()
        if offer.lot_id and not offer.counted_ahead(on)
    }
    sent = sendings(session, stocked.values(), on=on) if stocked else {}
    found = {
        key: _pack(offer, sent.get(offer.listing_id, NOTHING_KNOWN), now)
        for key, offer in packs.items()
    }
    if not departure_ids:
        return found
    seats = seat_offers(session, departure_ids, now=now)
    heads = listing_heads(session, {offer.listing_id for offer in seats.values()})
    return found | {key: _seat(offer, heads[offer.listing_id], now) for key, offer in seats.items()}


def _back_on(offered: Offer | ListingHead, now: datetime) -> date | None:
    """Return when its seller is back, if the seller is away today."""
    start, back = offered.away_from, offered.back_on
    away = start is not None and back is not None and start <= local_date(now) < back
    return back if away else None


def _pack(offer: Offer, sending: Sending, now: datetime) -> Good:
    back_on, on = _back_on(offer, now), local_date(now)
    is_ahead = offer.ahead.is_open(on)
    counted_ahead = offer.counted_ahead(on)
    return Good(
        key=offer.variant_id,
        listing_id=offer.listing_id,
        listing_code=offer.listing_code,
        vendor_id=offer.vendor_id,
        title=offer.title,
        label=offer.label,
        art=offer.art,
        tint=offer.tint,
        size=offer.size,
        unit=offer.unit,
        price_vnd=offer.price_vnd,
        bucket_id=(offer.preorder_bucket_id if counted_ahead else None) or offer.bucket_id,
        lot=sending.lot,
        starts_at=None,
        for_sale=offer.sellable and sending.is_open and back_on is None,
        back_on=back_on,
        piece_name=offer.piece_name,
        tiers=offer.tiers,
        weight=offer.weight,
        limits=offer.limits,
        area=offer.area,
        area_communes=offer.area_communes,
        deliver_from=offer.ahead.deliver_from if is_ahead else None,
        deliver_until=offer.ahead.deliver_until if is_ahead else None,
        best_before=sending.best_before,
        past=sending.past,
    )


def _seat(offer: SeatOffer, head: ListingHead, now: datetime) -> Good:
    back_on = _back_on(head, now)
    return Good(
        key=offer.departure_id,
        listing_id=offer.listing_id,
        listing_code=head.code,
        vendor_id=head.vendor_id,
        title=head.title,
        label={},
        art=head.art,
        tint=head.tint,
        size=1,
        unit=Unit.SEAT,
        price_vnd=offer.price_vnd,
        bucket_id=offer.bucket_id,
        lot=None,
        starts_at=offer.starts_at,
        for_sale=offer.bookable and head.published and back_on is None,
        back_on=back_on,
        tiers=head.tiers,
        limits=head.limits,
    )
