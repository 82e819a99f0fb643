"""Tables of payments, what we asked of and heard from providers, and the ledger."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from payments.rules import Method, PaymentState

_IS_OPEN = sa.text("state IN ('created', 'pending')")


class Payment(Base):
    """One attempt to collect an amount for a reference; never deleted."""

    __tablename__ = "payment"
    __table_args__ = (
        sa.CheckConstraint("amount_vnd > 0", name="amount"),
        sa.Index("ix_payment_reference", "reference"),
        sa.Index("ix_payment_state", "state", "method", "created_at"),
        # A reference is collected in one way at a time.
        sa.Index(
            "uq_payment_one_open",
            "reference",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
    )

    id: Mapped[PrimaryId]
    # What is paid for, such as group:01J...; payments never hears of orders.
    reference: Mapped[str] = mapped_column(sa.String(40))
    method: Mapped[Method]
    amount_vnd: Mapped[int]
    state: Mapped[PaymentState] = mapped_column(default=PaymentState.CREATED)
    # VietQR: the memo a payer's bank sends us. ASCII, unique.
    memo: Mapped[str | None] = mapped_column(sa.String(25), unique=True)
    # VietQR: the bank's own number of the transfer; one transfer pays one payment.
    bank_ref: Mapped[str | None] = mapped_column(sa.String(60), unique=True)
    # Card: the provider's checkout session of the latest attempt.
    provider_id: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    checkout_url: Mapped[str | None] = mapped_column(sa.Text)
    checkout_until: Mapped[datetime | None]
    # What a person of finance has to look at.
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class CallState(enum.Enum):
    """planned -> answered | refused | unknown (the answer was lost)."""

    PLANNED = "planned"
    ANSWERED = "answered"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class OutboundCall(Base):
    """What we ask of a provider: noted and committed before the network is touched.

    The idempotency key is a business fact, so that a process that dies between
    asking and noting the answer asks again for the same thing.
    """

    __tablename__ = "outbound_call"
    __table_args__ = (sa.Index("ix_outbound_call_payment", "payment_id"),)

    id: Mapped[PrimaryId]
    idem_key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    payment_id: Mapped[Id] = mapped_column(sa.ForeignKey("payment.id"))
    request: Mapped[dict[str, Any]]
    state: Mapped[CallState] = mapped_column(default=CallState.PLANNED)
    error: Mapped[str] = mapped_column(sa.String(300), default="")
    valid_until: Mapped[datetime]
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class ProviderEvent(Base):
    """A message of a provider, kept once: its id is unique."""

    __tablename__ = "provider_event"
    __table_args__ = (sa.UniqueConstraint("provider", "event_id"),)

    id: Mapped[PrimaryId]
    provider: Mapped[str] = mapped_column(sa.String(20))
    event_id: Mapped[str] = mapped_column(sa.String(120))
    kind: Mapped[str] = mapped_column(sa.String(80))
    payload: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]


class Posting(Base):
    """One leg of a ledger transaction; the legs of one ``txn`` sum to zero."""

    __tablename__ = "posting"
    __table_args__ = (
        sa.UniqueConstraint("txn", "account"),
        sa.CheckConstraint("amount_vnd <> 0", name="amount"),
        sa.Index("ix_posting_account", "account", "at"),
    )

    id: Mapped[PrimaryId]
    # Business fact that caused it, such as settle:PAYMENT_ID: the idempotency key.
    txn: Mapped[str] = mapped_column(sa.String(60))
    account: Mapped[str] = mapped_column(sa.String(80))
    # Debit positive, credit negative.
    amount_vnd: Mapped[int]
    at: Mapped[datetime]


class DemoCheckout(Base):
    """State of the in-process card provider that the demo runs on."""

    __tablename__ = "demo_checkout"

    id: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    idempotency_key: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
