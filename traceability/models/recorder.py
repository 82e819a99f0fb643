"""Tables of the diary on a phone: pictures on their way, tasks of a crop."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from traceability.rules import Activity


class DiaryPhoto(Base):
    """A picture that a diary entry named; its bytes come later, when the network allows."""

    __tablename__ = "diary_photo"
    __table_args__ = (sa.UniqueConstraint("vendor_id", "digest"),)

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    # SHA-256 of the bytes as the phone sends them: the name of the stored picture.
    digest: Mapped[str] = mapped_column(sa.String(64))
    named_at: Mapped[datetime]
    stored_at: Mapped[datetime | None]
    stored_by: Mapped[str | None] = mapped_column(sa.String(26))
    width: Mapped[int | None] = mapped_column(sa.Integer)
    height: Mapped[int | None] = mapped_column(sa.Integer)


class DiaryPiece(Base):
    """Some bytes of a picture that is still on its way; they go when it is whole."""

    __tablename__ = "diary_piece"

    photo_id: Mapped[Id] = mapped_column(sa.ForeignKey("diary_photo.id"), primary_key=True)
    # Which byte of the picture is the first of them.
    start: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(sa.LargeBinary)
    at: Mapped[datetime]


class DiaryTask(Base):
    """Something typically done to a crop, offered as one press; of the office, or of one vendor."""

    __tablename__ = "diary_task"
    __table_args__ = (sa.Index("ix_diary_task_vendor", "vendor_id", "position"),)

    id: Mapped[PrimaryId]
    # None: the office's, offered to everybody.
    vendor_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("vendor.id"))
    # The office's task that a vendor says in words of its own, or does not want.
    instead_of: Mapped[Id | None] = mapped_column(sa.ForeignKey("diary_task.id"))
    # Names a crop goes by; a season is meant when its crop holds one of them. Empty: every crop.
    crops: Mapped[list[str]] = mapped_column(default=list)
    activity: Mapped[Activity]
    title: Mapped[dict[str, str]]
    note: Mapped[dict[str, str]] = mapped_column(default=dict)
    input_name: Mapped[str] = mapped_column(sa.String(120), default="")
    dose: Mapped[str] = mapped_column(sa.String(80), default="")
    position: Mapped[int] = mapped_column(sa.Integer)
    is_active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
