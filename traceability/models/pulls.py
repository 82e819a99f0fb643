"""The table of what was pulled from other farm programs, until it is taken in."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId


class DiaryPull(Base):
    """Logs of a farmOS server as they were answered; passwords and tokens are not kept."""

    __tablename__ = "diary_pull"
    __table_args__ = (sa.Index("ix_diary_pull_vendor", "vendor_id", "pulled_at"),)

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    server: Mapped[str] = mapped_column(sa.String(200))
    content: Mapped[dict[str, Any]]
    pulled_by: Mapped[str | None] = mapped_column(sa.String(26))
    pulled_at: Mapped[datetime]
    # Which season each place of the server became, as it was chosen last.
    choices: Mapped[dict[str, str]] = mapped_column(default=dict)
    taken_at: Mapped[datetime | None]
