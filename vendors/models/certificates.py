"""Tables of certificates and of what the house said of their days."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from vendors.rules import Scheme


class Certificate(Base):
    """A certificate as data: the badge lives as long as it is verified and valid."""

    __tablename__ = "certificate"
    __table_args__ = (
        sa.Index("ix_certificate_vendor", "vendor_id", "valid_to"),
        sa.Index("ix_certificate_end", "valid_to", "id"),
    )

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id", ondelete="CASCADE"))
    scheme: Mapped[Scheme]
    number: Mapped[str] = mapped_column(sa.String(80))
    issuer: Mapped[str] = mapped_column(sa.String(160))
    # OCOP stars, 3 to 5.
    stars: Mapped[int | None] = mapped_column(sa.SmallInteger)
    scope: Mapped[dict[str, Any]] = mapped_column(default=dict)
    valid_from: Mapped[date]
    # First day on which it does not count any more.
    valid_to: Mapped[date]
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[str | None] = mapped_column(sa.String(26))
    # Set when the office no longer stands behind it, and why.
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(sa.Text, default="")


class CertificateNotice(Base):
    """Proof that the house spoke of one day of a certificate: each time once.

    ``what``: "notice" so many ``days`` ahead of its end, "lapsed", "begun" (0 days).
    ``day`` is the day spoken of: a certificate whose end was moved is spoken of anew.
    """

    __tablename__ = "certificate_notice"

    certificate_id: Mapped[str] = mapped_column(
        sa.String(26), sa.ForeignKey("certificate.id", ondelete="CASCADE"), primary_key=True
    )
    what: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    days: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    told_at: Mapped[datetime]
