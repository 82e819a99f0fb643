"""The keys that sign checkpoints: one at a time; a new one is signed in by the one before."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.sealing import sealer_of
from traceability.models import SigningKey
from traceability.proof.notes import PublicKey, new_seed, public_of

LAST_ACT = timedelta(seconds=1)
"""The old key signs the first checkpoint of the new one; times are written in whole seconds."""


@dataclass(frozen=True)
class Signer:
    """A key that may sign now, and its seed."""

    kid: str
    name: str
    seed: bytes


def signer_of(session: Session, *, name: str, actor: Actor, now: datetime) -> Signer:
    """Return the key of a log that signs now; the first one is made here.

    Called under the lock of the head: two workers make no two keys.
    """
    row = _current(session, name, now)
    if row is None:
        row = _make(session, name=name, actor=actor, now=now)
    return _signer(session, row)


def change_key(
    session: Session, *, name: str, revoke: bool, actor: Actor, now: datetime
) -> tuple[Signer, Signer | None]:
    """Put a new key in place of the one that signs; return it and the one that signs it in.

    A key that somebody else may have is revoked: it signs nobody in.
    """
    old = _current(session, name, now)
    if old is not None:
        old.valid_to = now + LAST_ACT
        old.revoked_at = now if revoke else None
    new = _make(session, name=name, actor=actor, now=now)
    if old is None or revoke:
        return _signer(session, new), None
    return _signer(session, new), _signer(session, old)


def _current(session: Session, name: str, now: datetime) -> SigningKey | None:
    return session.scalars(
        sa.select(SigningKey)
        .where(
            SigningKey.name == name,
            SigningKey.valid_from <= now,
            SigningKey.valid_to.is_(None),
            SigningKey.revoked_at.is_(None),
        )
        .order_by(SigningKey.valid_from.desc(), SigningKey.kid)
        .limit(1)
    ).first()


def _make(session: Session, *, name: str, actor: Actor, now: datetime) -> SigningKey:
    seed = new_seed()
    public = public_of(seed)
    row = SigningKey(
        kid=PublicKey(name, public).id.hex(),
        name=name,
        public=public,
        seed_sealed=sealer_of(session).seal_text(seed.hex()),
        # Times are signed in whole seconds.
        valid_from=now.replace(microsecond=0),
    )
    session.add(row)
    session.flush()
    subject = ("signing_key", row.kid)
    audit.record(session, "trace.key_made", actor=actor, subject=subject, now=now)
    return row


def _signer(session: Session, row: SigningKey) -> Signer:
    return Signer(row.kid, row.name, bytes.fromhex(sealer_of(session).open_text(row.seed_sealed)))
