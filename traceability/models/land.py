"""Tables of farms, plots and the crops on them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId


class Farm(Base):
    """A place of production of one vendor."""

    __tablename__ = "farm"
    __table_args__ = (sa.UniqueConstraint("vendor_id", "code"),)

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    code: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(120))
    commune: Mapped[str] = mapped_column(sa.String(20))
    address: Mapped[str] = mapped_column(sa.String(200), default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    story: Mapped[dict[str, str]] = mapped_column(default=dict)
    created_at: Mapped[datetime]


class Plot(Base):
    """A piece of land of a farm."""

    __tablename__ = "plot"
    __table_args__ = (sa.UniqueConstraint("farm_id", "code"),)

    id: Mapped[PrimaryId]
    farm_id: Mapped[Id] = mapped_column(sa.ForeignKey("farm.id"))
    code: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(120))
    area_m2: Mapped[int]
    # Planting-area code (PUC) where one was issued.
    planting_area_code: Mapped[str | None] = mapped_column(sa.String(30))


class Season(Base):
    """One crop on one plot, from seeding (or pruning) to the last harvest."""

    __tablename__ = "season"
    __table_args__ = (
        sa.Index("ix_season_plot", "plot_id", "started_on"),
        sa.UniqueConstraint("plot_id", "code"),
    )

    id: Mapped[PrimaryId]
    plot_id: Mapped[Id] = mapped_column(sa.ForeignKey("plot.id"))
    code: Mapped[str] = mapped_column(sa.String(20))
    crop: Mapped[dict[str, str]]
    variety: Mapped[str] = mapped_column(sa.String(80), default="")
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
