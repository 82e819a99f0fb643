"""Tables about personal data: numbers that are kept sealed."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base


class VendorNumber(Base):
    """The registration number of a vendor where it is a person's: sealed, found by fingerprint."""

    __tablename__ = "vendor_number"
    __table_args__ = (sa.Index("ix_vendor_number_fingerprint", "fingerprint"),)

    vendor_id: Mapped[str] = mapped_column(
        sa.String(26), sa.ForeignKey("vendor.id", ondelete="CASCADE"), primary_key=True
    )
    # Emptied after the decision.
    number_sealed: Mapped[str] = mapped_column(sa.Text, default="")
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    emptied_on: Mapped[date | None]
