"""Checkpoints: what the market signs of its log, every so often, and never of a log that broke."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import HOUSE, Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Conflict
from kernel.mail import Address, notify
from kernel.messages import msg
from kernel.rules_table import NoRule, rule
from traceability.models import LogCheckpoint, LogHead
from traceability.proof.notes import Checkpoint, Note, sign_checkpoint
from traceability.queries.proof.tree import root_at
from traceability.services.proof.keys import Signer, change_key, signer_of
from vendors.services.once import first_time

FRESH = timedelta(days=1)
"""A log that nothing was added to is signed anew after this: so that it is seen to be alive."""

ABOUT = "trace-log"


class LogBroken(Conflict):
    """The log is not the one that was signed before: nothing more is signed."""

    code = "log_broken"
    message = msg("The log of events does not go on from its last checkpoint. Nothing was signed.")


@dataclass(frozen=True)
class Signed:
    """A checkpoint that was signed just now."""

    size: int
    note: str


def sign_when_due(session: Session, *, origin: str, office: str, now: datetime) -> Signed | None:
    """Sign a checkpoint when the last one is old enough and something was added since.

    A log that broke is not signed; the office is told once a day.
    """
    head = lock(session, LogHead, 1)
    last = _last(session)
    if head is None or not _is_due(session, head, last, now):
        return None
    if not _goes_on(session, head, last):
        _tell_office(session, office, head.size, now)
        return None
    signer = signer_of(session, name=origin, actor=HOUSE, now=now)
    return _sign(session, head, origin, signer, now=now)


def rotate_key(
    session: Session, *, origin: str, revoke: bool = False, actor: Actor, now: datetime
) -> Signed:
    """Put a new key in place; the first checkpoint it signs is signed by the old one, too.

    ``revoke``: somebody else may have the old key; from now on it counts for nothing.

    :raises LogBroken: when the log does not go on from its last checkpoint.
    """
    head = lock(session, LogHead, 1)
    if head is None or not _goes_on(session, head, _last(session)):
        raise LogBroken
    new, old = change_key(session, name=origin, revoke=revoke, actor=actor, now=now)
    audit.record(
        session,
        "trace.key_changed",
        actor=actor,
        subject=("signing_key", new.kid),
        now=now,
        signed_in_by=old.kid if old else None,
        revoked=revoke,
    )
    return _sign(session, head, origin, new, old, now=now)


def mail_checkpoint(session: Session, *, office: str, now: datetime) -> bool:
    """Send the office the newest checkpoint, as often as the rule says; tell whether it was sent.

    Whoever keeps it can show later that the history was rewritten.
    """
    last, today = _last(session), local_date(now)
    if last is None:
        return False
    try:
        days = rule(session, "trace.checkpoint_mail_days", on=today).value
    except NoRule:
        return False
    span = date.fromordinal(today.toordinal() // days * days).isoformat()
    if not first_time(session, ABOUT, kind="trace.checkpoint", due=span, now=now):
        return False
    notify(
        session,
        "traceability/checkpoint",
        to=Address(email=office),
        now=now,
        size=last.size,
        signed_at=last.signed_at.isoformat(),
        note=last.note,
    )
    return True


def _last(session: Session) -> LogCheckpoint | None:
    newest = sa.select(LogCheckpoint).order_by(LogCheckpoint.id.desc()).limit(1)
    return session.scalars(newest).first()


def _is_due(session: Session, head: LogHead, last: LogCheckpoint | None, now: datetime) -> bool:
    if last is None:
        return True
    age = now - last.signed_at
    minutes = rule(session, "trace.checkpoint_minutes", on=local_date(now)).value
    return age >= (timedelta(minutes=minutes) if head.size != last.size else FRESH)


def _goes_on(session: Session, head: LogHead, last: LogCheckpoint | None) -> bool:
    """Tell whether the log begins with what was signed last."""
    if last is None:
        return True
    try:
        return head.size >= last.size and root_at(session, last.size) == last.root
    except KeyError:
        return False


def _sign(
    session: Session,
    head: LogHead,
    origin: str,
    signer: Signer,
    before: Signer | None = None,
    *,
    now: datetime,
) -> Signed:
    point = Checkpoint(origin, head.size, root_at(session, head.size))
    notes = [
        sign_checkpoint(point, name=one.name, seed=one.seed, at=now)
        for one in (signer, before)
        if one is not None
    ]
    note = Note(point.text, tuple(line for one in notes for line in one.signatures)).whole
    row = LogCheckpoint(size=point.size, root=point.root, kid=signer.kid, note=note, signed_at=now)
    session.add(row)
    session.flush()
    return Signed(point.size, note)


def _tell_office(session: Session, office: str, size: int, now: datetime) -> None:
    today = local_date(now).isoformat()
    if not first_time(session, ABOUT, kind="trace.broken", due=today, now=now):
        return
    subject = ("trace_log", ABOUT)
    audit.record(session, "trace.log_broken", actor=HOUSE, subject=subject, now=now, size=size)
    notify(session, "traceability/log_broken", to=Address(email=office), now=now, size=size)
