"""Every event gets its leaf in the transaction that writes it, under the lock of one head row."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.db import BEFORE_COMMIT, NOTES, lock
from traceability.models import Commitment, LogHead, LogLeaf, TraceEvent
from traceability.proof.chain import link
from traceability.proof.commitments import PREFIX, commitments_in
from traceability.proof.merkle import grow, leaf_hash
from traceability.queries.proof.tree import peaks_of

NOTE = "trace_events"
BATCH = 1000

Item = TypeVar("Item")


def note_events(session: Session, seqs: Iterable[int]) -> None:
    """Have events of this transaction put into the log just before it commits."""
    session.info.setdefault(NOTE, []).extend(seqs)


def append_noted(session: Session) -> None:
    """Put the noted events into the log (what was taken back meanwhile is not there)."""
    seqs = session.info.pop(NOTE, None)
    if seqs:
        _append(session, sorted(set(seqs)))


def adopt_events(session: Session, *, most: int = 5000) -> int:
    """Put events into the log that were written past it; return how many.

    For a database that was filled by other means: every use case notes its events.
    """
    head = lock(session, LogHead, 1)
    seqs = session.scalars(
        sa.select(TraceEvent.seq)
        .where(~sa.exists().where(LogLeaf.event_seq == TraceEvent.seq))
        .order_by(TraceEvent.seq)
        .limit(most)
    ).all()
    if head is not None and seqs:
        _append(session, seqs)
    return len(seqs)


def _append(session: Session, seqs: Sequence[int]) -> None:
    """Append what can be prepared beforehand, so that the head is locked for a short time."""
    leaves = [
        (seq, leaf_hash(body.encode()))
        for batch in _batches(seqs)
        for seq, body in _bodies(session, batch)
    ]
    head = lock(session, LogHead, 1)
    if head is None:
        raise LookupError("the log has no head: the migrations did not run")
    peaks = peaks_of(session, head.size)
    for batch in _batches(leaves):
        rows = [_row(head, peaks, seq, leaf) for seq, leaf in batch]
        session.execute(sa.insert(LogLeaf), rows)
    session.flush()


def _row(head: LogHead, peaks: list[bytes], event_seq: int, leaf: bytes) -> dict[str, object]:
    """Return the next row of the log and move the head behind it."""
    row = {
        "seq": head.size,
        "event_seq": event_seq,
        "prev": head.link,
        "leaf": leaf,
        "nodes": b"".join(grow(peaks, head.size, leaf)),
    }
    head.size, head.link = head.size + 1, link(head.link, leaf)
    return row


def _bodies(session: Session, seqs: Sequence[int]) -> Sequence[sa.Row[int, str]]:
    rows = session.execute(
        sa.select(TraceEvent.seq, TraceEvent.body)
        .where(TraceEvent.seq.in_(seqs))
        .order_by(TraceEvent.seq)
    ).all()
    for seq, body in rows:
        if PREFIX in body:
            session.execute(
                sa.update(Commitment)
                .where(Commitment.digest.in_(commitments_in(body)))
                .values(event_seq=seq)
            )
    return rows


def _batches(items: Sequence[Item]) -> Iterator[list[Item]]:
    left = iter(items)
    while batch := list(islice(left, BATCH)):
        yield batch


NOTES.add(NOTE)
# Before the audit log is sealed: its head, which everybody waits for, is locked last.
BEFORE_COMMIT.insert(0, append_noted)
