"""Links in messages: a new password, and proof that a contact is one's own."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.errors import ContactTaken, LinkUsed, TooManyTries
from accounts.models import LinkPurpose, LinkToken, Passkey, User
from accounts.queries import roles_of
from accounts.rules import (
    KEPT_LINKS,
    LINK_LIFE,
    Contact,
    check_password,
    digest,
    is_staff,
    read_contact,
)
from accounts.services.hashing import hash_password
from accounts.services.people import find_user, has_contact, need_user
from accounts.services.signing import end_every_sign_in, password_key
from accounts.services.tries import count_try, forget_tries
from kernel import audit
from kernel.actor import Actor
from kernel.i18n import DEFAULT
from kernel.ids import new_token
from kernel.mail import Address, notify


def ask_reset(session: Session, contact: str, *, link: str, now: datetime) -> None:
    """Send a link for a new password to whoever has this contact.

    Nobody learns whether there is such an account: whatever happens, the
    caller sees the same. ``link`` is the address that the token is put behind.

    :raises Invalid: when the contact is neither a number nor an address.
    """
    reach = read_contact(contact)
    try:
        count_try(session, f"reset:{digest(reach.text)}", now=now)
    except TooManyTries:
        return
    user_id = find_user(session, contact)
    user = need_user(session, user_id) if user_id else None
    if user is not None and user.active:
        token = _write_link(session, user.id, LinkPurpose.RESET, reach, now)
        _send(session, "accounts/reset", reach, user.lang, now, link=link + token)


def reset_password(session: Session, token: str, *, password: str, now: datetime) -> str:
    """Set a new password by a link, end every sign-in, and return the account's id.

    Who opens the link owns the contact. If that was never proved before, second
    factors that a stranger may have added before the owner came are dropped;
    never those of an office role, which an operator gave to a person they know.

    :raises LinkUsed: when the link was used, also at this very moment, or expired.
    """
    user_id, contact = _use_link(session, token, LinkPurpose.RESET, now)
    check_password(password, contact)
    user = need_user(session, user_id)
    known = _note_proof(user, read_contact(contact), now)
    if not known and not is_staff(roles_of(session, user.id)):
        _drop_second_factors(session, user)
    actor = Actor(user.id, user.full_name)
    _set_password(session, user, password, actor, now)
    end_every_sign_in(session, user.id, actor=actor, now=now)
    forget_tries(session, password_key(user.id))
    return user.id


def change_password(
    session: Session, sign_in_id: str, *, password: str, actor: Actor, now: datetime
) -> str:
    """Set a new password, end all other sign-ins, and return the person's new stamp."""
    user = need_user(session, actor.user_id or "")
    check_password(password, user.email or user.phone or "")
    _set_password(session, user, password, actor, now)
    return end_every_sign_in(session, user.id, actor=actor, now=now, but=sign_in_id)


def ask_contact(session: Session, contact: str, *, link: str, actor: Actor, now: datetime) -> None:
    """Send a link to a contact; it becomes the actor's once the link was opened.

    :raises Invalid: when it is neither a number nor an address.
    :raises TooManyTries: when many were asked for lately.
    """
    reach = read_contact(contact)
    count_try(session, f"contact:{actor.user_id}", now=now)
    user = need_user(session, actor.user_id or "")
    token = _write_link(session, user.id, LinkPurpose.CONTACT, reach, now)
    _send(
        session, "accounts/contact", reach, user.lang, now, link=link + token, name=user.full_name
    )


def confirm_contact(session: Session, token: str, *, now: datetime) -> None:
    """Take over the contact to which the link was sent, and tell the one before it.

    :raises LinkUsed: when the link was used or has expired.
    :raises ContactTaken: when another account has the contact.
    """
    user_id, contact = _use_link(session, token, LinkPurpose.CONTACT, now)
    reach = read_contact(contact)
    user = need_user(session, user_id)
    taken = sa.select(User.id).where(has_contact(reach), User.id != user_id)
    if session.scalar(taken) is not None:
        raise ContactTaken
    old = Contact(email=user.email) if reach.email else Contact(phone=user.phone)
    if old != reach:
        _take_over(user, reach)
    _note_proof(user, reach, now)
    actor = Actor(user.id, user.full_name)
    audit.record(
        session,
        "account.contact_confirmed",
        actor=actor,
        subject=("user", user.id),
        now=now,
        before={"contact": old.text},
        after={"contact": reach.text},
    )
    if old.text and old != reach:
        _send(session, "accounts/contact_changed", old, user.lang, now)


def forget_old_links(session: Session, now: datetime) -> None:
    """Delete links that expired a week ago."""
    session.execute(sa.delete(LinkToken).where(LinkToken.expires_at < now - KEPT_LINKS))


def _write_link(
    session: Session, user_id: str, purpose: LinkPurpose, reach: Contact, now: datetime
) -> str:
    """Make a link, which replaces the one sent before, and return its token."""
    session.execute(
        sa.update(LinkToken)
        .where(
            LinkToken.user_id == user_id,
            LinkToken.purpose == purpose,
            LinkToken.used_at.is_(None),
        )
        .values(used_at=now)
    )
    token = new_token()
    session.add(
        LinkToken(
            user_id=user_id,
            purpose=purpose,
            digest=digest(token),
            contact=reach.text,
            created_at=now,
            expires_at=now + LINK_LIFE,
        )
    )
    return token


def _use_link(session: Session, token: str, purpose: LinkPurpose, now: datetime) -> tuple[str, str]:
    """Use a link up; of two at the same moment the database lets one through."""
    used = session.execute(
        sa.update(LinkToken)
        .where(
            LinkToken.digest == digest(token),
            LinkToken.purpose == purpose,
            LinkToken.used_at.is_(None),
            LinkToken.expires_at > now,
        )
        .values(used_at=now)
        .returning(LinkToken.user_id, LinkToken.contact)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if used is None:
        raise LinkUsed
    return used.user_id, used.contact


def _set_password(session: Session, user: User, password: str, actor: Actor, now: datetime) -> None:
    user.password = hash_password(password)
    audit.record(
        session, "account.password_changed", actor=actor, subject=("user", user.id), now=now
    )
    own = Contact(user.email, None if user.email else user.phone)
    _send(session, "accounts/password_changed", own, user.lang, now)


def _take_over(user: User, reach: Contact) -> None:
    if reach.email:
        user.email, user.email_proved_at = reach.email, None
    else:
        user.phone, user.phone_proved_at = reach.phone, None


def _note_proof(user: User, reach: Contact, now: datetime) -> bool:
    """Note that the person owns a contact; tell whether that was known before."""
    user.confirmed_at = user.confirmed_at or now
    known = user.email_proved_at if reach.email else user.phone_proved_at
    if reach.email:
        user.email_proved_at = known or now
    else:
        user.phone_proved_at = known or now
    return known is not None


def _drop_second_factors(session: Session, user: User) -> None:
    user.tf_primary_method = user.tf_totp_secret = user.mf_recovery_codes = None
    session.execute(sa.delete(Passkey).where(Passkey.user_id == user.id))


def _send(
    session: Session, template: str, reach: Contact, lang: str | None, now: datetime, **values: str
) -> None:
    to = Address(email=reach.email, phone=reach.phone, lang=lang or DEFAULT)
    notify(session, template, to=to, now=now, **values)
