"""The whole log against the whole database: whatever was changed behind its back is named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.messages import msg
from traceability.models import LogCheckpoint, LogHead, LogLeaf, TraceEvent
from traceability.proof.bundle import KeySpan, find_signer
from traceability.proof.chain import GENESIS, link
from traceability.proof.merkle import EMPTY_ROOT, grow, leaf_hash, root_of_peaks
from traceability.proof.notes import BadNote, Checkpoint, read_checkpoint, read_note
from traceability.queries.proof.log import published_keys
from traceability.queries.proof.things import misfiled

BATCH = 5000
MOST_FINDINGS = 100

FAULTS = {
    "body": msg("the event was changed"),
    "leaf": msg("its hash in the log was changed"),
    "prev": msg("its link to the event before was changed"),
    "nodes": msg("its hashes of the tree were changed"),
    "things": msg("what it is found by is not what it says: it was hidden from a lot or added"),
    "gone": msg("the event was deleted"),
    "gap": msg("a row of the log is missing before it"),
    "order": msg("it stands at another place than it was logged, or was put in between"),
    "unlogged": msg("it was written past the log"),
    "cut": msg("the end of the log is missing or was put on"),
    "signature": msg("a checkpoint bears no right signature"),
    "root": msg("the log is not the one that was signed: the history was rewritten"),
    "forked": msg("two checkpoints of one size have different roots: two histories were shown"),
}
"""What can be wrong, in words."""


@dataclass(frozen=True)
class Fault:
    """One thing that does not fit; ``event_id`` where an event is to blame."""

    code: str
    seq: int
    event_id: str = ""

    @property
    def words(self) -> str:
        """Return it in English."""
        named = f"event {self.event_id} (number {self.seq})" if self.event_id else f"at {self.seq}"
        return f"{named}: {FAULTS[self.code]}"


@dataclass(frozen=True)
class Checked:
    """What came of checking; faults are cut after the first hundred."""

    size: int
    faults: tuple[Fault, ...]

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing was found."""
        return not self.faults


@dataclass(frozen=True)
class _Row:
    seq: int
    prev: bytes
    leaf: bytes
    nodes: bytes
    event_id: str | None
    body: str | None
    # What the row after it names, or the head.
    named_next: bytes = b""

    @property
    def true_leaf(self) -> bytes:
        """Return the hash of the event as it is now; of a deleted one the one that was logged."""
        return self.leaf if self.body is None else leaf_hash(self.body.encode())


@dataclass
class _Walk:
    """Where a walk along the log is: the link so far, the tree so far, what was found."""

    size: int = 0
    link: bytes = GENESIS
    peaks: list[bytes] = field(default_factory=list)
    before: tuple[int, str] = (0, "")
    # Rows are missing or replaced: the tree beyond is not the one that was.
    is_broken: bool = False
    faults: list[Fault] = field(default_factory=list)

    def blame(self, code: str, seq: int, event_id: str | None = "") -> None:
        if len(self.faults) < MOST_FINDINGS:
            self.faults.append(Fault(code, seq, event_id or ""))


def check_log(session: Session, *, kept: Sequence[Checkpoint] = ()) -> Checked:
    """Walk the whole log; name every event that was changed, deleted, moved or put in.

    ``kept`` are checkpoints from elsewhere: only they find a history that was rewritten whole.
    """
    walk, roots = _Walk(), {0: EMPTY_ROOT}
    head = session.get(LogHead, 1, populate_existing=True)
    signed = _signed(session)
    wanted = {point.size for point in (*kept, *(one.point for one in signed))}
    for row in _rows(session, head.link if head else GENESIS):
        _step(walk, row)
        if walk.size in wanted and not walk.is_broken:
            roots[walk.size] = root_of_peaks(walk.peaks)
    if head is None or (head.size, head.link) != (walk.size, walk.link):
        walk.blame("cut", walk.size)
    for seq, event_id in misfiled(session, most=MOST_FINDINGS):
        walk.blame("things", seq, event_id)
    for seq, event_id in _unlogged(session):
        walk.blame("unlogged", seq, event_id)
    _check_signatures(session, walk, signed)
    _check_roots(walk, roots, [*(one.point for one in signed), *kept])
    return Checked(walk.size, tuple(walk.faults))


