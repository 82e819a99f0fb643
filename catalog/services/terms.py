"""Conditions under which a listing is sold: steps of price, limits, pre-orders, area, label."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from catalog.models import Listing
from catalog.rules import ListingKind
from catalog.rules.label import need_allergens, need_label
from catalog.rules.pricing import Tier, need_tiers, per_of
from catalog.rules.selling import (
    NO_LIMITS,
    DeliveryArea,
    Limits,
    Preorder,
    need_area,
    need_limits,
    need_preorder,
)
from kernel import claims
from kernel.buckets import Bucket
from kernel.claims import SoldOut
from kernel.errors import Invalid
from kernel.messages import msg
from kernel.money import price_for
from kernel.quantity import Unit
from kernel.text import nfc

Texts = Mapping[str, str]


@dataclass(frozen=True)
class SaleTerms:
    """What a vendor sets beside words and packs; quantities in the listing's unit (visits: persons).

    ``preorder_cap`` None: pre-orders are taken out of the stock.
    """

    tiers: tuple[Tier, ...] = ()
    limits: Limits = NO_LIMITS
    preorder_cap: int | None = None
    deliver_from: date | None = None
    deliver_until: date | None = None
    area: DeliveryArea = DeliveryArea.EVERYWHERE
    area_communes: tuple[str, ...] = ()
    label: Mapping[str, Texts] = field(default_factory=dict)
    allergens: tuple[str, ...] = ()
    safety: Texts = field(default_factory=dict)


PLAIN_TERMS = SaleTerms()


def write_terms(listing: Listing, terms: SaleTerms, opens: date | None, until: date | None) -> None:
    """Write conditions onto a listing: all that needs neither prices nor stock.

    :raises Invalid: when a value cannot be used; ``field`` names it.
    """
    visits = listing.kind is ListingKind.EXPERIENCE
    limits = need_limits(terms.limits)
    listing.order_most, listing.buyer_most = limits.order_most, limits.buyer_most
    listing.buyer_days = limits.days
    ahead = need_preorder(
        Preorder(opens, until, terms.preorder_cap, terms.deliver_from, terms.deliver_until)
    )
    if visits and opens:
        raise Invalid(msg("A visit is booked by its dates."), field="preorder_from")
    listing.preorder_from, listing.preorder_until = ahead.opens, ahead.until
    listing.deliver_from, listing.deliver_until = ahead.deliver_from, ahead.deliver_until
    area = DeliveryArea.EVERYWHERE if visits else terms.area
    listing.area, listing.area_communes = need_area(area, terms.area_communes)
    listing.label = need_label(_composed(terms.label))
    listing.allergens = need_allergens(terms.allergens)
    listing.safety = {lang: nfc(text).strip() for lang, text in terms.safety.items() if text}


def set_tiers(listing: Listing, tiers: tuple[Tier, ...]) -> None:
    """Write steps of price onto a listing whose usual price is known.

    :raises Invalid: when they do not fall with rising quantities.
    """
    kept = need_tiers(tiers, unit_vnd=unit_price(listing)) if tiers else ()
    listing.tiers = [[tier.least, tier.price_vnd] for tier in kept]


def unit_price(listing: Listing) -> int:
    """Return what a kilogram, a litre, a piece or a person costs without steps."""
    if listing.kilo_vnd is not None:
        return listing.kilo_vnd
    return price_for(listing.price_vnd, listing.price_per, per_of(listing.unit))


def set_preorder_cap(session: Session, listing: Listing, cap: int | None, now: datetime) -> None:
    """Count pre-orders by themselves, up to a cap; without one they come out of the stock.

    :raises Invalid: when more than the cap, or anything at all, is ordered ahead already.
    """
    if cap is None:
        _give_up_cap(session, listing, now)
    elif listing.preorder_bucket_id is None:
        unit = listing.unit or Unit.PIECE
        bucket = claims.open_bucket(session, kind="preorder", unit=unit, on_hand=cap, now=now)
        listing.preorder_bucket_id = bucket.id
    else:
        _move_cap(session, listing.preorder_bucket_id, cap, now)
    session.flush()


def preorder_cap(session: Session, listing: Listing) -> int | None:
    """Return how much may be ordered ahead in all, in the listing's unit."""
    bucket = session.get(Bucket, listing.preorder_bucket_id) if listing.preorder_bucket_id else None
    return bucket.on_hand if bucket else None


def _give_up_cap(session: Session, listing: Listing, now: datetime) -> None:
    bucket_id, listing.preorder_bucket_id = listing.preorder_bucket_id, None
    if bucket_id is not None:
        _move_cap(session, bucket_id, 0, now)


def _move_cap(session: Session, bucket_id: str, cap: int, now: datetime) -> None:
    bucket = session.get_one(Bucket, bucket_id, populate_existing=True)
    change = cap - bucket.on_hand
    if not change:
        return
    try:
        claims.adjust(session, bucket_id, d_on_hand=change, reason="preorder_cap", now=now)
    except SoldOut:
        raise Invalid(
            msg("More than this is ordered ahead already: the limit can only grow."),
            field="preorder_cap",
        ) from None


def _composed(label: Mapping[str, Texts]) -> dict[str, dict[str, Any]]:
    return {
        name: {lang: nfc(text) for lang, text in words.items() if text}
        for name, words in label.items()
    }
