"""The table of lots that a listing's stock was taken from."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId


class ListingLot(Base):
    """So much of one lot in a listing's stock; what is left of it follows from the ledger.

    Which line of an order gets which lot is decided when it is packed.
    """

    __tablename__ = "listing_lot"
    __table_args__ = (
        sa.UniqueConstraint("listing_id", "lot_id"),
        sa.CheckConstraint("quantity >= 0", name="quantity"),
        sa.CheckConstraint("written_off >= 0", name="written_off"),
        sa.CheckConstraint("set_aside >= 0", name="set_aside"),
        sa.Index("ix_listing_lot_lot", "lot_id"),
        sa.Index("ix_listing_lot_best_before", "best_before"),
    )

    id: Mapped[PrimaryId]
    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"))
    lot_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"))
    # In the listing's unit; what was written off is not in it any more.
    quantity: Mapped[int]
    # Copied from the lot, the last good day: the queue is read from one table.
    best_before: Mapped[date | None]
    # Taken out of the stock because its day had passed.
    written_off: Mapped[int] = mapped_column(default=0)
    # Taken out of the stock while the lot is on hold or recalled: comes back when it is released.
    set_aside: Mapped[int] = mapped_column(default=0)
    taken_at: Mapped[datetime]


class StockGap(Base):
    """What of an offer is promised though its lots do not hold it: a row while that is so.

    Quantities are in the listing's unit.
    """

    __tablename__ = "stock_gap"
    __table_args__ = (
        sa.CheckConstraint("missing >= 0", name="missing"),
        sa.CheckConstraint("held >= 0", name="held"),
    )

    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True)
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"), index=True)
    # Sold and not packed.
    missing: Mapped[int]
    # In baskets and orders that are not paid yet.
    held: Mapped[int]
    since: Mapped[datetime]
