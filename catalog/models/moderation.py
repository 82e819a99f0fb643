"""Tables of what happened to listings, and of what the office looks at."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules import ListingState
from catalog.rules.changes import ChangeState
from catalog.rules.checks import Check
from kernel.db import Base, Id, PrimaryId


class ListingStep(Base):
    """One arrow of a listing's history: who, when, why."""

    __tablename__ = "listing_step"
    __table_args__ = (sa.Index("ix_listing_step_listing", "listing_id", "at"),)

    id: Mapped[PrimaryId]
    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"))
    action: Mapped[str] = mapped_column(sa.String(40))
    state: Mapped[ListingState]
    actor_id: Mapped[str | None] = mapped_column(sa.String(26))
    actor_name: Mapped[str] = mapped_column(sa.String(120))
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    at: Mapped[datetime]


class ListingChange(Base):
    """An edit of protected fields of what was approved: it waits while the old values stay shown."""

    __tablename__ = "listing_change"
    __table_args__ = (
        # One waits for each listing.
        sa.Index(
            "ix_listing_change_waiting",
            "listing_id",
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        sa.Index("ix_listing_change_listing", "listing_id", "proposed_at"),
    )

    id: Mapped[PrimaryId]
    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"))
    # Values by field: as they are shown, and as they are to be (see catalog.rules.changes).
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    state: Mapped[ChangeState] = mapped_column(default=ChangeState.WAITING)
    proposed_by: Mapped[str | None] = mapped_column(sa.String(26))
    proposed_name: Mapped[str] = mapped_column(sa.String(120))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(sa.String(26))
    decided_name: Mapped[str] = mapped_column(sa.String(120), default="")
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(500), default="")


class ListingBaseline(Base):
    """What the office last saw of a listing whose words or pictures changed since, live."""

    __tablename__ = "listing_baseline"

    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True)
    # Values by field, pictures among them.
    values: Mapped[dict[str, Any]]
    # When the first change after that look was made.
    at: Mapped[datetime]


class ListingFlag(Base):
    """Something a check of words or pictures found; cleared by the office's decision."""

    __tablename__ = "listing_flag"
    __table_args__ = (
        sa.Index("ix_listing_flag_listing", "listing_id"),
        sa.Index(
            "ix_listing_flag_open",
            "listing_id",
            "check",
            sqlite_where=sa.text("cleared_at IS NULL"),
            postgresql_where=sa.text("cleared_at IS NULL"),
        ),
    )

    id: Mapped[PrimaryId]
    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"))
    check: Mapped[Check]
    # The field of the form, such as "title_vi"; for pictures their digest stands in ``words``.
    field: Mapped[str] = mapped_column(sa.String(40))
    words: Mapped[str] = mapped_column(sa.String(120))
    law: Mapped[str] = mapped_column(sa.String(200), default="")
    scheme: Mapped[str] = mapped_column(sa.String(40), default="")
    # The listing that shows the same picture.
    other_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("listing.id"))
    found_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]


class ListingPicture(Base):
    """A picture of a listing by what it looks like: found again when another vendor uses it."""

    __tablename__ = "listing_picture"
    __table_args__ = (
        sa.UniqueConstraint("listing_id", "digest"),
        sa.Index("ix_listing_picture_digest", "digest"),
        *(sa.Index(f"ix_listing_picture_band_{band}", f"band_{band}") for band in range(4)),
    )

    id: Mapped[PrimaryId]
    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"))
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    digest: Mapped[str] = mapped_column(sa.String(64))
    # 64 bits (kernel.pictures.likeness_of); None for one too plain to be told from others.
    likeness: Mapped[int | None]
    # Its four parts of 16 bits: two pictures alike share at least one.
    band_0: Mapped[int | None] = mapped_column(sa.Integer)
    band_1: Mapped[int | None] = mapped_column(sa.Integer)
    band_2: Mapped[int | None] = mapped_column(sa.Integer)
    band_3: Mapped[int | None] = mapped_column(sa.Integer)
