"""Tables of farms, plots and the crops on them."""

from datetime import date, datetime
from typing import Any

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
    # Its border: corners as [longitude, latitude] in WGS 84, the first not said again.
    outline: Mapped[list[Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    # The first day on which other plots stand in its place.
    retired_on: Mapped[date | None]


class PlotHeritage(Base):
    """A plot that was split off, or drawn anew, from an older one: sprays are inherited."""

    __tablename__ = "plot_heritage"
    __table_args__ = (sa.Index("ix_plot_heritage_child", "child_id"),)

    parent_id: Mapped[Id] = mapped_column(sa.ForeignKey("plot.id"), primary_key=True)
    child_id: Mapped[Id] = mapped_column(sa.ForeignKey("plot.id"), primary_key=True)
    since: Mapped[date]


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
    # What of the office's lists it is, where it is known: labels are asked for by it.
    crop_id: Mapped[Id | None]
    variety_id: Mapped[Id | None]
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
