"""A stock promises no more of a lot than the lot holds.

What is sold is taken out of lots when orders are packed, first to expire first. So of each
lot must be there: what is unsold in stocks, and what stocks ever got of it less what went
to buyers (sold, but not packed yet, is in the second sum and not in the first).
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.errors import NamesNoLot
from catalog.models import Listing, ListingLot
from catalog.queries.affected import stock_of
from kernel.errors import Invalid
from kernel.messages import msg
from kernel.quantity import written
from traceability.services.lots import Holding, lock_holding


def need_source(listing: Listing, lot_id: str | None, *, change: int) -> None:
    """Refuse to raise a stock that comes from lots without a word about which: nothing backs it.

    :raises NamesNoLot: then.
    """
    if change > 0 and listing.by_lots and not lot_id:
        raise NamesNoLot(field="amount")


def source_of(session: Session, listing: Listing, lot_id: str | None) -> tuple[str, Holding] | None:
    """Lock the lot that stock is said to come from, else the one the listing names.

    It is locked before the bucket: who packs and cancels does it in this order, too.
    """
    wanted = lot_id or (None if listing.by_lots else listing.lot_id)
    held = lock_holding(session, wanted, vendor_id=listing.vendor_id) if wanted else None
    # A lot that is no source of this stock is refused by whoever takes it in.
    return (wanted, held) if wanted and held and held.unit is listing.unit else None


def need_held(session: Session, lot_id: str, held: Holding, *, change: int) -> None:
    """Refuse stock that its lot, which is locked, does not hold; ``change`` was added just now.

    :raises Invalid: saying how much could be taken in.
    """
    stocked = sa.select(sa.func.sum(ListingLot.quantity)).where(ListingLot.lot_id == lot_id)
    unsold = sum(one.left for one in stock_of(session, [lot_id]))
    over = max(unsold - held.rest, (session.scalar(stocked) or 0) - held.rest - held.sold)
    if over > 0:
        raise Invalid(
            msg("Lot %(lot)s does not hold so much: %(left)s more can be taken in."),
            field="amount",
            lot=held.code,
            left=written(max(change - over, 0), held.unit),
        )
