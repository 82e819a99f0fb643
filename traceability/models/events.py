"""Tables of what happened to lots, in the words of EPCIS 2.0: written once, never changed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, Sequence
from traceability.rules import IdKind, WhatRole


class TraceEvent(Base):
    """One event as it was captured; the columns are what it is asked for by, in canonical form.

    ``body`` is the event as canonical JSON (sorted keys, no spaces): the bytes that are proved.
    Bare words stand for the terms of CBV 2.0, other terms are whole addresses; things and places
    are Digital Links under ``https://id.gs1.org`` or addresses of the house.
    """

    __tablename__ = "trace_event"
    __table_args__ = (
        # A second telling with an error declaration has the same id (EPCIS 2.0, 7.4.1).
        sa.UniqueConstraint("event_id", "declared"),
        sa.Index("ix_trace_event_time", "event_time", "seq"),
        sa.Index("ix_trace_event_vendor", "vendor_id", "seq"),
        sa.Index("ix_trace_event_step", "biz_step", "seq"),
        sa.Index("ix_trace_event_read_point", "read_point", "seq"),
        sa.Index("ix_trace_event_biz_location", "biz_location", "seq"),
    )

    seq: Mapped[Sequence]
    # The hash of the event (CBV 2.0, 8.9), or what its sender called it.
    event_id: Mapped[str] = mapped_column(sa.String(300))
    # When it was declared wrong, in UTC with milliseconds; empty: it was not.
    declared: Mapped[str] = mapped_column(sa.String(24), default="")
    # ObjectEvent, TransformationEvent, AggregationEvent, TransactionEvent, AssociationEvent or an extension.
    type: Mapped[str] = mapped_column(sa.String(100))
    action: Mapped[str | None] = mapped_column(sa.String(10))
    event_time: Mapped[datetime]
    # Of the place where it happened, such as +07:00.
    time_offset: Mapped[str] = mapped_column(sa.String(6))
    record_time: Mapped[datetime]
    biz_step: Mapped[str | None] = mapped_column(sa.String(200))
    disposition: Mapped[str | None] = mapped_column(sa.String(200))
    read_point: Mapped[str | None] = mapped_column(sa.String(300))
    biz_location: Mapped[str | None] = mapped_column(sa.String(300))
    transformation_id: Mapped[str | None] = mapped_column(sa.String(300))
    # Whose records it belongs to; None: captured by a partner for nobody of the market.
    vendor_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("vendor.id"))
    body: Mapped[str] = mapped_column(sa.Text)


class EventField(Base):
    """One value that an event is asked for by and that has no column: parties, ILMD, sensors.

    Names are made by ``traceability.epcis.fields``, such as ``source.owning_party``.
    """

    __tablename__ = "event_field"
    __table_args__ = (
        sa.Index("ix_event_field_text", "name", "text", "event_seq"),
        sa.Index("ix_event_field_number", "name", "number", "event_seq"),
    )

    event_seq: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
        sa.ForeignKey("trace_event.seq"),
        primary_key=True,
    )
    position: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(sa.String(300))
    text: Mapped[str | None] = mapped_column(sa.String(300))
    number: Mapped[float | None]


class EventWhat(Base):
    """One thing that an event is about."""

    __tablename__ = "event_what"
    __table_args__ = (sa.Index("ix_event_what_ref", "ref", "event_seq"),)

    event_seq: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
        sa.ForeignKey("trace_event.seq"),
        primary_key=True,
    )
    position: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    role: Mapped[WhatRole]
    # One thing with a serial number of its own, or some amount of a class (a lot).
    kind: Mapped[IdKind]
    ref: Mapped[str] = mapped_column(sa.String(300))
    quantity: Mapped[float | None]
    # UN/CEFACT Recommendation 20, such as KGM.
    uom: Mapped[str | None] = mapped_column(sa.String(3))
