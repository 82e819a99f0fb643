"""Tables of the office's documents and of the register of their numbers."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from vendors.rules.decisions import DecisionKind, DecisionState, Revocation

_COUNTS = sa.text("state IN ('numbered', 'signed')")


class DecisionDocument(Base):
    """A document of the office about one vendor, from draft to signature."""

    __tablename__ = "decision_document"
    __table_args__ = (
        sa.UniqueConstraint("year", "type_code", "number"),
        sa.Index("ix_decision_document_vendor", "vendor_id", "id"),
        sa.Index(
            "uq_decision_document_step",
            "step_id",
            unique=True,
            sqlite_where=_COUNTS,
            postgresql_where=_COUNTS,
        ),
    )

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    kind: Mapped[DecisionKind]
    # The step of the dossier that it puts on paper: each has one document that counts.
    step_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("vendor_step.id", ondelete="SET NULL"))
    type_code: Mapped[str] = mapped_column(sa.String(8))
    state: Mapped[DecisionState] = mapped_column(default=DecisionState.DRAFTED)
    # Given together when it is issued.
    number: Mapped[int | None]
    year: Mapped[int | None]
    day: Mapped[date | None]
    subject: Mapped[str] = mapped_column(sa.String(300))
    grounds: Mapped[list[str]]
    articles: Mapped[list[str]]
    recipients: Mapped[list[str]]
    # As the settings named them when it was issued.
    governing: Mapped[str] = mapped_column(sa.String(160), default="")
    issuing: Mapped[str] = mapped_column(sa.String(160), default="")
    office_code: Mapped[str] = mapped_column(sa.String(20), default="")
    place: Mapped[str] = mapped_column(sa.String(80), default="")
    signer_title: Mapped[str] = mapped_column(sa.String(80), default="")
    signer_name: Mapped[str] = mapped_column(sa.String(120), default="")
    by_deputy: Mapped[bool] = mapped_column(default=False)
    # What anybody looks it up by; printed with its QR at the foot.
    lookup_code: Mapped[str] = mapped_column(sa.String(12), unique=True)
    pdf_key: Mapped[str] = mapped_column(sa.String(160), default="")
    pdf_sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    docx_key: Mapped[str] = mapped_column(sa.String(160), default="")
    docx_sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    signed_key: Mapped[str] = mapped_column(sa.String(160), default="")
    signed_sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    # What the check of the signature found.
    signed_by: Mapped[str] = mapped_column(sa.String(200), default="")
    signed_at: Mapped[datetime | None]
    # Empty: no roots were configured, so the chain was not checked.
    chain_checked: Mapped[bool | None]
    revocation: Mapped[Revocation] = mapped_column(default=Revocation.NOT_ASKED)
    withdrawn_reason: Mapped[str] = mapped_column(sa.Text, default="")
    created_by: Mapped[str | None] = mapped_column(sa.String(26))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class DecisionCounter(Base):
    """The last number of a year and type; its row is locked while one is taken."""

    __tablename__ = "decision_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type_code: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class DecisionNumber(Base):
    """One line of the register: a number taken stays taken."""

    __tablename__ = "decision_number"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type_code: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document_id: Mapped[Id] = mapped_column(sa.ForeignKey("decision_document.id"), unique=True)
    taken_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(sa.Text, default="")
