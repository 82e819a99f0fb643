"""Links of codes that the office took down: told to their vendor, and not kept again meanwhile."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId


class BarredLink(Base):
    """A link that was taken down, and why; ``allowed_at``: its vendor may keep it again since."""

    __tablename__ = "barred_link"
    __table_args__ = (
        sa.Index("ix_barred_link_vendor", "vendor_id", "taken_at"),
        sa.Index("ix_barred_link_taken", "taken_at"),
    )

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    anchor: Mapped[str] = mapped_column(sa.String(300))
    link_type: Mapped[str] = mapped_column(sa.String(60))
    href: Mapped[str] = mapped_column(sa.String(500))
    title: Mapped[str] = mapped_column(sa.String(120))
    reason: Mapped[str] = mapped_column(sa.String(300))
    taken_by: Mapped[str | None] = mapped_column(sa.String(26))
    taken_by_name: Mapped[str] = mapped_column(sa.String(120))
    taken_at: Mapped[datetime]
    allowed_by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    allowed_at: Mapped[datetime | None]
