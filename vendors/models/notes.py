"""The table of what officers tell each other about a dossier."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId


class VendorNote(Base):
    """A note of an officer: only added, never changed, and never shown to the vendor."""

    __tablename__ = "vendor_note"
    __table_args__ = (sa.Index("ix_vendor_note_vendor", "vendor_id", "at"),)

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id", ondelete="CASCADE"))
    author_id: Mapped[str | None] = mapped_column(sa.String(26))
    author_name: Mapped[str] = mapped_column(sa.String(120))
    text: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime]
