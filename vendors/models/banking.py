"""Tables of bank accounts and of people who were invited."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId


class BankAccount(Base):
    """An account payouts go to; a later one takes its place once it holds. Never edited."""

    __tablename__ = "vendor_bank_account"
    __table_args__ = (
        sa.Index("ix_vendor_bank_account_vendor", "vendor_id", "holds_from"),
        sa.Index("ix_vendor_bank_account_fingerprint", "fingerprint"),
    )

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id", ondelete="CASCADE"))
    bank_bin: Mapped[str] = mapped_column(sa.String(6))
    # The number, sealed; a keyed digest to find it again, and its last four signs.
    number_sealed: Mapped[str] = mapped_column(sa.Text)
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    last4: Mapped[str] = mapped_column(sa.String(4))
    holder: Mapped[str] = mapped_column(sa.String(120))
    entered_by: Mapped[str | None] = mapped_column(sa.String(26))
    entered_at: Mapped[datetime]
    # End of the cooling-off period: payouts go here from now on.
    holds_from: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class Invitation(Base):
    """A link with which somebody without an account becomes a member; only its digest is kept."""

    __tablename__ = "vendor_invitation"
    __table_args__ = (sa.Index("ix_vendor_invitation_vendor", "vendor_id", "created_at"),)

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id", ondelete="CASCADE"))
    contact: Mapped[str] = mapped_column(sa.String(254))
    roles: Mapped[list[str]]
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    invited_by: Mapped[str | None] = mapped_column(sa.String(26))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    # When somebody used it, or an owner took it back.
    closed_at: Mapped[datetime | None]
