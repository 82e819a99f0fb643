"""Personal words of events: written down beside the log, erased without touching it."""

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.errors import NotFound
from kernel.sealing import sealer_of
from traceability.models import Commitment
from traceability.proof.commitments import (
    HARVESTED_BY,
    PREFIX,
    RECORDED_BY,
    SALT_BYTES,
    commitment,
)


def recorded_by(session: Session, actor: Actor, *, vendor_id: str) -> dict[str, str]:
    """Return what an event says of who recorded it; nothing where the house itself did.

    The name stays beside the log: the event holds a digest of it.
    """
    if actor.user_id is None or not actor.name:
        return {}
    mark = _commit(session, actor.name, RECORDED_BY, vendor_id=vendor_id, person_id=actor.user_id)
    return {RECORDED_BY: mark}


def harvested_by(session: Session, worker: str, *, vendor_id: str, actor: Actor) -> dict[str, str]:
    """Return what an event says of who harvested; nothing where nobody was named.

    A recorder who wrote the own name is asked for the consent like any other record of theirs;
    others have no account that could agree.
    """
    if not worker:
        return {}
    person_id = actor.user_id if worker == actor.name else None
    mark = _commit(session, worker, HARVESTED_BY, vendor_id=vendor_id, person_id=person_id)
    return {HARVESTED_BY: mark}


def forget_words(session: Session, *, vendor_id: str) -> int:
    """Erase all personal words in events of a vendor; return how many there were."""
    return _erase(session, Commitment.vendor_id == vendor_id)


def forget_account(session: Session, user_id: str) -> int:
    """Erase the name of an account in all events, by whomever it was written; return how often.

    At the vendors it worked for the name may also stand as that of a worker.
    """
    own = sa.select(Commitment.vendor_id, Commitment.fingerprint).where(
        Commitment.person_id == user_id
    )
    named = session.execute(own.distinct()).all()
    count = _erase(session, Commitment.person_id == user_id)
    for vendor_id, fingerprint in named:
        count += _erase(
            session, Commitment.vendor_id == vendor_id, Commitment.fingerprint == fingerprint
        )
    return count


def forget_person(
    session: Session, fingerprint: str, *, vendor_id: str, actor: Actor, now: datetime
) -> int:
    """Erase a name in all events of a vendor, because the person asked; return how often.

    :raises NotFound: when nobody is named so (any more).
    """
    actor.need_at(vendor_id, "owner")
    count = _erase(
        session, Commitment.vendor_id == vendor_id, Commitment.fingerprint == fingerprint
    )
    if not count:
        raise NotFound
    subject = ("vendor", vendor_id)
    audit.record(session, "trace.name_erased", actor=actor, subject=subject, now=now, events=count)
    return count


def _commit(
    session: Session, value: str, field: str, *, vendor_id: str, person_id: str | None
) -> str:
    """Keep personal words and return what the event says in their place."""
    salt, sealer = secrets.token_bytes(SALT_BYTES), sealer_of(session)
    mark = commitment(salt, value)
    row = {
        "digest": mark.removeprefix(PREFIX),
        "vendor_id": vendor_id,
        "field": field,
        "salt": salt,
        "value_sealed": sealer.seal_text(value),
        "fingerprint": sealer.fingerprint(value),
        "person_id": person_id,
    }
    # By the connection: what the caller has not made whole yet is not written on the way.
    session.connection().execute(sa.insert(Commitment), [row])
    return mark


def _erase(session: Session, *where: sa.ColumnElement[bool]) -> int:
    done = session.execute(sa.delete(Commitment).where(*where))
    return int(done.rowcount)  # type: ignore[attr-defined]
