"""Witnesses: whoever keeps our checkpoints may sign them, too, and so vouches for one history."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import HOUSE, Actor
from kernel.errors import Conflict, Invalid, NotFound
from kernel.messages import msg
from traceability.models import LogCheckpoint, SigningKey, Witness, WitnessReceipt
from traceability.proof.notes import (
    COSIGNATURE,
    BadNote,
    Checkpoint,
    Note,
    PublicKey,
    Signature,
    is_signed,
    read_checkpoint,
    read_key,
    read_note,
    time_signed,
)


class BadCosignature(Invalid):
    """What was posted is no checkpoint of ours with the cosignature of a known witness."""

    code = "bad_cosignature"
    message = msg("No right cosignature of a known witness: %(problem)s.")


class TwoHistories(Conflict):
    """A checkpoint with our signature whose root is not the one we signed for this size."""

    code = "two_histories"
    message = msg(
        "Alarm: two checkpoints of %(size)s events have different roots. The log shows "
        "different people different histories."
    )


@dataclass(frozen=True)
class Received:
    """What came of a posted note; ``alarm`` is the size that two histories were signed for."""

    size: int
    new: int = 0
    is_alarm: bool = False


def add_witness(session: Session, key: str, *, actor: Actor, now: datetime) -> str:
    """Have cosignatures by a key accepted; return the name of the witness.

    :raises BadCosignature: when it is no key of a witness.
    """
    try:
        known = read_key(key)
    except BadNote as wrong:
        raise BadCosignature(problem=str(wrong)) from None
    if known.kind != COSIGNATURE:
        raise BadCosignature(problem="a key of a witness has kind 4")
    row = session.get(Witness, known.name)
    if row is None:
        session.add(Witness(name=known.name, key=known.text, added_at=now))
    else:
        row.key, row.added_at = known.text, now
    subject = ("witness", known.name[:80])
    audit.record(session, "trace.witness_added", actor=actor, subject=subject, now=now, key=key)
    session.flush()
    return known.name


def receive_cosignatures(session: Session, text: str, *, now: datetime) -> Received:
    """Keep the cosignatures of known witnesses below a posted checkpoint.

    A checkpoint that we signed with another root is written down as an alarm.

    :raises BadCosignature: when no known witness signed it.
    :raises NotFound: when we signed no checkpoint of this size.
    """
    try:
        note = read_note(text)
        point = read_checkpoint(note.text)
    except BadNote as wrong:
        raise BadCosignature(problem=str(wrong)) from None
    ours = session.scalars(
        sa.select(LogCheckpoint)
        .where(LogCheckpoint.size == point.size)
        .order_by(LogCheckpoint.id.desc())
    ).all()
    same = next((row for row in ours if read_note(row.note).text == note.text), None)
    if same is None:
        return _judge_stranger(session, note, point, now)
    seen = _cosigned(session, note)
    if not seen:
        raise BadCosignature(problem="no known witness signed it")
    new = [one for one in seen if session.get(WitnessReceipt, (same.id, one[0])) is None]
    for name, line, at in new:
        session.add(
            WitnessReceipt(
                checkpoint_id=same.id,
                witness=name,
                line=line.line,
                seen_at=at,
                received_at=now,
            )
        )
    session.flush()
    return Received(point.size, len(new))


def _judge_stranger(session: Session, note: Note, point: Checkpoint, now: datetime) -> Received:
    """Tell whether a checkpoint that is not among ours has our signature all the same."""
    keys = [PublicKey(row.name, row.public) for row in session.scalars(sa.select(SigningKey))]
    if not any(key.name == point.origin and is_signed(note, key) for key in keys):
        raise NotFound
    subject = ("trace_log", "trace-log")
    audit.record(
        session,
        "trace.two_histories",
        actor=HOUSE,
        subject=subject,
        now=now,
        note=note.whole[:4000],
    )
    return Received(point.size, is_alarm=True)


def _cosigned(session: Session, note: Note) -> list[tuple[str, Signature, datetime]]:
    """Return who of the known witnesses signed a note, and when."""
    names = {one.name for one in note.signatures}
    rows = session.scalars(sa.select(Witness).where(Witness.name.in_(names)))
    found = []
    for row in rows:
        key = read_key(row.key)
        at = time_signed(note, key)
        if at is not None:
            line = next(one for one in note.signatures if one.key_id == key.id)
            found.append((row.name, line, at))
    return found
