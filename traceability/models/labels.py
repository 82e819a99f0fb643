"""Tables of labels: what was printed, with which serial numbers, and what was spoiled or voided."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from traceability.rules.labels import BatchState, SerialState, Template


class LabelBatch(Base):
    """Labels of one lot that were printed together; ``printed`` is what they say, frozen."""

    __tablename__ = "label_batch"
    __table_args__ = (
        sa.Index("ix_label_batch_lot", "lot_id", "id"),
        sa.Index("ix_label_batch_vendor", "vendor_id", "id"),
        sa.CheckConstraint("count > 0", name="count"),
        sa.CheckConstraint("spoiled >= 0 AND spoiled <= count", name="spoiled"),
    )

    id: Mapped[PrimaryId]
    lot_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"))
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    template: Mapped[Template]
    dpi: Mapped[int] = mapped_column(sa.SmallInteger)
    # Of error correction: M, or Q.
    level: Mapped[str] = mapped_column(sa.String(1))
    # A module of the code in micrometres: whole dots of the printer.
    module_um: Mapped[int] = mapped_column(sa.Integer)
    count: Mapped[int] = mapped_column(sa.Integer)
    has_serials: Mapped[bool]
    # Each has a secret code under a scratch field, and when those were handed out: once.
    has_claims: Mapped[bool] = mapped_column(default=False)
    claims_at: Mapped[datetime | None]
    # What stood on them, and what the codes held but for the serial numbers.
    printed: Mapped[dict[str, Any]]
    # Labels that came out badly: never on goods.
    spoiled: Mapped[int] = mapped_column(sa.Integer, default=0)
    state: Mapped[BatchState] = mapped_column(default=BatchState.PRINTED)
    state_at: Mapped[datetime]
    void_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    # The batch that was printed once more, for labels that were spoiled.
    reprint_of: Mapped[str | None] = mapped_column(sa.String(26), sa.ForeignKey("label_batch.id"))
    printed_by: Mapped[str | None] = mapped_column(sa.String(26))
    printed_by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    printed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class SerialUnit(Base):
    """One label with a number of its own (GS1 AI 21): twelve characters of Crockford's base32."""

    __tablename__ = "serial_unit"
    __table_args__ = (
        sa.Index("ix_serial_unit_lot", "lot_id", "state"),
        sa.UniqueConstraint("batch_id", "position"),
    )

    serial: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    lot_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"))
    batch_id: Mapped[Id] = mapped_column(sa.ForeignKey("label_batch.id"))
    position: Mapped[int] = mapped_column(sa.Integer)
    state: Mapped[SerialState] = mapped_column(default=SerialState.ISSUED)
    activated_at: Mapped[datetime | None]
    sold_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
