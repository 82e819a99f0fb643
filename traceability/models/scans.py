"""Tables of scans: when a code was opened, roughly where if the reader said so, never by whom."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId, Sequence
from traceability.rules.copies import AlertState, Sign


class Scan(Base):
    """A page behind a code was opened.

    ``device`` is a keyed hash of a day: the same phone has another one tomorrow.
    """

    __tablename__ = "scan"
    __table_args__ = (
        sa.Index("ix_scan_lot", "lot_id", "serial", "at"),
        sa.Index("ix_scan_device", "device", "at"),
        sa.Index("ix_scan_at", "at"),
    )

    seq: Mapped[Sequence]
    lot_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"))
    # As it was read, issued or not; nothing for a code of the lot alone.
    serial: Mapped[str] = mapped_column(sa.String(20), default="")
    at: Mapped[datetime]
    device: Mapped[str] = mapped_column(sa.String(16), default="")
    # Tenths of a degree, some ten kilometres; only where the reader gave them.
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    # One of more numbers than anybody scans on one day.
    swept: Mapped[bool] = mapped_column(default=False)


class ScanAlert(Base):
    """A sign that labels are copied, told once for each code and kind."""

    __tablename__ = "scan_alert"
    __table_args__ = (
        sa.UniqueConstraint("lot_id", "serial", "sign"),
        sa.Index("ix_scan_alert_state", "state", "last_at"),
        sa.Index("ix_scan_alert_vendor", "vendor_id", "state", "last_at"),
    )

    id: Mapped[PrimaryId]
    lot_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"))
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    serial: Mapped[str] = mapped_column(sa.String(20), default="")
    sign: Mapped[Sign]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    # The numbers that broke the rule, such as {"scans": 24, "most": 20}.
    facts: Mapped[dict[str, Any]]
    state: Mapped[AlertState] = mapped_column(default=AlertState.OPEN)
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    checked_by: Mapped[str | None] = mapped_column(sa.String(26))
    checked_name: Mapped[str] = mapped_column(sa.String(120), default="")
    checked_at: Mapped[datetime | None]
