"""Tables of what is found out about harvests: holds and their causes, lab tests, the watch list."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from traceability.rules import Block, HoldEnd, Verdict, WatchKind, WatchState


class LotHold(Base):
    """Why the rule holds a lot: one cause, from when to when, and how it ended."""

    __tablename__ = "lot_hold"
    __table_args__ = (
        sa.Index("ix_lot_hold_lot", "lot_id", "closed_at"),
        sa.Index("ix_lot_hold_source", "source_lot_id"),
    )

    id: Mapped[PrimaryId]
    lot_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"))
    block: Mapped[Block]
    # The spraying (its first revision) that forbids the harvest.
    entry_root: Mapped[Id | None] = mapped_column(sa.ForeignKey("diary_entry.id"))
    # The lot it was made from, where that one is held.
    source_lot_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("lot.id"))
    product: Mapped[str] = mapped_column(sa.String(200), default="")
    sprayed_on: Mapped[date | None]
    # The first allowed day of harvest; None: no day.
    free_from: Mapped[date | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_how: Mapped[HoldEnd | None]
    closed_by: Mapped[str | None] = mapped_column(sa.String(26))
    # The passing test on which it was cleared.
    test_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("lab_test.id"))


class LabTest(Base):
    """A report of a laboratory on a lot, or on soil and water of a season."""

    __tablename__ = "lab_test"
    __table_args__ = (
        sa.Index("ix_lab_test_lot", "lot_id", "sampled_on"),
        sa.Index("ix_lab_test_vendor", "vendor_id", "sampled_on"),
    )

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    lot_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("lot.id"))
    season_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("season.id"))
    lab: Mapped[str] = mapped_column(sa.String(160))
    report_no: Mapped[str] = mapped_column(sa.String(60), default="")
    sampled_on: Mapped[date]
    verdict: Mapped[Verdict]
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    # The report itself.
    file_key: Mapped[str] = mapped_column(sa.String(200), default="")
    file_name: Mapped[str] = mapped_column(sa.String(160), default="")
    media_type: Mapped[str] = mapped_column(sa.String(80), default="")
    recorded_by: Mapped[str | None] = mapped_column(sa.String(26))
    recorded_at: Mapped[datetime]


class LabResult(Base):
    """One analyte of a test: what was found, and what is allowed."""

    __tablename__ = "lab_result"

    test_id: Mapped[Id] = mapped_column(sa.ForeignKey("lab_test.id"), primary_key=True)
    position: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    analyte: Mapped[str] = mapped_column(sa.String(120))
    method: Mapped[str] = mapped_column(sa.String(120), default="")
    # As printed, such as 0,02 or "not found".
    value: Mapped[str] = mapped_column(sa.String(40))
    unit: Mapped[str] = mapped_column(sa.String(20), default="")
    most: Mapped[str] = mapped_column(sa.String(40), default="")
    verdict: Mapped[Verdict]


class WatchItem(Base):
    """Something that does not fit, for the office to look at: one row a matter."""

    __tablename__ = "watch_item"
    __table_args__ = (
        sa.Index("ix_watch_item_state", "state", "changed_at"),
        sa.Index("ix_watch_item_season", "season_id", "state"),
        sa.Index("ix_watch_item_vendor", "vendor_id", "state"),
    )

    id: Mapped[PrimaryId]
    kind: Mapped[WatchKind]
    # Says which matter it is: the same matter is never two rows.
    key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    season_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("season.id"))
    entry_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("diary_entry.id"))
    lot_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("lot.id"))
    batch_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("input_batch.id"))
    # What the words of the kind are filled with.
    detail: Mapped[dict[str, str]] = mapped_column(default=dict)
    state: Mapped[WatchState] = mapped_column(default=WatchState.OPEN)
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    decided_by: Mapped[str | None] = mapped_column(sa.String(26))
    decided_name: Mapped[str] = mapped_column(sa.String(120), default="")
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
