"""A checkpoint that was kept is held against the log; what catches the log is written down."""

from datetime import datetime

from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.errors import Invalid
from kernel.messages import msg
from traceability.proof.notes import BadNote
from traceability.queries.proof.joining import Joined, join_note

OFFICERS = ("reviewer", "approver")
NO_NOTE = msg(
    "This is no signed checkpoint. Paste it whole: the name of the log, the number, the root, an "
    "empty line, and the lines that begin with a dash."
)


def judge_note(session: Session, text: str, *, origin: str, actor: Actor, now: datetime) -> Joined:
    """Compare a checkpoint that an officer kept with the log; an alarm is put on record.

    :raises Invalid: when the text is no signed checkpoint.
    """
    actor.need(*OFFICERS)
    try:
        found = join_note(session, text, origin=origin)
    except BadNote:
        raise Invalid(NO_NOTE, field="note") from None
    if found.is_alarm:
        audit.record(
            session,
            "trace.log_caught",
            actor=actor,
            subject=("trace_log", "trace-log"),
            now=now,
            found=found.code,
            note=found.note.whole[:4000],
        )
    return found
