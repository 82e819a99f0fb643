"""What the log shows to everybody: checkpoints, keys, proofs, hashes of leaves."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.errors import Invalid, NotFound
from kernel.messages import msg
from kernel.pages import Page
from traceability.models import (
    LogCheckpoint,
    LogLeaf,
    SigningKey,
    TraceEvent,
    Witness,
    WitnessReceipt,
)
from traceability.proof.bundle import KeySpan
from traceability.proof.notes import PublicKey, short_root
from traceability.queries.proof.tree import (
    consistency_proof,
    inclusion_proofs,
    log_size,
    root_at,
)

MOST_LEAVES = 1000


class NotInLog(NotFound):
    """The log has no such event, size or leaf."""

    code = "not_in_log"
    message = msg("The log holds nothing like this.")


class BadSizes(Invalid):
    """Sizes between which nothing can be proved."""

    code = "bad_sizes"
    message = msg("Ask for sizes from 1 to %(size)s, the smaller one first.")


@dataclass(frozen=True)
class SignedCheckpoint:
    """A checkpoint with the cosignatures that came in for it."""

    id: int
    size: int
    root: bytes
    note: str
    signed_at: datetime
    kid: str
    witnesses: tuple[str, ...] = ()

    @property
    def short_root(self) -> str:
        """Return the beginning of the root as it is printed on paper: 64 bits in four groups."""
        return short_root(self.root)


@dataclass(frozen=True)
class PublishedKey:
    """A key of the log and when it signed."""

    kid: str
    key: PublicKey
    valid_from: datetime
    valid_to: datetime | None
    revoked_at: datetime | None

    @property
    def span(self) -> KeySpan:
        """Return when what it signed holds."""
        ends = [end for end in (self.valid_to, self.revoked_at) if end is not None]
        return KeySpan(self.key, self.valid_from, min(ends, default=None))

    @property
    def told(self) -> dict[str, str | None]:
        """Return it as bundles and programs are told."""
        return {
            "kid": self.kid,
            "key": self.key.text,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat() if self.valid_to else None,
            "revoked_at": self.revoked_at.isoformat() if self.revoked_at else None,
        }


@dataclass(frozen=True)
class Inclusion:
    """What proves that an event is in the log."""

    index: int
    size: int
    leaf: bytes
    root: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True)
class Consistency:
    """What proves that the log only grew."""

    old: int
    new: int
    old_root: bytes
    new_root: bytes
    proof: tuple[bytes, ...]


def checkpoint_of(session: Session, *, size: int | None = None) -> SignedCheckpoint | None:
    """Return the newest checkpoint, or the newest of a size (two statements)."""
    wanted = sa.select(LogCheckpoint).order_by(LogCheckpoint.id.desc()).limit(1)
    if size is not None:
        wanted = wanted.where(LogCheckpoint.size == size)
    row = session.scalars(wanted).first()
    if row is None:
        return None
    receipts = session.execute(
        sa.select(WitnessReceipt.witness, WitnessReceipt.line)
        .where(WitnessReceipt.checkpoint_id == row.id)
        .order_by(WitnessReceipt.witness)
    ).all()
    lines = "".join(line for _witness, line in receipts)
    names = tuple(witness for witness, _line in receipts)
    note = row.note + lines
    return SignedCheckpoint(row.id, row.size, row.root, note, row.signed_at, row.kid, names)


def has_checkpoint(session: Session) -> bool:
    """Tell whether anything was signed yet."""
    return session.scalar(sa.select(LogCheckpoint.id).limit(1)) is not None


def checkpoints(session: Session, *, most: int = 50) -> list[SignedCheckpoint]:
    """Return the last checkpoints, the newest first, without cosignatures."""
    rows = session.scalars(sa.select(LogCheckpoint).order_by(LogCheckpoint.id.desc()).limit(most))
    return [_signed(row) for row in rows]


def checkpoint_page(session: Session, *, page: int = 1, size: int = 30) -> Page[SignedCheckpoint]:
    """Return a page of all checkpoints, the newest first (one statement)."""
    rows = session.scalars(
        sa.select(LogCheckpoint)
        .order_by(LogCheckpoint.id.desc())
        .offset((page - 1) * size)
        .limit(size + 1)
    )
    return Page.cut([_signed(row) for row in rows], page, size)


def _signed(row: LogCheckpoint) -> SignedCheckpoint:
    return SignedCheckpoint(row.id, row.size, row.root, row.note, row.signed_at, row.kid)


def published_keys(session: Session) -> tuple[PublishedKey, ...]:
    """Return every key there ever was, the newest first."""
    rows = session.execute(
        sa.select(
            SigningKey.kid,
            SigningKey.name,
            SigningKey.public,
            SigningKey.valid_from,
            SigningKey.valid_to,
            SigningKey.revoked_at,
        ).order_by(SigningKey.valid_from.desc(), SigningKey.kid)
    )
    return tuple(
        PublishedKey(
            row.kid,
            PublicKey(row.name, row.public),
            row.valid_from,
            row.valid_to,
            row.revoked_at,
        )
        for row in rows
    )


def witness_names(session: Session) -> tuple[str, ...]:
    """Return whose cosignatures are accepted."""
    return tuple(session.scalars(sa.select(Witness.name).order_by(Witness.name)))


def inclusion_of(session: Session, event_id: str, *, size: int | None = None) -> Inclusion:
    """Return what proves an event by its id, in the log as it is or as large as it was.

    :raises NotInLog: when the log of this size does not hold it.
    """
    row = session.execute(
        sa.select(LogLeaf.seq, LogLeaf.leaf)
        .join(TraceEvent, TraceEvent.seq == LogLeaf.event_seq)
        # A partner may call its event like another's: the first to be logged is meant.
        .where(TraceEvent.event_id == event_id)
        .order_by(LogLeaf.seq)
        .limit(1)
    ).one_or_none()
    whole = log_size(session)
    wanted = whole if size is None else size
    if row is None or not row.seq < wanted <= whole:
        raise NotInLog
    proof = inclusion_proofs(session, [row.seq], wanted)[row.seq]
    return Inclusion(row.seq, wanted, row.leaf, root_at(session, wanted), proof)


def consistency_of(session: Session, old: int, new: int) -> Consistency:
    """Return what proves that the log of ``new`` events begins with the first ``old``.

    :raises BadSizes: unless ``0 < old <= new``, and the log holds as many.
    """
    whole = log_size(session)
    if not 0 < old <= new <= whole:
        raise BadSizes(size=whole)
    proof = consistency_proof(session, old, new)
    return Consistency(old, new, root_at(session, old), root_at(session, new), proof)


def leaves_from(session: Session, start: int, *, most: int = MOST_LEAVES) -> tuple[bytes, ...]:
    """Return the hashes of leaves from a number on, at most a thousand: no word of any event."""
    rows = session.scalars(
        sa.select(LogLeaf.leaf)
        .where(LogLeaf.seq >= start, LogLeaf.seq < start + min(most, MOST_LEAVES))
        .order_by(LogLeaf.seq)
    )
    return tuple(rows)
