"""Who works for a vendor, and as what."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.queries import user_card
from accounts.services.people import find_user
from kernel.actor import VENDOR_ROLES, Actor
from kernel.errors import NotFound
from kernel.mail import Address, notify
from vendors.models import Vendor, VendorMember
from vendors.rules import need_member_roles, need_other_owner
from vendors.services.inviting import note_member, send_invitation, set_member
from vendors.services.steps import locked_vendor


def invite_member(
    session: Session,
    vendor_id: str,
    *,
    contact: str,
    roles: Iterable[str],
    link: str,
    actor: Actor,
    now: datetime,
) -> str | None:
    """Let a person work for a vendor, or change as what; return the id of one with an account.

    Whoever has no account is sent an invitation; ``link`` is the address that its
    token is put behind.

    :raises NotFound, NotAllowed: unless the actor is an owner.
    :raises Invalid: when the contact is neither a number nor an address.
    :raises NotAllowed: when the last owner would stop being one.
    """
    actor.need_at(vendor_id, "owner")
    wanted = need_member_roles(roles, VENDOR_ROLES)
    vendor = locked_vendor(session, vendor_id)
    user_id = find_user(session, contact)
    if user_id is None:
        send_invitation(
            session, vendor, contact=contact, roles=wanted, link=link, actor=actor, now=now
        )
        return None
    if "owner" not in wanted:
        need_other_owner(_owners(session, vendor_id), user_id)
    set_member(session, vendor_id, user_id=user_id, roles=wanted, actor=actor, now=now)
    _tell(session, vendor, user_id, now)
    return user_id


def remove_member(
    session: Session, vendor_id: str, *, user_id: str, actor: Actor, now: datetime
) -> None:
    """End somebody's work for a vendor; one's own may be ended by oneself.

    :raises NotFound: when the person does not work there.
    :raises NotAllowed: unless the actor is an owner; when the last owner would leave.
    """
    if user_id != actor.user_id:
        actor.need_at(vendor_id, "owner")
    locked_vendor(session, vendor_id)
    member = session.get(VendorMember, (vendor_id, user_id))
    if member is None:
        raise NotFound
    need_other_owner(_owners(session, vendor_id), user_id)
    before = {"roles": member.roles}
    session.delete(member)
    session.flush()
    note_member(session, vendor_id, "vendor.member_removed", actor, now, before, None, user_id)


def _owners(session: Session, vendor_id: str) -> list[str]:
    rows = session.execute(
        sa.select(VendorMember.user_id, VendorMember.roles).where(
            VendorMember.vendor_id == vendor_id
        )
    )
    return [row.user_id for row in rows if "owner" in row.roles]


def _tell(session: Session, vendor: Vendor, user_id: str, now: datetime) -> None:
    person = user_card(session, user_id)
    if person is None:
        return
    to = Address(email=person.email, phone=person.phone, lang=person.lang or vendor.lang)
    notify(session, "vendors/member_added", to=to, now=now, vendor_id=vendor.id, name=vendor.name)
