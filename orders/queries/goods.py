"""What can be put into a basket, packs and seats alike, as it is offered at this moment."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from bookings.queries import SeatOffer, seat_offers
from catalog.queries import ListingHead, Offer, listing_heads, offers
from kernel.clock import local_date
from kernel.quantity import Unit
from orders.models import CartLine
from traceability.queries import LotCard, lot_cards
from vendors.queries.absences import back_days


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
    """Return packs and seats by their ids; an unknown one is left out (at most 6 statements)."""
    packs = offers(session, variant_ids) if variant_ids else {}
    lot_ids = sorted({offer.lot_id for offer in packs.values() if offer.lot_id})
    lots = lot_cards(session, lot_ids) if lot_ids else {}
    found = {key: _pack(offer, lots.get(offer.lot_id or "")) for key, offer in packs.items()}
    if not departure_ids:
        return _without_absent(session, found, now)
    seats = seat_offers(session, departure_ids, now=now)
    heads = listing_heads(session, {offer.listing_id for offer in seats.values()})
    found |= {key: _seat(offer, heads[offer.listing_id]) for key, offer in seats.items()}
    return _without_absent(session, found, now)


def _without_absent(session: Session, found: dict[str, Good], now: datetime) -> dict[str, Good]:
    """Mark what cannot be bought because its seller is away."""
    sellers = {good.vendor_id for good in found.values()}
    back = back_days(session, sellers, on=local_date(now))
    return {
        key: replace(good, for_sale=False, back_on=back[good.vendor_id])
        if good.vendor_id in back
        else good
        for key, good in found.items()
    }


def _pack(offer: Offer, lot: LotCard | None) -> Good:
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
        for_sale=offer.sellable and (lot is None or lot.is_open),
    )


def _seat(offer: SeatOffer, head: ListingHead) -> Good:
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
        for_sale=offer.bookable and head.published,
    )
