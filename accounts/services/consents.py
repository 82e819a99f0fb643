"""Consents: given in the words that were shown, withdrawn as easily."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.models import Consent
from accounts.rules import RequestKind
from accounts.services.requests import NewRequest, file_request
from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.errors import NotAllowed, NotFound
from kernel.i18n import DEFAULT, LANGUAGES
from kernel.rules_table import NoRule, rule


def give_consent(
    session: Session,
    purpose: str,
    *,
    subject: tuple[str, str],
    lang: str,
    channel: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Write down a yes with the digest of the text that was shown; twice the same is once.

    ``subject`` is ("user", id) or ("vendor", id).

    :raises NotFound: when nobody is asked for such a purpose.
    """
    if actor.user_id is None:
        raise NotAllowed
    version, digest = _shown(session, purpose, lang, now)
    held = _active(purpose, actor.user_id).where(
        Consent.subject_type == subject[0],
        Consent.subject_id == subject[1],
        Consent.text_digest == digest,
    )
    if session.scalar(held.limit(1)) is not None:
        return
    row = Consent(
        user_id=actor.user_id,
        subject_type=subject[0],
        subject_id=subject[1],
        purpose=purpose,
        text_version=version,
        text_digest=digest,
        lang=lang,
        channel=channel,
        given_at=now,
    )
    session.add(row)
    session.flush()
    _record(session, "consent.given", row, actor, now)


def give_consents(
    session: Session,
    purposes: Iterable[str],
    *,
    subject: tuple[str, str],
    lang: str,
    channel: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Write down several consents of one form."""
    for purpose in purposes:
        give_consent(
            session, purpose, subject=subject, lang=lang, channel=channel, actor=actor, now=now
        )


def withdraw_consent(session: Session, purpose: str, *, actor: Actor, now: datetime) -> None:
    """End every consent of a person to a purpose.

    What was done until now stays lawful. Where an office works with the data, its
    register gets a request, so that somebody ends the work in time.

    :raises NotFound: when there is none.
    """
    rows: Sequence[Consent] = session.scalars(_active(purpose, actor.user_id or "")).all()
    if not rows:
        raise NotFound
    for row in rows:
        row.withdrawn_at = now
        _record(session, "consent.withdrawn", row, actor, now)
    session.flush()
    if any(row.subject_type == "vendor" for row in rows):
        new = NewRequest(RequestKind.WITHDRAWAL, f"consent.{purpose}", rows[0].lang)
        file_request(session, new, actor=actor, now=now)


def _shown(session: Session, purpose: str, lang: str, now: datetime) -> tuple[str, str]:
    """Return version and digest of the text that holds today in a language."""
    try:
        held = rule(session, f"consent.{purpose}", on=local_date(now)).value
    except NoRule:
        raise NotFound from None
    text = held["text"][lang if lang in LANGUAGES else DEFAULT]
    return held["version"], sha256(text.encode()).hexdigest()


def _active(purpose: str, user_id: str) -> sa.Select[Any]:
    return sa.select(Consent).where(
        Consent.user_id == user_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
    )


def _record(session: Session, action: str, row: Consent, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        action,
        actor=actor,
        subject=(row.subject_type, row.subject_id),
        now=now,
        purpose=row.purpose,
        version=row.text_version,
        digest=row.text_digest,
    )
