"""Sign-in: a password is judged, a browser is let in, listed and put out."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.errors import WrongSignIn
from accounts.models import SignIn, User
from accounts.queries import has_second_factor
from accounts.rules import KEPT_SIGN_INS, digest, read_contact
from accounts.services.hashing import hash_password, is_outdated, matches
from accounts.services.people import find_user, need_user
from accounts.services.tries import count_try, forget_tries
from kernel import audit
from kernel.actor import Actor
from kernel.errors import Invalid, NotFound
from kernel.ids import new_id, new_token


@dataclass(frozen=True)
class Attempt:
    """A try to sign in that was counted and may now be judged."""

    user_id: str | None
    key: str


@dataclass(frozen=True)
class Proof:
    """Somebody who knows the password of an account."""

    user_id: str
    stamp: str
    key: str
    needs_second_factor: bool
    outdated_hash: bool


@dataclass(frozen=True)
class Opened:
    """A browser that was let in; ``stamp`` is void once the person signs out everywhere."""

    sign_in_id: str
    user_id: str
    stamp: str


def begin_attempt(session: Session, contact: str, *, now: datetime) -> Attempt:
    """Count a try to sign in, whether or not there is such an account.

    :raises TooManyTries: while the account, or the unknown contact, is locked.
    """
    user_id = find_user(session, contact)
    key = password_key(user_id) if user_id else f"password:contact:{_spelling(contact)}"
    count_try(session, key, now=now)
    return Attempt(user_id, key)


def begin_own_attempt(session: Session, user_id: str, *, now: datetime) -> Attempt:
    """Count a try of somebody signed in to show their password once more."""
    count_try(session, password_key(user_id), now=now)
    return Attempt(user_id, password_key(user_id))


def judge_attempt(session: Session, attempt: Attempt, *, password: str) -> Proof:
    """Check a password; the work is the same when there is no such account.

    :raises WrongSignIn: without saying what was wrong.
    """
    user = session.get(User, attempt.user_id) if attempt.user_id else None
    usable = user is not None and user.active
    right = matches(password, user.password if user and usable else None)
    if user is None or not right:
        raise WrongSignIn
    return Proof(
        user_id=user.id,
        stamp=user.fs_uniquifier,
        key=attempt.key,
        needs_second_factor=has_second_factor(session, user.id),
        outdated_hash=is_outdated(user.password or ""),
    )


def accept_password(session: Session, proof: Proof, *, password: str) -> None:
    """Forget the tries before a right password, and hash it anew where that got harder."""
    forget_tries(session, proof.key)
    if proof.outdated_hash:
        need_user(session, proof.user_id).password = hash_password(password)


def open_sign_in(
    session: Session, user_id: str, *, stamp: str | None, device: str, strong: bool, now: datetime
) -> Opened:
    """Let a browser in; ``strong`` when a second factor was shown.

    ``stamp`` is that of the proof, if there was one to show.

    :raises WrongSignIn: when the account was closed or got a new password meanwhile.
    """
    user = need_user(session, user_id)
    if not user.active or stamp not in {None, user.fs_uniquifier}:
        raise WrongSignIn
    sign_in_id = new_id()
    session.add(
        SignIn(
            id=sign_in_id,
            user_id=user_id,
            device=device[:200],
            created_at=now,
            seen_at=now,
            strong_at=now if strong else None,
        )
    )
    _record(session, "sign_in.opened", user_id, Actor(user_id, user.full_name), now)
    return Opened(sign_in_id, user_id, user.fs_uniquifier)


def strengthen_sign_in(session: Session, sign_in_id: str, *, now: datetime) -> None:
    """Note that a second factor was shown in this browser."""
    session.execute(sa.update(SignIn).where(SignIn.id == sign_in_id).values(strong_at=now))


def note_seen(session: Session, sign_in_id: str, *, now: datetime) -> None:
    """Note that a browser is in use."""
    session.execute(sa.update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=now))


def end_sign_in(session: Session, sign_in_id: str, *, actor: Actor, now: datetime) -> None:
    """Put out one of the actor's own browsers; ending it twice is fine.

    :raises NotFound: when it is not the actor's.
    """
    own = (SignIn.id == sign_in_id, SignIn.user_id == actor.user_id)
    if session.scalar(sa.select(SignIn.id).where(*own)) is None:
        raise NotFound
    ended = session.execute(
        sa.update(SignIn).where(*own, SignIn.ended_at.is_(None)).values(ended_at=now)
    )
    if ended.rowcount and actor.user_id:  # type: ignore[attr-defined]
        _record(session, "sign_in.ended", actor.user_id, actor, now)


def end_every_sign_in(
    session: Session, user_id: str, *, actor: Actor, now: datetime, but: str | None = None
) -> str:
    """Put out all browsers of a person (``but`` one) and return their new stamp."""
    user = need_user(session, user_id)
    user.fs_uniquifier = new_token()
    session.execute(
        sa.update(SignIn)
        .where(SignIn.user_id == user_id, SignIn.ended_at.is_(None), SignIn.id != (but or ""))
        .values(ended_at=now)
    )
    _record(session, "sign_in.ended_everywhere", user_id, actor, now)
    return user.fs_uniquifier


def forget_old_sign_ins(session: Session, now: datetime) -> None:
    """Delete sign-ins that nobody has used for three months."""
    session.execute(sa.delete(SignIn).where(SignIn.seen_at < now - KEPT_SIGN_INS))


def password_key(user_id: str) -> str:
    """Return under which key the tries of a password are counted."""
    return f"password:user:{user_id}"


def _spelling(contact: str) -> str:
    """Return a digest that is the same however a contact is spelled."""
    try:
        return digest(read_contact(contact).text)
    except Invalid:
        return digest(contact.strip().casefold())


def _record(session: Session, action: str, user_id: str, actor: Actor, now: datetime) -> None:
    audit.record(session, action, actor=actor, subject=("user", user_id), now=now)
