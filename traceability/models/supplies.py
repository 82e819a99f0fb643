"""Tables of what is grown and what is put on it: crops, products, labels, the shed."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from kernel.quantity import Unit
from traceability.rules import InputKind, SupplyMove


class Crop(Base):
    """A crop of the office's list."""

    __tablename__ = "crop"

    id: Mapped[PrimaryId]
    code: Mapped[str] = mapped_column(sa.String(30), unique=True)
    name: Mapped[dict[str, str]]
    # Other names that farmers write.
    aliases: Mapped[list[str]] = mapped_column(default=list)
    # Months (1 to 12) in which it is harvested; none: the whole year.
    harvest_months: Mapped[list[int]] = mapped_column(default=list)
    is_sample: Mapped[bool] = mapped_column(default=False)


class Variety(Base):
    """A variety of a crop; what it leaves open is as for the crop."""

    __tablename__ = "variety"
    __table_args__ = (sa.UniqueConstraint("crop_id", "code"),)

    id: Mapped[PrimaryId]
    crop_id: Mapped[Id] = mapped_column(sa.ForeignKey("crop.id"))
    code: Mapped[str] = mapped_column(sa.String(30))
    name: Mapped[dict[str, str]]
    harvest_months: Mapped[list[int]] = mapped_column(default=list)
    is_sample: Mapped[bool] = mapped_column(default=False)


class InputProduct(Base):
    """A registered product of the office's list."""

    __tablename__ = "input_product"

    id: Mapped[PrimaryId]
    name: Mapped[str] = mapped_column(sa.String(120))
    # The name without case and marks: what a typed name is found by.
    key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    kind: Mapped[InputKind]
    active_ingredients: Mapped[list[str]] = mapped_column(default=list)
    registration_no: Mapped[str] = mapped_column(sa.String(60), default="")
    # From this day on nobody may use it.
    banned_from: Mapped[date | None]
    is_sample: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]


class InputLabel(Base):
    """What the label of a product says for a crop and a dose, from a day on."""

    __tablename__ = "input_label"
    __table_args__ = (
        sa.UniqueConstraint("product_id", "crop_id", "dose", "valid_from"),
        sa.CheckConstraint("phi_days >= 0", name="phi_days"),
    )

    id: Mapped[PrimaryId]
    product_id: Mapped[Id] = mapped_column(sa.ForeignKey("input_product.id"))
    crop_id: Mapped[Id] = mapped_column(sa.ForeignKey("crop.id"))
    dose: Mapped[str] = mapped_column(sa.String(80), default="")
    # Days to the first allowed harvest; hours to the next entry of the plot.
    phi_days: Mapped[int] = mapped_column(sa.SmallInteger)
    rei_hours: Mapped[int | None] = mapped_column(sa.SmallInteger)
    most_applications: Mapped[int | None] = mapped_column(sa.SmallInteger)
    spacing_days: Mapped[int | None] = mapped_column(sa.SmallInteger)
    source: Mapped[str] = mapped_column(sa.String(300), default="")
    valid_from: Mapped[date]
    # First day on which the product is not registered for the crop any more.
    valid_to: Mapped[date | None]
    is_sample: Mapped[bool] = mapped_column(default=False)


class InputBatch(Base):
    """What a vendor bought together; its stock is the sum of its moves."""

    __tablename__ = "input_batch"
    __table_args__ = (sa.Index("ix_input_batch_vendor", "vendor_id", "created_at"),)

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    product_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("input_product.id"))
    # As on the pack, where the office's list has no such product.
    name: Mapped[str] = mapped_column(sa.String(120))
    active_ingredient: Mapped[str] = mapped_column(sa.String(120), default="")
    supplier: Mapped[str] = mapped_column(sa.String(120), default="")
    lot_code: Mapped[str] = mapped_column(sa.String(60), default="")
    made_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    bought_on: Mapped[date]
    unit: Mapped[Unit]
    # Bags, boxes, film: used when lots are packed, not in the field.
    is_packaging: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class InputMove(Base):
    """One change of a batch's stock, in base units: never changed, only answered by another."""

    __tablename__ = "input_move"
    __table_args__ = (
        sa.Index("ix_input_move_batch", "batch_id", "at"),
        sa.Index("ix_input_move_entry", "entry_id"),
    )

    id: Mapped[PrimaryId]
    batch_id: Mapped[Id] = mapped_column(sa.ForeignKey("input_batch.id"))
    kind: Mapped[SupplyMove]
    change: Mapped[int]
    # The diary entry that used it, or that was corrected.
    entry_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("diary_entry.id"))
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    actor_id: Mapped[str | None] = mapped_column(sa.String(26))
    at: Mapped[datetime]
