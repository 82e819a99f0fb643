"""Tables of site visits, their minutes and photos."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from vendors.rules.visits import DayPart, VisitResult, VisitState

_OPEN = sa.text("state = 'scheduled'")


class SiteVisit(Base):
    """A day on which inspectors come to a vendor; who is to come next is one at a time."""

    __tablename__ = "site_visit"
    __table_args__ = (
        sa.Index(
            "ix_site_visit_open",
            "vendor_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        sa.Index("ix_site_visit_vendor", "vendor_id", "day", "id"),
        sa.Index("ix_site_visit_day", "day", "inspector_id", "id"),
    )

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id", ondelete="CASCADE"))
    state: Mapped[VisitState] = mapped_column(default=VisitState.SCHEDULED)
    day: Mapped[date]
    part: Mapped[DayPart]
    place: Mapped[str] = mapped_column(sa.String(300))
    inspector_id: Mapped[Id]
    inspector_name: Mapped[str] = mapped_column(sa.String(120))
    # Who comes along, as text: not all have an account.
    others: Mapped[str] = mapped_column(sa.String(300), default="")
    # What will be looked at; the vendor reads it.
    purpose: Mapped[str] = mapped_column(sa.Text, default="")
    # The visit whose place it took.
    follows_id: Mapped[str | None] = mapped_column(
        sa.String(26), sa.ForeignKey("site_visit.id", ondelete="SET NULL")
    )
    # Why it was moved or called off.
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    # What the vendor says against the date.
    objection: Mapped[str] = mapped_column(sa.Text, default="")
    objected_at: Mapped[datetime | None]
    # What was typed of the minutes so far: fields of the form.
    draft: Mapped[dict[str, str]] = mapped_column(default=dict)
    document_id: Mapped[str | None] = mapped_column(
        sa.String(26), sa.ForeignKey("decision_document.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class VisitMinutes(Base):
    """The minutes of a visit. A row is never changed: a correction is the next revision."""

    __tablename__ = "visit_minutes"

    visit_id: Mapped[str] = mapped_column(
        sa.String(26), sa.ForeignKey("site_visit.id", ondelete="CASCADE"), primary_key=True
    )
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    result: Mapped[VisitResult]
    findings: Mapped[str] = mapped_column(sa.Text, default="")
    # Of each line: key, title in both languages as it was, finding, remark.
    lines: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    present: Mapped[str] = mapped_column(sa.String(500))
    vendor_words: Mapped[str] = mapped_column(sa.Text, default="")
    signed_by: Mapped[str] = mapped_column(sa.String(500))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    accuracy_m: Mapped[int | None]
    # Why it was corrected; empty in the first revision.
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    written_by: Mapped[str | None] = mapped_column(sa.String(26))
    written_by_name: Mapped[str] = mapped_column(sa.String(120))
    written_at: Mapped[datetime]


class VisitPhoto(Base):
    """A photo that inspectors took; the file is private."""

    __tablename__ = "visit_photo"
    __table_args__ = (sa.UniqueConstraint("visit_id", "sha256"),)

    id: Mapped[PrimaryId]
    visit_id: Mapped[Id] = mapped_column(sa.ForeignKey("site_visit.id", ondelete="CASCADE"))
    # The revision of the minutes it belongs to.
    revision: Mapped[int]
    storage_key: Mapped[str] = mapped_column(sa.String(160))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    size_bytes: Mapped[int]
    added_by: Mapped[str | None] = mapped_column(sa.String(26))
    added_at: Mapped[datetime]
