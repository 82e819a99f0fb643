"""Tables of what a listing said at each time, and of tables that wait to be taken in."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId


class ListingRevision(Base):
    """What a vendor had written about a listing after one saved edit."""

    __tablename__ = "listing_revision"
    __table_args__ = (sa.UniqueConstraint("listing_id", "number"),)

    id: Mapped[PrimaryId]
    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"))
    # 1, 2, 3, ... of this listing.
    number: Mapped[int]
    # A key of catalog.rules.history.ACTIONS.
    action: Mapped[str] = mapped_column(sa.String(40))
    # Values by field (see catalog.rules.fields), packs and pictures among them.
    values: Mapped[dict[str, Any]]
    # Fields of it that waited for the office.
    waiting: Mapped[list[str]] = mapped_column(default=list)
    actor_id: Mapped[str | None] = mapped_column(sa.String(26))
    actor_name: Mapped[str] = mapped_column(sa.String(120))
    at: Mapped[datetime]


class SheetUpload(Base):
    """A file that was looked through and not yet taken in; kept for a day."""

    __tablename__ = "sheet_upload"
    __table_args__ = (sa.Index("ix_sheet_upload_at", "at"),)

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    name: Mapped[str] = mapped_column(sa.String(120))
    data: Mapped[bytes] = mapped_column(sa.LargeBinary)
    # Of the bytes, and of all that they would change when they were looked through.
    digest: Mapped[str] = mapped_column(sa.String(64))
    plan_digest: Mapped[str] = mapped_column(sa.String(64))
    actor_id: Mapped[str | None] = mapped_column(sa.String(26))
    at: Mapped[datetime]
