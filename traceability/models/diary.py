"""The tables of farm diaries: entries, their revisions, inputs and quantities."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased, mapped_column

from kernel.db import Base, Id, PrimaryId
from traceability.rules import Activity, Adjust, Block, EntryStatus, Measure


class DiaryEntry(Base):
    """One line of the farm diary; a correction is a new line, and the old one stays."""

    __tablename__ = "diary_entry"
    __table_args__ = (
        sa.Index("ix_diary_entry_season", "season_id", "done_on"),
        sa.Index("ix_diary_entry_root", "root_id"),
        # Each entry is corrected once: the next correction corrects the newest.
        sa.Index("ix_diary_entry_revision_of", "revision_of", unique=True),
    )

    id: Mapped[PrimaryId]
    season_id: Mapped[Id] = mapped_column(sa.ForeignKey("season.id"))
    # Made by the phone: sending the same entry twice stores it once.
    client_key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    # The entry that this one corrects.
    revision_of: Mapped[Id | None]
    # The first of a row of corrections: itself, where it corrects nothing.
    root_id: Mapped[Id]
    # Why it was corrected.
    revision_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    activity: Mapped[Activity]
    status: Mapped[EntryStatus] = mapped_column(default=EntryStatus.DONE)
    # The first and, where it took several, the last local day.
    done_on: Mapped[date]
    ended_on: Mapped[date | None]
    # When it was done by the clock of the phone.
    happened_at: Mapped[datetime | None]
    note: Mapped[dict[str, str]] = mapped_column(default=dict)
    input_name: Mapped[str | None] = mapped_column(sa.String(120))
    active_ingredient: Mapped[str | None] = mapped_column(sa.String(120))
    dose: Mapped[str | None] = mapped_column(sa.String(80))
    # Days from this spray to the first allowed harvest that count: the longest of all labels
    # of that day, else as typed; None: not known, so nothing may be harvested.
    phi_days: Mapped[int | None] = mapped_column(sa.SmallInteger)
    # As the farmer typed it from the label.
    typed_phi_days: Mapped[int | None] = mapped_column(sa.SmallInteger)
    # Hours after which people may enter the plot again, by the labels.
    reentry_hours: Mapped[int | None] = mapped_column(sa.SmallInteger)
    # Why no harvest is allowed after it, whatever the day.
    block: Mapped[Block | None]
    worker: Mapped[str] = mapped_column(sa.String(120), default="")
    people: Mapped[list[str]] = mapped_column(default=list)
    # Digests of stored pictures.
    media: Mapped[list[str]] = mapped_column(default=list)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    device_id: Mapped[str] = mapped_column(sa.String(64), default="")
    recorded_by: Mapped[str | None] = mapped_column(sa.String(26))
    recorded_at: Mapped[datetime]


class EntryInput(Base):
    """A product or a batch of the shed that an entry used; several are a tank mix."""

    __tablename__ = "entry_input"
    __table_args__ = (
        sa.Index("ix_entry_input_product", "product_id", "entry_id"),
        sa.Index("ix_entry_input_batch", "input_batch_id", "entry_id"),
    )

    entry_id: Mapped[Id] = mapped_column(sa.ForeignKey("diary_entry.id"), primary_key=True)
    position: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    product_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("input_product.id"))
    input_batch_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("input_batch.id"))


class EntryQuantity(Base):
    """One quantity of an entry, exact: numerator over denominator of a unit."""

    __tablename__ = "entry_quantity"
    __table_args__ = (sa.Index("ix_entry_quantity_batch", "input_batch_id"),)

    entry_id: Mapped[Id] = mapped_column(sa.ForeignKey("diary_entry.id"), primary_key=True)
    position: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    measure: Mapped[Measure]
    numerator: Mapped[int]
    denominator: Mapped[int] = mapped_column(default=1)
    unit: Mapped[str] = mapped_column(sa.String(20), default="")
    label: Mapped[str] = mapped_column(sa.String(80), default="")
    input_batch_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("input_batch.id"))
    adjust: Mapped[Adjust | None]


def is_latest() -> sa.ColumnElement[bool]:
    """Return the condition that a diary entry was not corrected: what queries read."""
    later = aliased(DiaryEntry)
    return ~sa.exists().where(later.revision_of == DiaryEntry.id)
