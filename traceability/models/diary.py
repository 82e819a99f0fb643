"""The table of farm diaries."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from traceability.rules import Activity


class DiaryEntry(Base):
    """One line of the farm diary."""

    __tablename__ = "diary_entry"
    __table_args__ = (sa.Index("ix_diary_entry_season", "season_id", "done_on"),)

    id: Mapped[PrimaryId]
    season_id: Mapped[Id] = mapped_column(sa.ForeignKey("season.id"))
    # Made by the phone: sending the same entry twice stores it once.
    client_key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    activity: Mapped[Activity]
    done_on: Mapped[date]
    note: Mapped[dict[str, str]] = mapped_column(default=dict)
    input_name: Mapped[str | None] = mapped_column(sa.String(120))
    active_ingredient: Mapped[str | None] = mapped_column(sa.String(120))
    dose: Mapped[str | None] = mapped_column(sa.String(80))
    # Days from this spray to the first allowed harvest, from the product's label.
    phi_days: Mapped[int | None] = mapped_column(sa.SmallInteger)
    worker: Mapped[str] = mapped_column(sa.String(120), default="")
    recorded_by: Mapped[str | None] = mapped_column(sa.String(26))
    recorded_at: Mapped[datetime]
