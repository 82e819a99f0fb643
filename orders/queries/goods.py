"""What can be put into a basket, packs and seats alike, as it is offered at this moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bookings.queries import SeatOffer, seat_offers
from catalog.queries import ListingHead, Offer, listing_heads, offers
from kernel.clock import local_date
from kernel.quantity import Unit
from orders.models import CartLine
from traceability.queries import LotCard, lot_cards


@dataclass(frozen=True)
class Good:
    """A pack size or a seat: everything that an order line copies.

    ``size`` is in the bucket's unit, for one piece; ``starts_at`` marks a seat.
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


def read_goods(
    session: Session, *, variant_ids: list[str], departure_ids: list[str], now: datetime
) -> dict[str, Good]:
    """Return packs and seats by their ids; an unknown one is left out (at most 5 statements)."""
    packs = offers(session, variant_ids) if variant_ids else {}
    lot_ids = sorted({offer.lot_id for offer in packs.values() if offer.lot_id})
    lots = lot_cards(session, lot_ids) if lot_ids else {}
    found = {key: _pack(offer, lots.get(offer.lot_id or ""), now) for key, offer in packs.items()}
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


def _pack(offer: Offer, lot: LotCard | None, now: datetime) -> Good:
    back_on = _back_on(offer, now)
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
        bucket_id=offer.bucket_id,
        lot=lot,
        starts_at=None,
        for_sale=offer.sellable and (lot is None or lot.is_open) and back_on is None,
        back_on=back_on,
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
    )
