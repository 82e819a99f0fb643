"""Who works for a vendor, and as what."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.queries import user_card
from accounts.services.people import find_user
from kernel import audit
from kernel.actor import VENDOR_ROLES, Actor
from kernel.errors import NotFound
from kernel.mail import Address, notify
from vendors.errors import NoSuchPerson
from vendors.models import Vendor, VendorMember
from vendors.rules import need_member_roles, need_other_owner
from vendors.services.steps import locked_vendor


def invite_member(
    session: Session,
    vendor_id: str,
    *,
    contact: str,
    roles: Iterable[str],
    actor: Actor,
    now: datetime,
) -> str:
    """Let a person with an account work for a vendor, or change as what; return the person's id.

    :raises NotFound, NotAllowed: unless the actor is an owner.
    :raises NoSuchPerson: when nobody signs in with this contact.
    :raises NotAllowed: when the last owner would stop being one.
    """
    actor.need_at(vendor_id, "owner")
    wanted = need_member_roles(roles, VENDOR_ROLES)
    user_id = find_user(session, contact)
    if user_id is None:
        raise NoSuchPerson(field="contact")
    vendor = locked_vendor(session, vendor_id)
    if "owner" not in wanted:
        need_other_owner(_owners(session, vendor_id), user_id)
    set_member(session, vendor_id, user_id=user_id, roles=wanted, actor=actor, now=now)
    _tell(session, vendor, user_id, now)
    return user_id


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
    _record(session, vendor_id, "vendor.member_set", actor, now, before, {"roles": roles}, user_id)


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
    _record(session, vendor_id, "vendor.member_removed", actor, now, before, None, user_id)


def _owners(session: Session, vendor_id: str) -> list[str]:
    rows = session.execute(
        sa.select(VendorMember.user_id, VendorMember.roles).where(
            VendorMember.vendor_id == vendor_id
        )
    )
    return [row.user_id for row in rows if "owner" in row.roles]


def _record(
    session: Session,
    vendor_id: str,
    action: str,
    actor: Actor,
    now: datetime,
    before: dict[str, list[str]] | None,
    after: dict[str, list[str]] | None,
    user_id: str,
) -> None:
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


def _tell(session: Session, vendor: Vendor, user_id: str, now: datetime) -> None:
    person = user_card(session, user_id)
    if person is None:
        return
    to = Address(email=person.email, phone=person.phone, lang=person.lang or vendor.lang)
    notify(session, "vendors/member_added", to=to, now=now, vendor_id=vendor.id, name=vendor.name)
