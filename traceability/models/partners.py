"""Tables of partners that read and tell events by program: tokens, capture jobs, named queries."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from traceability.rules.partners import CaptureState

_UNDONE = sa.text("finished_at IS NULL")


class PartnerToken(Base):
    """What a partner proves itself by; the token itself is shown once and never kept."""

    __tablename__ = "partner_token"
    __table_args__ = (sa.Index("ix_partner_token_vendor", "vendor_id", "made_at"),)

    id: Mapped[PrimaryId]
    # Whose events it reads, and to whose records it adds.
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    # SHA-256 of the token; its last letters, to tell it from others.
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    ending: Mapped[str] = mapped_column(sa.String(4))
    may_read: Mapped[bool]
    may_capture: Mapped[bool]
    made_by: Mapped[Id | None]
    made_at: Mapped[datetime]
    # The last day on which it holds.
    ends_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None]


class CaptureJob(Base):
    """One document that was sent, and what became of it."""

    __tablename__ = "capture_job"
    __table_args__ = (
        sa.Index("ix_capture_job_token", "token_id", "id"),
        sa.Index(
            "ix_capture_job_due", "due_at", "id", sqlite_where=_UNDONE, postgresql_where=_UNDONE
        ),
    )

    id: Mapped[PrimaryId]
    token_id: Mapped[Id] = mapped_column(sa.ForeignKey("partner_token.id"))
    state: Mapped[CaptureState]
    # Where the document is kept until it is worked off; None: it was so in the request.
    document_key: Mapped[str | None] = mapped_column(sa.String(100))
    # rollback: all or nothing; proceed: what can be stored is stored.
    behaviour: Mapped[str] = mapped_column(sa.String(10))
    created_at: Mapped[datetime]
    # When it is tried next.
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]
    # Until the first error.
    success: Mapped[bool]
    # How many events the document has, how many of them are done, how many of those were new.
    total: Mapped[int]
    done: Mapped[int]
    events: Mapped[int]
    # Problem details (RFC 9457), one for each event that was refused, the first hundred.
    errors: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    # In the same form: what is doubtful and was taken all the same, the first hundred.
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)


class NamedQuery(Base):
    """A query that a partner keeps under a name."""

    __tablename__ = "named_query"
    __table_args__ = (sa.UniqueConstraint("vendor_id", "name"),)

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    name: Mapped[str] = mapped_column(sa.String(100))
    # Parameters as they were sent, each a list of texts.
    parameters: Mapped[dict[str, Any]]
    made_by: Mapped[Id] = mapped_column(sa.ForeignKey("partner_token.id"))
    made_at: Mapped[datetime]
