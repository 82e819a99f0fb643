"""Tables of farms, plots, seasons, diaries and lots."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from kernel.quantity import Unit
from traceability.rules import Activity, LotState


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


class DiaryEntry(Base):
    """One line of the farm diary."""

    __tablename__ = "diary_entry"
    __table_args__ = (sa.Index("ix_diary_entry_season", "season_id", "done_on"),)

    id: Mapped[PrimaryId]
    season_id: Mapped[Id] = mapped_column(sa.ForeignKey("season.id"))
    # Made by the phone: sending the same entry twice stores it once.
    client_key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    activity: Mapped[Activity]
    done_on: Mapped[date]
    note: Mapped[dict[str, str]] = mapped_column(default=dict)
    input_name: Mapped[str | None] = mapped_column(sa.String(120))
    active_ingredient: Mapped[str | None] = mapped_column(sa.String(120))
    dose: Mapped[str | None] = mapped_column(sa.String(80))
    # Days from this spray to the first allowed harvest, from the product's label.
    phi_days: Mapped[int | None] = mapped_column(sa.SmallInteger)
    worker: Mapped[str] = mapped_column(sa.String(120), default="")
    recorded_by: Mapped[str | None] = mapped_column(sa.String(26))
    recorded_at: Mapped[datetime]


class Lot(Base):
    """What was harvested or made together: the thing a QR code on a bag leads to."""

    __tablename__ = "lot"
    __table_args__ = (
        sa.UniqueConstraint("vendor_id", "code"),
        sa.UniqueConstraint("gtin", "code"),
        sa.CheckConstraint("quantity >= 0", name="quantity"),
        sa.Index("ix_lot_season", "season_id", "harvested_on"),
        sa.Index("ix_lot_vendor", "vendor_id", "harvested_on", "id"),
        sa.Index("ix_lot_code", "code"),
        sa.Index("ix_lot_state", "state", "state_at"),
    )

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    season_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("season.id"))
    # The diary entry of the harvest that made it.
    harvest_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("diary_entry.id"), unique=True)
    # GS1 AI 10: at most 20 characters, unique with the GTIN or within the vendor.
    code: Mapped[str] = mapped_column(sa.String(20))
    # Fourteen digits, given to the vendor by GS1; never invented here.
    gtin: Mapped[str | None] = mapped_column(sa.String(14))
    # What the public path /t/{trace_code} carries.
    trace_code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    product: Mapped[dict[str, str]]
    unit: Mapped[Unit]
    quantity: Mapped[int]
    harvested_on: Mapped[date]
    packed_on: Mapped[date | None]
    best_before: Mapped[date | None]
    state: Mapped[LotState] = mapped_column(default=LotState.OPEN)
    state_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    state_at: Mapped[datetime]
    # Harvested before the sprays on its plot allowed it: released by a second person only.
    inside_interval: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class LotStep(Base):
    """One arrow of a lot's history: who, when, why."""

    __tablename__ = "lot_step"
    __table_args__ = (sa.Index("ix_lot_step_lot", "lot_id", "at"),)

    id: Mapped[PrimaryId]
    lot_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"))
    action: Mapped[str] = mapped_column(sa.String(40))
    state: Mapped[LotState]
    actor_id: Mapped[str | None] = mapped_column(sa.String(26))
    actor_name: Mapped[str] = mapped_column(sa.String(120))
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    at: Mapped[datetime]


class LotCounter(Base):
    """The last running number of a vendor's lots in a month such as 2611."""

    __tablename__ = "lot_counter"

    vendor_id: Mapped[str] = mapped_column(
        sa.String(26), sa.ForeignKey("vendor.id"), primary_key=True
    )
    month: Mapped[str] = mapped_column(sa.String(4), primary_key=True)
    last: Mapped[int]
