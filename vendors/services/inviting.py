"""Invitations to work for a vendor, for people who have no account yet."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.rules import digest, read_contact
from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Conflict, NotAllowed, NotFound
from kernel.ids import new_token
from kernel.mail import Address, notify
from kernel.messages import msg
from kernel.rules_table import rule
from vendors.errors import InvitationUsed
from vendors.models import Invitation, Vendor, VendorMember
from vendors.rules import ENDED

MOST_OPEN = 20


def send_invitation(
    session: Session,
    vendor: Vendor,
    *,
    contact: str,
    roles: list[str],
    link: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Send a link with which somebody becomes a member; an open one to the same contact ends.

    :raises Invalid: when the contact is neither a number nor an address.
    :raises Conflict: when too many are open.
    """
    reach = read_contact(contact)
    _close_open(session, vendor.id, reach.text, now)
    token = new_token()
    days = rule(session, "vendor.invitation_days", on=local_date(now)).value
    row = Invitation(
        vendor_id=vendor.id,
        contact=reach.text,
        roles=roles,
        digest=digest(token),
        invited_by=actor.user_id,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    _record(session, row, "vendor.member_invited", actor=actor, now=now)
    to = Address(email=reach.email, phone=reach.phone, lang=vendor.lang)
    words = {"name": vendor.name, "inviter": actor.name, "link": link + token, "days": days}
    notify(session, "vendors/invitation", to=to, now=now, **words)


def accept_invitation(session: Session, token: str, *, actor: Actor, now: datetime) -> str:
    """Make whoever holds the link a member; return the vendor's id.

    Roles that the person has already stay.

    :raises NotAllowed: for a guest.
    :raises InvitationUsed: when the link was used, taken back or has expired.
    """
    if actor.user_id is None:
        raise NotAllowed
    found = session.scalar(sa.select(Invitation.id).where(Invitation.digest == digest(token)))
    row = lock(session, Invitation, found) if found else None
    if row is None or row.closed_at is not None or row.expires_at <= now:
        raise InvitationUsed
    vendor = session.get_one(Vendor, row.vendor_id)
    if vendor.state in ENDED:
        raise InvitationUsed
    row.closed_at = now
    member = session.get(VendorMember, (row.vendor_id, actor.user_id))
    roles = sorted({*row.roles, *(member.roles if member else ())})
    set_member(session, row.vendor_id, user_id=actor.user_id, roles=roles, actor=actor, now=now)
    return row.vendor_id


def take_back_invitation(
    session: Session, invitation_id: str, *, vendor_id: str, actor: Actor, now: datetime
) -> None:
    """Make an invitation void.

    :raises NotFound: when the vendor has no such open one.
    """
    actor.need_at(vendor_id, "owner")
    row = lock(session, Invitation, invitation_id)
    if row is None or row.vendor_id != vendor_id or row.closed_at is not None:
        raise NotFound
    row.closed_at = now
    session.flush()
    _record(session, row, "vendor.invitation_taken_back", actor=actor, now=now)


def set_member(
    session: Session,
    vendor_id: str,
    *,
    user_id: str,
    roles: list[str],
    actor: Actor,
    now: datetime,
) -> None:
    """Write down a person's roles at a vendor (for the house and imports; asks nobody)."""
    member = session.get(VendorMember, (vendor_id, user_id))
    before = None if member is None else {"roles": member.roles}
    if member is None:
        session.add(VendorMember(vendor_id=vendor_id, user_id=user_id, roles=roles, created_at=now))
    else:
        member.roles = roles
    session.flush()
    note_member(
        session, vendor_id, "vendor.member_set", actor, now, before, {"roles": roles}, user_id
    )


def note_member(
    session: Session,
    vendor_id: str,
    action: str,
    actor: Actor,
    now: datetime,
    before: dict[str, list[str]] | None,
    after: dict[str, list[str]] | None,
    user_id: str,
) -> None:
    """Note in the log that somebody's work for a vendor changed."""
    audit.record(
        session,
        action,
        actor=actor,
        subject=("vendor", vendor_id),
        now=now,
        before=before,
        after=after,
        member=user_id,
    )


def _close_open(session: Session, vendor_id: str, contact: str, now: datetime) -> None:
    rows = session.scalars(
        sa.select(Invitation).where(
            Invitation.vendor_id == vendor_id,
            Invitation.closed_at.is_(None),
            Invitation.expires_at > now,
        )
    ).all()
    for row in rows:
        if row.contact == contact:
            row.closed_at = now
    if sum(row.closed_at is None for row in rows) >= MOST_OPEN:
        raise Conflict(msg("Too many invitations are open: take some back first."))


def _record(session: Session, row: Invitation, action: str, *, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        action,
        actor=actor,
        subject=("vendor", row.vendor_id),
        now=now,
        after={"contact": row.contact, "roles": row.roles},
        invitation=row.id,
    )
