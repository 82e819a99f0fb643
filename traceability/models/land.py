"""Tables of farms, plots and the crops on them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from kernel.ids import short_code


def new_trace_code() -> str:
    """Return a new code for the public address of a place."""
    return short_code(12)


class Farm(Base):
    """A place of production of one vendor."""

    __tablename__ = "farm"
    __table_args__ = (
        sa.UniqueConstraint("vendor_id", "code"),
        sa.Index("uq_farm_trace_code", "trace_code", unique=True),
        sa.Index("uq_farm_gln", "gln", unique=True),
    )

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    code: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(120))
    commune: Mapped[str] = mapped_column(sa.String(20))
    address: Mapped[str] = mapped_column(sa.String(200), default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    story: Mapped[dict[str, str]] = mapped_column(default=dict)
    # GS1 AI 414, thirteen digits, given to the vendor by GS1; never invented here.
    gln: Mapped[str | None] = mapped_column(sa.String(13))
    # What the public path /p/{trace_code} carries.
    trace_code: Mapped[str] = mapped_column(sa.String(12), default=new_trace_code)
    created_at: Mapped[datetime]


class Plot(Base):
    """A piece of land of a farm."""

    __tablename__ = "plot"
    __table_args__ = (
        sa.UniqueConstraint("farm_id", "code"),
        sa.Index("uq_plot_trace_code", "trace_code", unique=True),
        sa.Index("uq_plot_extension", "farm_id", "extension", unique=True),
    )

    id: Mapped[PrimaryId]
    farm_id: Mapped[Id] = mapped_column(sa.ForeignKey("farm.id"))
    code: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(120))
    area_m2: Mapped[int]
    # Planting-area code (PUC) where one was issued.
    planting_area_code: Mapped[str | None] = mapped_column(sa.String(30))
    # GS1 AI 254: which part of the farm's place it is.
    extension: Mapped[str | None] = mapped_column(sa.String(20))
    # What the public path /p/{trace_code} carries.
    trace_code: Mapped[str] = mapped_column(sa.String(12), default=new_trace_code)


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
