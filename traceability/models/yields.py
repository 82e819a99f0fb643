"""The table of what a field gives at most, from a day on."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId


class YieldBound(Base):
    """What a crop, or a variety of it, gives at most in a season from a day on."""

    __tablename__ = "yield_bound"
    __table_args__ = (
        sa.Index(
            "uq_yield_bound_crop",
            "crop_id",
            "valid_from",
            unique=True,
            sqlite_where=sa.text("variety_id IS NULL"),
            postgresql_where=sa.text("variety_id IS NULL"),
        ),
        sa.UniqueConstraint("variety_id", "valid_from"),
        sa.CheckConstraint("most_kg_per_ha > 0", name="most"),
    )

    id: Mapped[PrimaryId]
    crop_id: Mapped[Id] = mapped_column(sa.ForeignKey("crop.id"))
    variety_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("variety.id"))
    # None: from this day on no bound is known; a variety is judged as its crop.
    most_kg_per_ha: Mapped[int | None]
    source: Mapped[str] = mapped_column(sa.String(300), default="")
    valid_from: Mapped[date]
