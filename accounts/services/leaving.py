"""Deleting an account: the person goes, what the law keeps stays without a name."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.errors import StillNeeded
from accounts.events import AccountDeleted
from accounts.models import Consent, LinkToken, Passkey, SignIn, user_role
from accounts.services.people import need_user
from kernel import audit
from kernel.actor import Actor
from kernel.events import emit
from kernel.ids import new_token
from kernel.mail import forget_recipients

NEEDED_BY: list[Callable[[Session, str], bool]] = []
"""Other trades say whether they still need an account; asked with (session, user id)."""


def delete_account(session: Session, *, actor: Actor, now: datetime) -> None:
    """Erase who a person is; orders and the audit log stay as the law wants them.

    :raises StillNeeded: while the person has an office role or a stall.
    """
    user = need_user(session, actor.user_id or "")
    held = sa.select(user_role.c.role_id).where(user_role.c.user_id == user.id).limit(1)
    needed = any(asks(session, user.id) for asks in NEEDED_BY)
    if needed or session.scalar(held) is not None:
        raise StillNeeded
    forget_recipients(session, [user.email, user.phone])
    # An address is needed by the table; this one reaches nobody.
    user.email, user.phone, user.full_name = f"{user.id.lower()}@deleted.invalid", None, ""
    user.password = user.tf_totp_secret = user.tf_phone_number = None
    user.mf_recovery_codes, user.active, user.lang = None, False, None
    user.fs_uniquifier = new_token()
    for kind in (SignIn, Passkey, LinkToken):
        session.execute(sa.delete(kind).where(kind.user_id == user.id))
    session.execute(
        sa.update(Consent)
        .where(Consent.user_id == user.id, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
    session.flush()
    nameless = Actor(user_id=user.id)
    audit.record(session, "account.deleted", actor=nameless, subject=("user", user.id), now=now)
    emit(session, AccountDeleted(user.id), now=now)
