"""Tables of the law's clocks: notices before a hard decision, orders of authorities, reminders."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from vendors.rules.orders import OrderKind, OrderState

_OPEN = sa.text("used_at IS NULL AND withdrawn_at IS NULL")


class VendorNotice(Base):
    """Word given to a vendor of what the office means to do, why, and from which day on it may."""

    __tablename__ = "vendor_notice"
    __table_args__ = (
        sa.Index("ix_vendor_notice_vendor", "vendor_id", "given_at"),
        # Of one action a vendor is told once at a time.
        sa.Index(
            "ix_vendor_notice_open",
            "vendor_id",
            "action",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id", ondelete="CASCADE"))
    action: Mapped[str] = mapped_column(sa.String(40))
    reason: Mapped[str] = mapped_column(sa.Text)
    ground: Mapped[str] = mapped_column(sa.String(300))
    given_at: Mapped[datetime]
    given_by: Mapped[str | None] = mapped_column(sa.String(26))
    given_by_name: Mapped[str] = mapped_column(sa.String(120))
    # First day on which the action may be taken.
    earliest: Mapped[date]
    # What the vendor says to it.
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class AuthorityOrder(Base):
    """One line of the register: what an authority asks for, until when, and what was done."""

    __tablename__ = "authority_order"
    __table_args__ = (
        sa.UniqueConstraint("year", "number"),
        sa.Index("ix_authority_order_state", "state", "due_at"),
    )

    id: Mapped[PrimaryId]
    year: Mapped[int]
    number: Mapped[int]
    kind: Mapped[OrderKind]
    state: Mapped[OrderState] = mapped_column(default=OrderState.OPEN)
    document_no: Mapped[str] = mapped_column(sa.String(60))
    authority: Mapped[str] = mapped_column(sa.String(160))
    # What the document asks for, in words.
    text: Mapped[str] = mapped_column(sa.Text)
    vendor_id: Mapped[str | None] = mapped_column(
        sa.String(26), sa.ForeignKey("vendor.id", ondelete="SET NULL")
    )
    listing_code: Mapped[str] = mapped_column(sa.String(24), default="")
    received_at: Mapped[datetime]
    due_at: Mapped[datetime]
    entered_by: Mapped[str | None] = mapped_column(sa.String(26))
    entered_by_name: Mapped[str] = mapped_column(sa.String(120))
    entered_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(sa.String(26))
    done_by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    # How it was done, or why not.
    outcome: Mapped[str] = mapped_column(sa.Text, default="")


class AuthorityCounter(Base):
    """The last number of a year; its row is locked while one is taken."""

    __tablename__ = "authority_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


class ClockReminder(Base):
    """Proof that one reminder was sent: its key is what makes it sent once."""

    __tablename__ = "clock_reminder"

    # What it is about, which reminder, and the due time it speaks of.
    subject_id: Mapped[str] = mapped_column(sa.String(26), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    due: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    sent_at: Mapped[datetime]
