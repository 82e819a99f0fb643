"""Personal words of events: written down beside the log, erased without touching it."""

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.sealing import sealer_of
from traceability.models import Commitment
from traceability.proof.commitments import PREFIX, SALT_BYTES, commitment


def commit_words(
    session: Session, value: str, *, field: str, vendor_id: str, shown: bool = False
) -> str:
    """Keep personal words and return what the event says in their place.

    ``shown``: the person agreed that everybody reads them.
    """
    salt, sealer = secrets.token_bytes(SALT_BYTES), sealer_of(session)
    mark = commitment(salt, value)
    session.add(
        Commitment(
            digest=mark.removeprefix(PREFIX),
            vendor_id=vendor_id,
            field=field,
            salt=salt,
            value_sealed=sealer.seal_text(value),
            fingerprint=sealer.fingerprint(value),
            shown=shown,
        )
    )
    session.flush()
    return mark


def forget_words(session: Session, *, vendor_id: str) -> int:
    """Erase all personal words in events of a vendor; return how many there were."""
    return _erase(session, Commitment.vendor_id == vendor_id)


def forget_person(session: Session, value: str, *, vendor_id: str) -> int:
    """Erase one person's words (a name) in events of a vendor; return how many there were."""
    fingerprint = sealer_of(session).fingerprint(value)
    return _erase(session, Commitment.vendor_id == vendor_id, Commitment.fingerprint == fingerprint)


def _erase(session: Session, *where: sa.ColumnElement[bool]) -> int:
    done = session.execute(sa.delete(Commitment).where(*where))
    return int(done.rowcount)  # type: ignore[attr-defined]
