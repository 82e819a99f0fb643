"""Whether the log of today goes on from a checkpoint that somebody kept."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kernel.messages import msg
from traceability.proof.bundle import find_signer
from traceability.proof.merkle import EMPTY_ROOT, verify_consistency
from traceability.proof.notes import (
    MOST_BYTES,
    BadNote,
    Checkpoint,
    Note,
    PublicKey,
    read_checkpoint,
    read_note,
)
from traceability.queries.proof.log import checkpoint_of, published_keys
from traceability.queries.proof.tree import consistency_proof, log_size, root_at

OUTCOMES = {
    "good": msg("The log of today goes on from this checkpoint: nothing before it was changed."),
    "origin": msg("This checkpoint is of another log: %(origin)s."),
    "unsigned": msg("No key of this log has signed it: it proves nothing."),
    "untimed": msg("It does not say when it was signed: it proves nothing."),
    "expired": msg("It was signed at a time when its key was not valid: it proves nothing."),
    "forked": msg(
        "Alarm: another checkpoint of %(size)s events was shown to others: there are two histories."
    ),
    "cut": msg(
        "Alarm: the log holds only %(now)s events, and %(size)s were signed: its end was taken away."
    ),
    "rewritten": msg(
        "Alarm: the log does not go on from this checkpoint: the history was rewritten."
    ),
}
"""What came of comparing, in words with named places."""

ALARMS = frozenset({"forked", "cut", "rewritten"})


@dataclass(frozen=True)
class Joined:
    """What came of comparing a kept checkpoint with the log; ``steps`` is the proof that was made."""

    code: str
    note: Note
    point: Checkpoint
    size_now: int
    signer: PublicKey | None = None
    signed_at: datetime | None = None
    steps: tuple[bytes, ...] = ()

    @property
    def is_alarm(self) -> bool:
        """Tell whether the log itself was caught."""
        return self.code in ALARMS

    @property
    def is_good(self) -> bool:
        """Tell whether the log goes on from the checkpoint."""
        return self.code == "good"

    @property
    def values(self) -> dict[str, str]:
        """Return what stands in the named places of the words."""
        point = self.point
        return {"origin": point.origin, "size": str(point.size), "now": str(self.size_now)}


def join_note(session: Session, text: str, *, origin: str) -> Joined:
    """Compare a signed note that was kept with the log of today (seven statements at most).

    :raises BadNote: when the text is no signed checkpoint.
    """
    note = read_note(_tidy(text))
    point, now = read_checkpoint(note.text), log_size(session)
    signer, at = find_signer(note, [key.span for key in published_keys(session)])
    if point.origin != origin:
        code = "origin"
    elif signer is None:
        code = "unsigned"
    elif at is None:
        code = "untimed"
    else:
        code = "" if signer.holds(at) else "expired"
    steps: tuple[bytes, ...] = ()
    if not code:
        code, steps = _compare(session, point, now)
    return Joined(code, note, point, now, signer.key if signer else None, at, steps)


def _compare(session: Session, point: Checkpoint, now: int) -> tuple[str, tuple[bytes, ...]]:
    """Make the proof that the log goes on, and verify it as anybody would."""
    ours = checkpoint_of(session, size=point.size)
    if ours is not None and ours.root != point.root:
        return "forked", ()
    if point.size > now:
        return "cut", ()
    if point.size == 0:
        return ("good" if point.root == EMPTY_ROOT else "rewritten"), ()
    try:
        steps = consistency_proof(session, point.size, now)
        joined = verify_consistency(point.size, now, point.root, root_at(session, now), steps)
    except KeyError:
        # Rows of the tree are missing.
        return "rewritten", ()
    return ("good" if joined else "rewritten"), steps


def _tidy(text: str) -> str:
    """Return a note as it was before it went through mails and forms.

    :raises BadNote: for what is too long to be one.
    """
    if len(text) > MOST_BYTES:
        raise BadNote("not a signed note: too long")
    lines = [line.strip(" \t>") for line in text.splitlines()]
    while lines and not lines[0].strip("-"):
        lines.pop(0)
    while lines and not lines[-1].strip("-"):
        lines.pop()
    return "\n".join([*lines, ""])