def _step(walk: _Walk, row: _Row) -> None:
    """Judge one row by the one after it, which tells what this one was."""
    honest = _honest_leaf(walk, row)
    if row.seq != walk.size:
        walk.blame("gap", row.seq, row.event_id)
        walk.is_broken = True
    elif row.prev != walk.link:
        if row.named_next == link(walk.link, honest):
            walk.blame("prev", row.seq, row.event_id)
            row = replace(row, prev=walk.link)
        else:
            walk.blame("order", *walk.before)
            walk.is_broken = True
    if row.body is None:
        walk.blame("gone", row.seq)
    elif row.true_leaf != row.leaf:
        walk.blame("leaf" if honest == row.true_leaf else "body", row.seq, row.event_id)
    if not walk.is_broken and b"".join(grow(walk.peaks, walk.size, honest)) != row.nodes:
        walk.blame("nodes", row.seq, row.event_id)
    walk.size, walk.link = row.seq + 1, link(row.prev, honest)
    walk.before = (row.seq, row.event_id or "")


def _honest_leaf(walk: _Walk, row: _Row) -> bytes:
    """Return the hash that was logged: when it is not that of the event, one was changed."""
    as_is = {link(prev, row.true_leaf) for prev in (row.prev, walk.link)}
    return row.true_leaf if row.named_next in as_is else row.leaf


def _rows(session: Session, end: bytes) -> Iterator[_Row]:
    """Read the log in order, each row with what the next one names."""
    before: _Row | None = None
    for row in _read(session):
        if before is not None:
            yield replace(before, named_next=row.prev)
        before = row
    if before is not None:
        yield replace(before, named_next=end)


def _read(session: Session) -> Iterator[_Row]:
    last = -1
    while rows := session.execute(
        sa.select(
            LogLeaf.seq,
            LogLeaf.prev,
            LogLeaf.leaf,
            LogLeaf.nodes,
            TraceEvent.event_id,
            TraceEvent.body,
        )
        .outerjoin(TraceEvent, TraceEvent.seq == LogLeaf.event_seq)
        .where(LogLeaf.seq > last)
        .order_by(LogLeaf.seq)
        .limit(BATCH)
    ).all():
        yield from (_Row(*row) for row in rows)
        last = rows[-1].seq


def _unlogged(session: Session) -> Sequence[sa.Row[int, str]]:
    return session.execute(
        sa.select(TraceEvent.seq, TraceEvent.event_id)
        .where(~sa.exists().where(LogLeaf.event_seq == TraceEvent.seq))
        .order_by(TraceEvent.seq)
        .limit(MOST_FINDINGS)
    ).all()


@dataclass(frozen=True)
class _Signed:
    point: Checkpoint
    note: str


def _signed(session: Session) -> list[_Signed]:
    rows = session.execute(
        sa.select(LogCheckpoint.size, LogCheckpoint.root, LogCheckpoint.note).order_by(
            LogCheckpoint.id
        )
    )
    return [_Signed(Checkpoint("", size, root), note) for size, root, note in rows]


def _check_signatures(session: Session, walk: _Walk, signed: Sequence[_Signed]) -> None:
    """Blame checkpoints that say something else than their rows, or that no valid key signed."""
    spans = [key.span for key in published_keys(session)]
    for one in signed:
        if not _is_right(one, spans):
            walk.blame("signature", one.point.size)


def _is_right(one: _Signed, spans: Sequence[KeySpan]) -> bool:
    try:
        note = read_note(one.note)
        point = read_checkpoint(note.text)
    except BadNote:
        return False
    signer, at = find_signer(note, spans)
    if signer is None or at is None or not signer.holds(at):
        return False
    return (point.size, point.root) == (one.point.size, one.point.root)


def _check_roots(walk: _Walk, roots: dict[int, bytes], points: Sequence[Checkpoint]) -> None:
    seen: dict[int, bytes] = {}
    for point in points:
        if seen.setdefault(point.size, point.root) != point.root:
            walk.blame("forked", point.size)
        elif point.size > walk.size:
            walk.blame("cut", point.size)
        elif roots.get(point.size) != point.root:
            walk.blame("root", point.size)
