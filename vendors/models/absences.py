"""Tables of vendors that are away for a while, or have left."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base


class VendorVacation(Base):
    """Days on which a vendor sells nothing; its goods stay in sight."""

    __tablename__ = "vendor_vacation"

    vendor_id: Mapped[str] = mapped_column(
        sa.String(26), sa.ForeignKey("vendor.id", ondelete="CASCADE"), primary_key=True
    )
    first_day: Mapped[date]
    # First day on which it sells again.
    back_on: Mapped[date]
    notice: Mapped[dict[str, str]] = mapped_column(default=dict)
    saved_at: Mapped[datetime]


class VendorLeaving(Base):
    """When a vendor closed its account, and how long what is left must be kept."""

    __tablename__ = "vendor_leaving"

    vendor_id: Mapped[str] = mapped_column(
        sa.String(26), sa.ForeignKey("vendor.id", ondelete="CASCADE"), primary_key=True
    )
    closed_on: Mapped[date]
    # First days on which papers and story, and name and contact, need not be kept any more.
    papers_until: Mapped[date]
    orders_until: Mapped[date]
    papers_gone_on: Mapped[date | None]
    forgotten_on: Mapped[date | None]
