"""Tables of the log that proves events: appended to, never changed (triggers see to it)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, Sequence

_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class LogLeaf(Base):
    """One event in the order of the log: numbers from 0 on, without a gap."""

    __tablename__ = "log_leaf"

    seq: Mapped[int] = mapped_column(_SEQ, primary_key=True, autoincrement=False)
    event_seq: Mapped[int] = mapped_column(_SEQ, sa.ForeignKey("trace_event.seq"), unique=True)
    # The link of the row before; of the first: 32 zero bytes.
    prev: Mapped[bytes]
    # RFC 6962: SHA-256 of a zero byte and the event's body.
    leaf: Mapped[bytes]
    # The hashes of the complete subtrees that end with this leaf, the smallest first.
    nodes: Mapped[bytes]


class LogHead(Base):
    """The one row that orders the log: locked by whoever appends to it."""

    __tablename__ = "log_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int]
    # What the next row names as the one before.
    link: Mapped[bytes]


class SigningKey(Base):
    """A key that signs checkpoints; it stays published when it is out of use."""

    __tablename__ = "signing_key"

    # The first four bytes of the digest of name and key (C2SP signed-note), in hex.
    kid: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    public: Mapped[bytes]
    seed_sealed: Mapped[str] = mapped_column(sa.Text)
    valid_from: Mapped[datetime]
    # The first instant at which it does not sign any more.
    valid_to: Mapped[datetime | None]
    # From here on nothing it signs is believed: somebody else may have it.
    revoked_at: Mapped[datetime | None]


class LogCheckpoint(Base):
    """What the market signed of its log at a moment."""

    __tablename__ = "checkpoint"
    __table_args__ = (sa.Index("ix_checkpoint_size", "size", "id"),)

    id: Mapped[Sequence]
    size: Mapped[int]
    root: Mapped[bytes]
    kid: Mapped[str] = mapped_column(sa.String(8), sa.ForeignKey("signing_key.kid"))
    note: Mapped[str] = mapped_column(sa.Text)
    signed_at: Mapped[datetime]


class Witness(Base):
    """Somebody who looks at checkpoints and signs those that go on from the last one seen."""

    __tablename__ = "witness"

    name: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    # As C2SP writes it: name, id and key.
    key: Mapped[str] = mapped_column(sa.String(400))
    added_at: Mapped[datetime]


class WitnessReceipt(Base):
    """The cosignature of a witness below a checkpoint."""

    __tablename__ = "witness_receipt"

    checkpoint_id: Mapped[int] = mapped_column(
        _SEQ, sa.ForeignKey("checkpoint.id"), primary_key=True
    )
    witness: Mapped[str] = mapped_column(sa.ForeignKey("witness.name"), primary_key=True)
    line: Mapped[str] = mapped_column(sa.Text)
    seen_at: Mapped[datetime]
    received_at: Mapped[datetime]


class Commitment(Base):
    """Personal words whose digest stands in an event; without this row it tells nothing."""

    __tablename__ = "commitment"
    __table_args__ = (
        sa.Index("ix_commitment_vendor", "vendor_id", "fingerprint"),
        sa.Index("ix_commitment_event", "event_seq"),
        sa.Index("ix_commitment_person", "person_id"),
    )

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    # Known once the event is in the log.
    event_seq: Mapped[int | None] = mapped_column(_SEQ, sa.ForeignKey("trace_event.seq"))
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    # Under which name the event holds the digest, such as "market:recordedBy".
    field: Mapped[str] = mapped_column(sa.String(40))
    salt: Mapped[bytes]
    value_sealed: Mapped[str] = mapped_column(sa.Text)
    # Finds all that one person is named in.
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    # The account of who is named: asked whether everybody may read it. None: nobody agreed.
    person_id: Mapped[Id | None]
