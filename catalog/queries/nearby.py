"""What is sold of a lot and at its farm, in one statement: for the page behind a QR code."""

from dataclasses import dataclass
from functools import cache
from typing import Any

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
    asked = {"lot_id": lot_id, "farm_id": farm_id, "most": limit}
    rows = session.execute(_around(), asked)
    return [
        Nearby(**{**row._mapping, "photos": tuple(Photo(**photo) for photo in row.photos)})
        for row in rows
    ]


@cache
def _around() -> sa.Select[*tuple[Any, ...]]:
    """Say once what is asked for every page: building it costs more than running it."""
    of_lot = Listing.lot_id == sa.bindparam("lot_id")
    # Without a farm this is not true of anything.
    of_farm = Listing.farm_id == sa.bindparam("farm_id", type_=sa.String)
    return (
        sa.select(*_COLUMNS, may_be_sold(Listing.lot_id).label("sellable"))
        .where(
            sa.or_(of_lot, of_farm),
            Listing.state == ListingState.PUBLISHED,
            may_sell(Listing.vendor_id),
        )
        .order_by(sa.case((of_lot, 0), else_=1), Listing.ranked_at.desc(), Listing.id.desc())
        .limit(sa.bindparam("most", type_=sa.Integer))
    )
