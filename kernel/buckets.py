"""The tables of the claims ledger (see kernel.claims)."""

import enum
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from kernel.quantity import Unit


class ClaimState(enum.Enum):
    """ACTIVE -> CONSUMED | RELEASED | EXPIRED."""

    ACTIVE = "active"
    CONSUMED = "consumed"
    RELEASED = "released"
    EXPIRED = "expired"


class Bucket(Base):
    """A quantity that can run out."""

    __tablename__ = "bucket"
    __table_args__ = (
        sa.CheckConstraint("on_hand >= 0", name="on_hand"),
        sa.CheckConstraint("allocated >= 0", name="allocated"),
        sa.CheckConstraint("oversell_cap >= 0", name="oversell_cap"),
        # The last line of defence: it guards allocations, not holds.
        sa.CheckConstraint("on_hand - allocated >= -oversell_cap", name="not_oversold"),
    )

    id: Mapped[PrimaryId]
    kind: Mapped[str] = mapped_column(sa.String(20))
    unit: Mapped[Unit]
    on_hand: Mapped[int]
    allocated: Mapped[int] = mapped_column(default=0)
    oversell_cap: Mapped[int] = mapped_column(default=0)


class Claim(Base):
    """A hold on, or a sale of, a part of one bucket."""

    __tablename__ = "claim"
    __table_args__ = (
        sa.CheckConstraint("qty > 0", name="qty"),
        sa.Index(
            "uq_claim_one_open",
            "bucket_id",
            "owner_key",
            unique=True,
            sqlite_where=sa.text("state IN ('active', 'consumed')"),
            postgresql_where=sa.text("state IN ('active', 'consumed')"),
        ),
        sa.Index(
            "ix_claim_live",
            "bucket_id",
            "expires_at",
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        ),
        sa.Index(
            "ix_claim_unserved",
            "bucket_id",
            sqlite_where=sa.text("state = 'consumed' AND served_at IS NULL"),
            postgresql_where=sa.text("state = 'consumed' AND served_at IS NULL"),
        ),
        sa.Index("ix_claim_owner", "owner_key"),
    )

    id: Mapped[PrimaryId]
    bucket_id: Mapped[Id] = mapped_column(sa.ForeignKey("bucket.id"))
    owner_key: Mapped[str] = mapped_column(sa.String(80))
    qty: Mapped[int]
    state: Mapped[ClaimState] = mapped_column(default=ClaimState.ACTIVE)
    expires_at: Mapped[datetime]
    # The outcome of a payment is unknown: expiry is ignored.
    pinned: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    # What was sold was taken off the shelf: its lots bear it no more.
    served_at: Mapped[datetime | None]


class Movement(Base):
    """Append-only reason for every change of a bucket: their sum is the bucket."""

    __tablename__ = "bucket_movement"
    __table_args__ = (sa.Index("ix_bucket_movement_bucket", "bucket_id", "at"),)

    id: Mapped[PrimaryId]
    bucket_id: Mapped[Id] = mapped_column(sa.ForeignKey("bucket.id"))
    d_on_hand: Mapped[int]
    d_allocated: Mapped[int]
    reason: Mapped[str] = mapped_column(sa.String(80))
    owner_key: Mapped[str | None] = mapped_column(sa.String(80))
    actor_id: Mapped[str | None] = mapped_column(sa.String(26))
    at: Mapped[datetime]


@dataclass(frozen=True)
class Standing:
    """What a bucket has to answer for, in its unit.

    ``sold`` was not handed out yet, ``held`` is what live claims hold, ``free`` what nobody has.
    """

    sold: int
    held: int
    free: int
