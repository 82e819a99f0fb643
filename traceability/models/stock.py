"""Tables of what lots hold and why, of holds, of crates and pallets, and of shipments."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from traceability.rules import MoveKind, UnitKind

_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class LotMove(Base):
    """One change of what is left of a lot: the sum of all is ``lot.rest``."""

    __tablename__ = "lot_move"
    __table_args__ = (
        sa.Index("ix_lot_move_lot", "lot_id", "at"),
        sa.Index("ix_lot_move_ref", "ref"),
        # What counts found is looked for by itself.
        sa.Index("ix_lot_move_kind", "kind", "lot_id"),
        sa.CheckConstraint("quantity <> 0", name="quantity"),
    )

    id: Mapped[PrimaryId]
    lot_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"))
    kind: Mapped[MoveKind]
    # In the lot's base unit; below zero: it went out.
    quantity: Mapped[int]
    # The event that tells of it; None: it happened before events were kept.
    event_seq: Mapped[int | None] = mapped_column(_SEQ, sa.ForeignKey("trace_event.seq"))
    # What it belongs to: an order line, a shipment, another lot.
    ref: Mapped[str] = mapped_column(sa.String(60), default="")
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    actor_id: Mapped[str | None] = mapped_column(sa.String(26))
    actor_name: Mapped[str] = mapped_column(sa.String(120))
    at: Mapped[datetime]


class LotHold(Base):
    """One reason why a lot is held: its own, or that a lot it was packed from is held."""

    __tablename__ = "lot_hold"
    __table_args__ = (
        sa.Index("ix_lot_hold_lot", "lot_id", "until"),
        sa.Index("ix_lot_hold_cause", "cause_id", "until"),
    )

    id: Mapped[PrimaryId]
    lot_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"))
    # The lot that was held in the first place; the lot itself for a reason of its own.
    cause_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"))
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    since: Mapped[datetime]
    # Half-open; None: it still holds.
    until: Mapped[datetime | None]


class LogisticUnit(Base):
    """A crate or a pallet: what is in it is a matter of time."""

    __tablename__ = "logistic_unit"
    __table_args__ = (sa.Index("ix_logistic_unit_vendor", "vendor_id", "id"),)

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    kind: Mapped[UnitKind]
    # What the path /u/{code} carries, for vendors without a GS1 prefix, too.
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    # Eighteen digits under the GS1 company prefix of the vendor.
    sscc: Mapped[str | None] = mapped_column(sa.String(18), unique=True)
    # What people call it, such as "Crate 12"; crates are used again.
    name: Mapped[str] = mapped_column(sa.String(60), default="")
    made_at: Mapped[datetime]


class UnitContent(Base):
    """So much of a lot, or a crate, in a unit, from one instant until another (half-open)."""

    __tablename__ = "unit_content"
    __table_args__ = (
        sa.Index("ix_unit_content_unit", "unit_id", "until"),
        sa.Index("ix_unit_content_lot", "lot_id", "until"),
        sa.Index("ix_unit_content_child", "child_id", "until"),
        sa.CheckConstraint("(lot_id IS NULL) <> (child_id IS NULL)", name="one_kind"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("unit_id <> child_id", name="itself"),
    )

    id: Mapped[PrimaryId]
    unit_id: Mapped[Id] = mapped_column(sa.ForeignKey("logistic_unit.id"))
    lot_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("lot.id"))
    child_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("logistic_unit.id"))
    # In the lot's base unit; 1 for a crate.
    quantity: Mapped[int]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    in_seq: Mapped[int] = mapped_column(_SEQ, sa.ForeignKey("trace_event.seq"))
    out_seq: Mapped[int | None] = mapped_column(_SEQ, sa.ForeignKey("trace_event.seq"))


class SsccCounter(Base):
    """The last serial number given to a load under a GS1 company prefix of a vendor."""

    __tablename__ = "sscc_counter"

    vendor_id: Mapped[str] = mapped_column(
        sa.String(26), sa.ForeignKey("vendor.id"), primary_key=True
    )
    prefix: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    last: Mapped[int]


class Shipment(Base):
    """Goods on their way from a vendor to somebody: another vendor of the market, or not."""

    __tablename__ = "shipment"
    __table_args__ = (
        sa.Index("ix_shipment_vendor", "vendor_id", "shipped_at"),
        sa.Index("ix_shipment_to", "to_vendor_id", "shipped_at"),
    )

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    to_vendor_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("vendor.id"))
    # As it was written down: a later change of name does not touch the paper.
    to_name: Mapped[str] = mapped_column(sa.String(120))
    to_address: Mapped[str] = mapped_column(sa.String(200), default="")
    # Of a partner outside, thirteen digits.
    to_gln: Mapped[str | None] = mapped_column(sa.String(13))
    # The delivery note that goes with it.
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    document: Mapped[str] = mapped_column(sa.String(60), default="")
    shipped_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    event_seq: Mapped[int] = mapped_column(_SEQ, sa.ForeignKey("trace_event.seq"))


class ShipmentLine(Base):
    """So much of one lot in a shipment; ``unit_id`` is the crate or pallet it went in."""

    __tablename__ = "shipment_line"
    __table_args__ = (
        sa.Index("ix_shipment_line_shipment", "shipment_id"),
        sa.Index("ix_shipment_line_lot", "lot_id"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("received >= 0", name="received"),
    )

    id: Mapped[PrimaryId]
    shipment_id: Mapped[Id] = mapped_column(sa.ForeignKey("shipment.id"))
    lot_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"))
    unit_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("logistic_unit.id"))
    quantity: Mapped[int]
    # What came, as the receiver counted; None: nobody has said yet.
    received: Mapped[int | None]
    # The lot that it became in the books of the receiver.
    became_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("lot.id"))
