"""Tables of how lots were packed: on which line, in which shift, by whom, into what."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id


class LotPacking(Base):
    """Where, when and by whom a lot was packed, as far as it was told."""

    __tablename__ = "lot_packing"

    lot_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"), primary_key=True)
    line: Mapped[str] = mapped_column(sa.String(60), default="")
    shift: Mapped[str] = mapped_column(sa.String(60), default="")
    worker: Mapped[str] = mapped_column(sa.String(120), default="")


class LotPackaging(Base):
    """So much of a batch of bags, boxes or film that a lot was packed into, in its base unit."""

    __tablename__ = "lot_packaging"
    __table_args__ = (
        sa.Index("ix_lot_packaging_batch", "batch_id"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
    )

    lot_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"), primary_key=True)
    batch_id: Mapped[Id] = mapped_column(sa.ForeignKey("input_batch.id"), primary_key=True)
    quantity: Mapped[int]
