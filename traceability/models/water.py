"""Tables of water: where it comes from, which plots draw it, what it was used and tested for."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId


class WaterSource(Base):
    """A well, pond, canal or pipe that a vendor waters from."""

    __tablename__ = "water_source"
    __table_args__ = (sa.UniqueConstraint("vendor_id", "name"),)

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    name: Mapped[str] = mapped_column(sa.String(120))
    created_at: Mapped[datetime]


class PlotWater(Base):
    """A plot that draws from a source, from its first day until the day it does no more."""

    __tablename__ = "plot_water"
    __table_args__ = (
        sa.Index("ix_plot_water_source", "source_id"),
        sa.Index("ix_plot_water_plot", "plot_id"),
    )

    id: Mapped[PrimaryId]
    plot_id: Mapped[Id] = mapped_column(sa.ForeignKey("plot.id"))
    source_id: Mapped[Id] = mapped_column(sa.ForeignKey("water_source.id"))
    since: Mapped[date]
    until: Mapped[date | None]


class EntryWater(Base):
    """The source that a diary entry says was watered from."""

    __tablename__ = "entry_water"
    __table_args__ = (sa.Index("ix_entry_water_source", "source_id"),)

    entry_id: Mapped[Id] = mapped_column(sa.ForeignKey("diary_entry.id"), primary_key=True)
    source_id: Mapped[Id] = mapped_column(sa.ForeignKey("water_source.id"))


class WaterTest(Base):
    """The source whose water a laboratory tested."""

    __tablename__ = "water_test"
    __table_args__ = (sa.Index("ix_water_test_source", "source_id"),)

    test_id: Mapped[Id] = mapped_column(sa.ForeignKey("lab_test.id"), primary_key=True)
    source_id: Mapped[Id] = mapped_column(sa.ForeignKey("water_source.id"))
