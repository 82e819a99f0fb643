"""Tables of lots and their steps."""

from collections.abc import Collection
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from kernel.quantity import Unit
from traceability.rules import LotKind, LotState


def _whole(context: DefaultExecutionContext) -> int:
    """Return what is left of a lot that nothing was taken of."""
    return int(context.get_current_parameters()["quantity"])  # type: ignore[no-untyped-call]


class Lot(Base):
    """What was harvested or made together: the thing a QR code on a bag leads to."""

    __tablename__ = "lot"
    __table_args__ = (
        sa.UniqueConstraint("vendor_id", "code"),
        sa.UniqueConstraint("gtin", "code"),
        sa.CheckConstraint("quantity >= 0", name="quantity"),
        sa.CheckConstraint("rest >= 0", name="rest"),
        sa.Index("ix_lot_season", "season_id", "harvested_on"),
        sa.Index("ix_lot_vendor", "vendor_id", "harvested_on", "id"),
        sa.Index("ix_lot_code", "code"),
        sa.Index("ix_lot_state", "state", "state_at"),
    )

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    season_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("season.id"))
    kind: Mapped[LotKind] = mapped_column(default=LotKind.HARVEST)
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
    # What it was made with.
    quantity: Mapped[int]
    # What is left of it: the sum of its moves.
    rest: Mapped[int] = mapped_column(default=_whole)
    harvested_on: Mapped[date]
    packed_on: Mapped[date | None]
    best_before: Mapped[date | None]
    state: Mapped[LotState] = mapped_column(default=LotState.OPEN)
    state_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    state_at: Mapped[datetime]
    # Harvested before the sprays on its plot allowed it: released by a second person only.
    inside_interval: Mapped[bool] = mapped_column(default=False)
    # The event by which it began; None: made before events were kept. No foreign key: it could
    # not be taken away again on SQLite, and events are never deleted.
    commissioned_seq: Mapped[int | None] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    )
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class LotSeason(Base):
    """A further season that was harvested into a lot, besides the one the lot names."""

    __tablename__ = "lot_season"
    __table_args__ = (sa.Index("ix_lot_season_season", "season_id"),)

    lot_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"), primary_key=True)
    season_id: Mapped[Id] = mapped_column(sa.ForeignKey("season.id"), primary_key=True)


def grew_in(seasons: Collection[str] | sa.Select[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a lot was harvested, at least in part, in one of these seasons."""
    also = sa.select(LotSeason.lot_id).where(LotSeason.season_id.in_(seasons))
    return sa.or_(Lot.season_id.in_(seasons), Lot.id.in_(also))


def seasons_of_lots(lots: Collection[str] | sa.Select[str]) -> sa.Subquery:
    """Return lots (``lot_id``) with every season (``season_id``) that was harvested into them."""
    first = sa.select(Lot.id.label("lot_id"), Lot.season_id).where(
        Lot.id.in_(lots), Lot.season_id.is_not(None)
    )
    further = sa.select(LotSeason.lot_id, LotSeason.season_id).where(LotSeason.lot_id.in_(lots))
    return first.union(further).subquery("grown")


class LotEdge(Base):
    """So much of one lot went into another: what a trace walks along, both ways."""

    __tablename__ = "lot_edge"
    __table_args__ = (
        # Both ways with all that a trace reads: it never looks at the table.
        sa.Index("ix_lot_edge_src", "src_id", "dst_id", "quantity"),
        sa.Index("ix_lot_edge_dst", "dst_id", "src_id", "quantity"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("src_id <> dst_id", name="itself"),
    )

    id: Mapped[PrimaryId]
    src_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"))
    dst_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"))
    # The event that tells of it.
    event_seq: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.ForeignKey("trace_event.seq")
    )
    # In the unit of the source.
    quantity: Mapped[int]
    at: Mapped[datetime]


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
