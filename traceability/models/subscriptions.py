"""The table of who gets new events sent: where to, when, and how far it has come."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from traceability.rules.partners import SubscriptionEnd

_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ACTIVE = sa.text("ended_at IS NULL")


class Subscription(Base):
    """A partner's wish to be sent what a named query finds anew.

    ``position`` counts leaves of the log of events: what stands before it was sent or is not
    asked for. That order is the order of commits, so nothing is ever recorded before it later.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        sa.Index("ix_subscription_due", "due_at", sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
        sa.Index("ix_subscription_token", "token_id", "id"),
        sa.Index("ix_subscription_vendor", "vendor_id", "id"),
    )

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    token_id: Mapped[Id] = mapped_column(sa.ForeignKey("partner_token.id"))
    # As it was when it was subscribed to: a query is never changed, only deleted, and this ends then.
    query_name: Mapped[str] = mapped_column(sa.String(100))
    parameters: Mapped[dict[str, Any]]
    dest: Mapped[str] = mapped_column(sa.String(500))
    # What deliveries are signed with; empty: they are not.
    signature_sealed: Mapped[str] = mapped_column(sa.Text)
    epc_format: Mapped[str] = mapped_column(sa.String(30))
    # Sent as soon as recorded; else by the schedule, in the words of EPCIS 2.0.
    streams: Mapped[bool]
    schedule: Mapped[dict[str, str]]
    reports_empty: Mapped[bool]
    # Only what is recorded from here on; None: from the moment of the subscription.
    since: Mapped[datetime | None]
    created_at: Mapped[datetime]

    position: Mapped[int] = mapped_column(_SEQ)
    # Where the log ended when the present run of the schedule began; None: none is going on.
    run_end: Mapped[int | None] = mapped_column(_SEQ)
    run_told: Mapped[bool] = mapped_column(default=False)
    # So many events at once: fewer once the receiver found it too many.
    batch: Mapped[int]
    due_at: Mapped[datetime]
    # Somebody is sending; when this is past, he died.
    busy_until: Mapped[datetime | None]
    executed_at: Mapped[datetime | None]
    # When the receiver last took something.
    notified_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(sa.String(300), default="")
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[SubscriptionEnd | None]
