"""Tables about personal data: sealed numbers, the files of papers, who looked, what was erased."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId


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


class PaperFile(Base):
    """What the file of a paper is: its digest, to know it again, and how many pages it has."""

    __tablename__ = "paper_file"

    document_id: Mapped[str] = mapped_column(
        sa.String(26), sa.ForeignKey("vendor_document.id", ondelete="CASCADE"), primary_key=True
    )
    sha256: Mapped[str] = mapped_column(sa.String(64))
    pages: Mapped[int] = mapped_column(default=1)


class IdentityView(Base):
    """Somebody of the office looked at an identity paper or number; rows are only ever added.

    It refers to nothing: the proof outlives the paper and the vendor.
    """

    __tablename__ = "identity_view"
    __table_args__ = (sa.Index("ix_identity_view_vendor", "vendor_id", "at"),)

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id]
    # Kind of the paper, or "number".
    what: Mapped[str] = mapped_column(sa.String(40))
    document_id: Mapped[str | None] = mapped_column(sa.String(26))
    actor_id: Mapped[Id]
    actor_name: Mapped[str] = mapped_column(sa.String(120))
    at: Mapped[datetime]


class IdentityErasure(Base):
    """The identity papers of a vendor were shown, judged and erased: that they were here still counts."""

    __tablename__ = "identity_erasure"

    vendor_id: Mapped[str] = mapped_column(
        sa.String(26), sa.ForeignKey("vendor.id", ondelete="CASCADE"), primary_key=True
    )
    papers: Mapped[int]
    erased_at: Mapped[datetime]
