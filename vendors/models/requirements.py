"""Tables of the checklist and of who stands behind a vendor."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from vendors.rules import RequirementState


class VendorRequirement(Base):
    """One line of a vendor's checklist: what must be proved, and what the office said of it."""

    __tablename__ = "vendor_requirement"
    __table_args__ = (sa.UniqueConstraint("vendor_id", "key"),)

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id", ondelete="CASCADE"))
    # Key of the rule `requirement.<key>`.
    key: Mapped[str] = mapped_column(sa.String(60))
    state: Mapped[RequirementState] = mapped_column(default=RequirementState.INCOMPLETE)
    # Why it was rejected or waived.
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    judged_by: Mapped[str | None] = mapped_column(sa.String(26))
    judged_by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    judged_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class VendorIdentity(Base):
    """The person who answers for a vendor; what is personal is sealed (NĐ 356/2025)."""

    __tablename__ = "vendor_identity"
    __table_args__ = (sa.Index("ix_vendor_identity_fingerprint", "fingerprint"),)

    vendor_id: Mapped[str] = mapped_column(
        sa.String(26), sa.ForeignKey("vendor.id", ondelete="CASCADE"), primary_key=True
    )
    full_name: Mapped[str] = mapped_column(sa.String(120))
    # The 12-digit personal number and the birthday, sealed; emptied after the decision.
    number_sealed: Mapped[str] = mapped_column(sa.Text, default="")
    birthday_sealed: Mapped[str] = mapped_column(sa.Text, default="")
    # Keyed digest of the number, to find the same person again, and its last four digits.
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    last4: Mapped[str] = mapped_column(sa.String(4))
    # Head office of an organisation, when it is not the vendor's address.
    head_office: Mapped[str] = mapped_column(sa.String(240), default="")
    saved_at: Mapped[datetime]
    # When number and birthday were emptied.
    emptied_on: Mapped[date | None]
