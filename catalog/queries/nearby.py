"""What is sold of a lot and at its farm, in one statement: for the page behind a QR code."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing
from catalog.queries.cards import Photo
from catalog.rules import ListingKind, ListingState
from kernel.quantity import Unit
from traceability.queries.selling import may_be_sold
from vendors.queries.selling import may_sell


@dataclass(frozen=True)
class Nearby:
    """A listing beside a lot; ``sellable`` says whether its own lot may be sold now."""

    code: str
    slug: str
    kind: ListingKind
    title: dict[str, str]
    price_vnd: int
    price_per: int
    unit: Unit | None
    piece_name: dict[str, str]
    art: str
    tint: str
    photos: tuple[Photo, ...]
    lot_id: str | None
    sellable: bool


_COLUMNS = [getattr(Listing, name) for name in Nearby.__dataclass_fields__ if name != "sellable"]


def nearby(session: Session, *, lot_id: str, farm_id: str | None, limit: int = 12) -> list[Nearby]:
    """Return published listings of a lot, then of its farm, newest first."""
    of_lot = Listing.lot_id == lot_id
    wanted = sa.or_(of_lot, Listing.farm_id == farm_id) if farm_id else of_lot
    rows = session.execute(
        sa.select(*_COLUMNS, may_be_sold(Listing.lot_id).label("sellable"))
        .where(wanted, Listing.state == ListingState.PUBLISHED, may_sell(Listing.vendor_id))
        .order_by(sa.case((of_lot, 0), else_=1), Listing.ranked_at.desc(), Listing.id.desc())
        .limit(limit)
    )
    return [
        Nearby(**{**row._mapping, "photos": tuple(Photo(**photo) for photo in row.photos)})
        for row in rows
    ]
