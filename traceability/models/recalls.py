"""Tables of recalls: what is affected, who was told and answered, what was found, complaints."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from traceability.rules.lots import LotState
from traceability.rules.recalls import (
    Answer,
    ComplaintKind,
    ComplaintState,
    Finding,
    Hazard,
    Measure,
    Origin,
    RecallState,
)


class Recall(Base):
    """One recall, or one drill of it, from what was known at first to its effectiveness."""

    __tablename__ = "recall"
    __table_args__ = (
        sa.Index("ix_recall_vendor", "vendor_id", "opened_at"),
        sa.Index("ix_recall_state", "state", "opened_at"),
        # A drill stops nothing and tells nobody: its notices have no recipients, see `RecallNotice`.
        sa.UniqueConstraint("id", "drill"),
    )

    id: Mapped[PrimaryId]
    # What people read aloud and what stands in its public address.
    code: Mapped[str] = mapped_column(sa.String(12), unique=True)
    # Whose goods it began with.
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    drill: Mapped[bool] = mapped_column(default=False)
    origin: Mapped[Origin]
    # The id of it, or the name of an input or a worker.
    origin_ref: Mapped[str] = mapped_column(sa.String(120))
    # The same as people read it.
    origin_name: Mapped[str] = mapped_column(sa.String(200))
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    # Public once it is carried out.
    reason: Mapped[str] = mapped_column(sa.String(300))
    hazard: Mapped[Hazard]
    # By language: what to do with the goods.
    advice: Mapped[dict[str, str]] = mapped_column(default=dict)
    state: Mapped[RecallState] = mapped_column(default=RecallState.DRAFT)
    measure: Mapped[Measure | None]
    opened_by: Mapped[str | None] = mapped_column(sa.String(26))
    opened_by_name: Mapped[str] = mapped_column(sa.String(120))
    acted_by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    # t0: the beginning was named; t1: all that is affected was known.
    opened_at: Mapped[datetime]
    traced_at: Mapped[datetime | None]
    # The button was pressed; every sale was stopped.
    acted_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    # Rules of the day it was opened, by the end of their keys: hours, tolerance_percent, answer_days.
    terms: Mapped[dict[str, Any]] = mapped_column(default=dict)
    cause: Mapped[str] = mapped_column(sa.String(1000), default="")
    # What was reached, as it stood when it was closed.
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class RecallLot(Base):
    """A lot of the scope, as the trace found it; one that was falsely included is taken out."""

    __tablename__ = "recall_lot"
    __table_args__ = (sa.Index("ix_recall_lot_lot", "lot_id"),)

    recall_id: Mapped[str] = mapped_column(
        sa.String(26), sa.ForeignKey("recall.id"), primary_key=True
    )
    lot_id: Mapped[str] = mapped_column(sa.String(26), sa.ForeignKey("lot.id"), primary_key=True)
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    # Steps from the beginning (0: it began with it), and what passed into it on the way.
    depth: Mapped[int]
    quantity: Mapped[int]
    # How it stood before, and whether this recall moved it.
    state_before: Mapped[LotState | None]
    moved: Mapped[bool] = mapped_column(default=False)
    # It is to be stopped and was not yet: a recall of very many goes through them in parts.
    waits: Mapped[bool] = mapped_column(default=False)
    # Why it does not belong here; empty: it does.
    out_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    out_by_name: Mapped[str] = mapped_column(sa.String(120), default="")


class RecallNotice(Base):
    """That a buyer was told, and what came back; a drill has rows of nobody."""

    __tablename__ = "recall_notice"
    __table_args__ = (
        sa.Index("ix_recall_notice_recall", "recall_id", "acked_at"),
        sa.Index("ix_recall_notice_group", "group_id"),
        sa.ForeignKeyConstraint(["recall_id", "drill"], ["recall.id", "recall.drill"]),
        # The database itself keeps drills from naming a real person or a message.
        sa.CheckConstraint(
            "NOT drill OR (group_id IS NULL AND token_hash IS NULL AND mail_id IS NULL)",
            name="drill_reaches_nobody",
        ),
    )

    id: Mapped[PrimaryId]
    recall_id: Mapped[Id]
    drill: Mapped[bool]
    # Who sold it: nobody sees the buyers of another vendor.
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    # The order (of one checkout) by which the buyer is reached; orders lie above this floor.
    group_id: Mapped[Id | None]
    # SHA-256 of the token in the link by which it is answered.
    token_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    # The message that carries the link.
    mail_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("notice.id", ondelete="SET NULL"))
    sent_at: Mapped[datetime]
    acked_at: Mapped[datetime | None]
    answer: Mapped[Answer | None]
    # Answered by telephone: who noted it.
    noted_by_name: Mapped[str] = mapped_column(sa.String(120), default="")


class RecallCount(Base):
    """So much of a lot was found, destroyed or came back, as somebody counted."""

    __tablename__ = "recall_count"
    __table_args__ = (
        sa.Index("ix_recall_count_recall", "recall_id", "lot_id"),
        sa.CheckConstraint("quantity >= 0", name="quantity"),
    )

    id: Mapped[PrimaryId]
    recall_id: Mapped[Id] = mapped_column(sa.ForeignKey("recall.id"))
    lot_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"))
    finding: Mapped[Finding]
    quantity: Mapped[int]
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    actor_name: Mapped[str] = mapped_column(sa.String(120))
    at: Mapped[datetime]


class RecallAction(Base):
    """What is done so that it does not happen again."""

    __tablename__ = "recall_action"
    __table_args__ = (sa.Index("ix_recall_action_recall", "recall_id", "due_on"),)

    id: Mapped[PrimaryId]
    recall_id: Mapped[Id] = mapped_column(sa.ForeignKey("recall.id"))
    text: Mapped[str] = mapped_column(sa.String(300))
    who: Mapped[str] = mapped_column(sa.String(120))
    due_on: Mapped[date]
    done_at: Mapped[datetime | None]
    at: Mapped[datetime]


class Complaint(Base):
    """What a buyer says is wrong with goods of a lot, told from an order or a scanned code."""

    __tablename__ = "complaint"
    __table_args__ = (
        sa.Index("ix_complaint_vendor", "vendor_id", "state", "at"),
        sa.Index("ix_complaint_state", "state", "at"),
        sa.Index("ix_complaint_lot", "lot_id"),
    )

    id: Mapped[PrimaryId]
    code: Mapped[str] = mapped_column(sa.String(12), unique=True)
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    lot_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"))
    # Told from this order, see `RecallNotice.group_id`; None: from the code on a bag.
    order_id: Mapped[Id | None]
    # Of one pack, where the code names one.
    serial: Mapped[str] = mapped_column(sa.String(20), default="")
    kind: Mapped[ComplaintKind]
    text: Mapped[str] = mapped_column(sa.String(1000))
    name: Mapped[str] = mapped_column(sa.String(120), default="")
    phone: Mapped[str] = mapped_column(sa.String(16), default="")
    state: Mapped[ComplaintState] = mapped_column(default=ComplaintState.OPEN)
    answer: Mapped[str] = mapped_column(sa.String(1000), default="")
    recall_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("recall.id"))
    at: Mapped[datetime]
