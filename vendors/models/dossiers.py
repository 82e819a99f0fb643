"""Tables of vendors, their members, papers and history."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from kernel.db import Base, Id, PrimaryId
from vendors.models.private import VendorNumber
from vendors.rules import DocumentKind, LegalForm, VendorState, offer_bits

_FILTERED = ("commune", "legal_form", "offer_bits", "reviewer_id", "name_folded")


class Vendor(Base):
    """A farmer, cooperative or firm; its dossier is judged by the trade office."""

    __tablename__ = "vendor"
    __table_args__ = (
        # The queue is read from these alone: all it filters by stands in them.
        sa.Index("ix_vendor_state", "state", "submitted_at", "id", *_FILTERED, "due_on"),
        sa.Index("ix_vendor_due", "state", "due_on", "id", *_FILTERED, "submitted_at"),
        sa.Index("ix_vendor_phone", "phone"),
        sa.Index("ix_vendor_registration_no", "registration_no"),
        sa.Index("ix_vendor_valid_until", "state", "valid_until", "id"),
        sa.Index("ix_vendor_place_mark", "place_mark"),
    )

    id: Mapped[PrimaryId]
    # Chosen by whoever imports; the key of a later import of the same vendor.
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    slug: Mapped[str] = mapped_column(sa.String(90), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    # The name in small letters without accents, for the office's search.
    name_folded: Mapped[str] = mapped_column(sa.String(120), default="")
    # By what a similar name and the same address are found again (`vendors.rules.likeness`).
    name_marks: Mapped[list[str]] = mapped_column(default=list)
    place_mark: Mapped[str] = mapped_column(sa.String(240), default="")
    legal_form: Mapped[LegalForm]
    # Tax code; of a personal number only its hidden form ("•••• 1234"): `VendorNumber` has it sealed.
    registration_no: Mapped[str | None] = mapped_column(sa.String(20))
    representative: Mapped[str] = mapped_column(sa.String(120))
    phone: Mapped[str] = mapped_column(sa.String(16))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    # Key of the commune, such as vn-2025:10813, and what was typed beside it.
    commune: Mapped[str] = mapped_column(sa.String(20))
    address: Mapped[str] = mapped_column(sa.String(200))
    # The address before July 2025 as it was typed, if it was.
    old_address: Mapped[str] = mapped_column(sa.String(200), default="")
    story: Mapped[dict[str, str]] = mapped_column(default=dict)
    art: Mapped[str] = mapped_column(sa.String(40), default="basket")
    # What it means to sell: values of `Offer`.
    sells: Mapped[list[str]] = mapped_column(default=list)
    # The same as one number, for the office's queue.
    offer_bits: Mapped[int] = mapped_column(default=0)
    # The language in which the vendor is written to.
    lang: Mapped[str] = mapped_column(sa.String(2), default="vi")
    state: Mapped[VendorState] = mapped_column(default=VendorState.DRAFT)
    # The officer who took the dossier.
    reviewer_id: Mapped[str | None] = mapped_column(sa.String(26))
    reviewer_name: Mapped[str] = mapped_column(sa.String(120), default="")
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    # The working day by which the office answers; empty while it waits for nothing.
    due_on: Mapped[date | None]
    # First day on which the recognition does not hold any more.
    valid_until: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    # The number behind a hidden `registration_no`.
    personal: Mapped[VendorNumber | None] = relationship(cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}

    @validates("sells")
    def _keep_bits(self, _key: str, sells: list[str]) -> list[str]:
        self.offer_bits = offer_bits(sells)
        return sells


class VendorMark(Base):
    """A mark of a vendor's name, to find similar names by an index."""

    __tablename__ = "vendor_mark"
    __table_args__ = (sa.Index("ix_vendor_mark_vendor", "vendor_id"),)

    mark: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    vendor_id: Mapped[str] = mapped_column(
        sa.String(26), sa.ForeignKey("vendor.id", ondelete="CASCADE"), primary_key=True
    )


class VendorMember(Base):
    """A person who works for a vendor, and as what."""

    __tablename__ = "vendor_member"
    __table_args__ = (sa.Index("ix_vendor_member_user", "user_id"),)

    vendor_id: Mapped[str] = mapped_column(
        sa.String(26), sa.ForeignKey("vendor.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(
        sa.String(26), sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    roles: Mapped[list[str]]
    created_at: Mapped[datetime]


class VendorStep(Base):
    """One arrow of a vendor's history: who, when, why."""

    __tablename__ = "vendor_step"
    __table_args__ = (sa.Index("ix_vendor_step_vendor", "vendor_id", "at"),)

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id", ondelete="CASCADE"))
    action: Mapped[str] = mapped_column(sa.String(40))
    state: Mapped[VendorState]
    actor_id: Mapped[str | None] = mapped_column(sa.String(26))
    actor_name: Mapped[str] = mapped_column(sa.String(120))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    # Article on which the arrow stands.
    ground: Mapped[str] = mapped_column(sa.String(300), default="")
    at: Mapped[datetime]


class VendorDocument(Base):
    """A paper handed in; the file is private."""

    __tablename__ = "vendor_document"
    __table_args__ = (sa.Index("ix_vendor_document_vendor", "vendor_id"),)

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id", ondelete="CASCADE"))
    kind: Mapped[DocumentKind]
    # Key of the requirement it was handed in for, if for one.
    requirement: Mapped[str] = mapped_column(sa.String(60), default="")
    file_name: Mapped[str] = mapped_column(sa.String(160))
    media_type: Mapped[str] = mapped_column(sa.String(60))
    storage_key: Mapped[str] = mapped_column(sa.String(160))
    size_bytes: Mapped[int]
    uploaded_at: Mapped[datetime]
    # Digest of the file, to know it again; empty for papers kept before digests were.
    sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    pages: Mapped[int] = mapped_column(default=1)
    # When the file was erased: that it was shown still counts.
    erased_on: Mapped[date | None]
