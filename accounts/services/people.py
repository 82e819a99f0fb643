"""Accounts: made, found, changed, given roles."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.errors import ContactTaken
from accounts.models import Role, User, user_role
from accounts.rules import Contact, check_password, read_contact
from accounts.services.hashing import hash_password
from kernel import audit
from kernel.actor import HOUSE, ROLES, Actor
from kernel.db import lock
from kernel.errors import Invalid, NotFound
from kernel.i18n import LANGUAGES
from kernel.ids import new_id, new_token
from kernel.messages import msg


def create_user(
    session: Session,
    *,
    name: str,
    contact: str,
    password: str,
    lang: str | None,
    now: datetime,
    roles: Iterable[str] = (),
) -> str:
    """Make an account and return its id; ``contact`` is a mobile number or an e-mail address.

    :raises Invalid: when contact or password cannot be used.
    :raises ContactTaken: when somebody has this contact already.
    """
    reach = read_contact(contact)
    check_password(password, reach.text)
    user = User(
        id=new_id(),
        email=reach.email,
        phone=reach.phone,
        full_name=name.strip(),
        lang=_language(lang),
        password=hash_password(password),
        fs_uniquifier=new_token(),
        fs_webauthn_user_handle=new_token(),
        created_at=now,
    )
    _add(session, user)
    actor = Actor(user_id=user.id, name=user.full_name)
    audit.record(session, "account.created", actor=actor, subject=("user", user.id), now=now)
    for role in roles:
        grant_role(session, user.id, role=role, actor=HOUSE, now=now)
    return user.id


def find_user(session: Session, contact: str) -> str | None:
    """Return the id of the account with this number or address, if there is one."""
    try:
        reach = read_contact(contact)
    except Invalid:
        return None
    return session.scalar(sa.select(User.id).where(has_contact(reach)))


def has_contact(reach: Contact) -> sa.ColumnElement[bool]:
    """Return the condition that an account has this contact."""
    return User.email == reach.email if reach.email else User.phone == reach.phone


def change_profile(
    session: Session, *, name: str, lang: str | None, actor: Actor, now: datetime
) -> None:
    """Change what a person is called and in which language the market speaks to them."""
    user = need_user(session, actor.user_id or "")
    before = {"name": user.full_name, "lang": user.lang}
    user.full_name, user.lang = name.strip(), _language(lang)
    after = {"name": user.full_name, "lang": user.lang}
    audit.record(
        session,
        "account.changed",
        actor=actor,
        subject=("user", user.id),
        now=now,
        before=before,
        after=after,
    )


def grant_role(session: Session, user_id: str, *, role: str, actor: Actor, now: datetime) -> None:
    """Give a person a house-wide role; having it already is fine.

    :raises NotAllowed: unless the house or an operator does it.
    """
    _need_operator(actor)
    need_user(session, user_id)
    role_id = _role_id(session, role)
    held = session.scalar(
        sa.select(user_role.c.role_id).where(
            user_role.c.user_id == user_id, user_role.c.role_id == role_id
        )
    )
    if held is None:
        session.execute(sa.insert(user_role).values(user_id=user_id, role_id=role_id))
        _record_role(session, "role.granted", user_id, role, actor, now)


def revoke_role(session: Session, user_id: str, *, role: str, actor: Actor, now: datetime) -> None:
    """Take a house-wide role away; the next request of the person is without it.

    :raises NotAllowed: unless the house or an operator does it.
    """
    _need_operator(actor)
    gone = session.execute(
        sa.delete(user_role).where(
            user_role.c.user_id == user_id, user_role.c.role_id == _role_id(session, role)
        )
    )
    if gone.rowcount:  # type: ignore[attr-defined]
        _record_role(session, "role.revoked", user_id, role, actor, now)


def need_user(session: Session, user_id: str) -> User:
    """Return the account, locked and read anew.

    :raises NotFound: when there is none.
    """
    user = lock(session, User, user_id)
    if user is None:
        raise NotFound
    return user


def _add(session: Session, user: User) -> None:
    """Write the account; the unique constraint decides a race for the same contact."""
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError:
        raise ContactTaken(field="contact") from None


def _need_operator(actor: Actor) -> None:
    if actor is not HOUSE:
        actor.need("operator")


def _role_id(session: Session, role: str) -> str:
    if role not in ROLES:
        raise Invalid(msg("There is no such role."), field="role")
    found = session.scalar(sa.select(Role.id).where(Role.name == role))
    if found is None:
        found = new_id()
        session.add(Role(id=found, name=role))
        session.flush()
    return found


def _record_role(
    session: Session, action: str, user_id: str, role: str, actor: Actor, now: datetime
) -> None:
    audit.record(session, action, actor=actor, subject=("user", user_id), now=now, role=role)


def _language(lang: str | None) -> str | None:
    return lang if lang in LANGUAGES else None
