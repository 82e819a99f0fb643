"""Prices of packs changed alone: the card follows, the version moves, it is kept and told."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, Variant
from catalog.rules import PackSize, shown_price
from catalog.rules.pricing import KILO
from catalog.services.listings import tell_change
from catalog.services.rechecks import touch
from catalog.services.revisions import begin_history, keep_revision
from kernel import audit
from kernel.actor import Actor
from kernel.errors import Invalid, NotFound
from kernel.messages import msg
from kernel.money import price_for

MOST_VND = 10**10


def set_prices(
    session: Session,
    listing: Listing,
    prices: Mapping[str | None, int],
    *,
    action: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Set prices by pack (None: of an experience) of a listing that is locked.

    Of a pack that is weighed later it is the price of a kilogram.

    :raises NotFound: for a pack that is not offered.
    :raises Invalid: for a price of nothing, or one beyond belief.
    """
    if any(not 0 < price <= MOST_VND for price in prices.values()):
        raise Invalid(msg("Write an amount such as 45.000."), field="price")
    begin_history(session, listing, now=now)
    packs = offered_packs(session, listing.id)
    before = {pack.id: asked_vnd(pack) for pack in packs} | {None: listing.price_vnd}
    for pack_id, price in prices.items():
        _set_price(listing, packs, pack_id, price)
    _show_on_card(listing, packs)
    touch(listing)
    session.flush()
    keep_revision(session, listing, action=action, actor=actor, now=now)
    audit.record(
        session,
        "listing.prices_set",
        actor=actor,
        subject=("listing", listing.id),
        now=now,
        code=listing.code,
        way=action,
        prices=[[pack_id, before[pack_id], price] for pack_id, price in prices.items()],
    )
    tell_change(session, listing, now)


def _show_on_card(listing: Listing, packs: list[Variant]) -> None:
    if packs and listing.unit is not None:
        sizes = [PackSize(pack.size, pack.price_vnd) for pack in packs]
        listing.price_vnd, listing.price_per = shown_price(sizes, listing.unit)
        listing.kilo_vnd = min(packs, key=lambda pack: (pack.size, pack.price_vnd)).kilo_vnd


def asked_vnd(pack: Variant) -> int:
    """Return the price that is set of a pack: of a kilogram, if it is weighed later."""
    return pack.price_vnd if pack.kilo_vnd is None else pack.kilo_vnd


def offered_packs(session: Session, listing_id: str) -> list[Variant]:
    """Return the packs of a listing that are offered, read anew."""
    return list(
        session.scalars(
            sa.select(Variant)
            .where(Variant.listing_id == listing_id, Variant.active)
            .order_by(Variant.position, Variant.id)
            .execution_options(populate_existing=True)
        )
    )


def _set_price(listing: Listing, packs: list[Variant], pack_id: str | None, price: int) -> None:
    if pack_id is None and listing.unit is None:
        listing.price_vnd = price
        return
    pack = next((pack for pack in packs if pack.id == pack_id), None)
    if pack is None:
        raise NotFound
    if pack.kilo_vnd is None:
        pack.price_vnd = price
    else:
        pack.kilo_vnd = price
        pack.price_vnd = price_for(price, KILO, pack.nominal_g or KILO)
