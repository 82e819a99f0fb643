"""Notice before a vendor is suspended or ended: given, answered, withdrawn, used."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.queries import user_card
from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.i18n import format_day
from kernel.mail import Address, notify
from kernel.messages import msg
from kernel.rules_table import rule
from vendors.errors import NoticeGiven, NoticeNeeded, NoticeRuns
from vendors.models import Vendor, VendorNotice
from vendors.rules import OFFICE_ACTIONS, after, need_reason
from vendors.rules.noticing import NEEDS_NOTICE, NOTICE_DAYS, earliest_day, with_addition
from vendors.services.steps import Arrow, ground_of, locked_vendor, tell


def give_notice(
    session: Session, vendor_id: str, *, announced: Arrow, actor: Actor, now: datetime
) -> str:
    """Tell a vendor that it will be suspended or ended, and why; return the notice's id.

    :raises NotAllowed: without the role for the action, or about one's own vendor.
    :raises Conflict: when the state of the dossier has no such arrow.
    :raises NoticeGiven: when one is open.
    :raises Invalid: without a reason.
    """
    action = announced.action
    vendor = _judged(session, vendor_id, action, actor)
    after(vendor.state, action)
    reason = need_reason(action, announced.reason)
    if _open_notice(session, vendor_id, action) is not None:
        raise NoticeGiven
    today = local_date(now)
    notice = VendorNotice(
        vendor_id=vendor_id,
        action=action,
        reason=reason,
        ground=announced.ground.strip() or ground_of(session, action, now),
        given_at=now,
        given_by=actor.user_id,
        given_by_name=actor.name,
        earliest=earliest_day(today, int(rule(session, NOTICE_DAYS, on=today).value)),
    )
    session.add(notice)
    session.flush()
    _record(session, notice, "given", actor, now)
    _tell(session, vendor, notice, f"given_{action}", now)
    return notice.id


def withdraw_notice(
    session: Session, vendor_id: str, *, notice_id: str, actor: Actor, now: datetime
) -> None:
    """Take a notice back: what it announced may not be done any more.

    :raises NotAllowed: without the role for the action, or about one's own vendor.
    :raises NotFound: when the vendor has no such notice.
    :raises Conflict: when it was used or withdrawn.
    """
    notice = _locked(session, vendor_id, notice_id)
    vendor = _judged(session, vendor_id, notice.action, actor)
    _need_open(notice)
    notice.withdrawn_at = now
    session.flush()
    _record(session, notice, "withdrawn", actor, now)
    _tell(session, vendor, notice, "withdrawn", now)


def answer_notice(
    session: Session, vendor_id: str, *, notice_id: str, text: str, actor: Actor, now: datetime
) -> None:
    """Say something to a notice; it stands in the dossier, below what was said before.

    :raises NotFound: for a stranger, or when the vendor has no such notice.
    :raises Conflict: when it was used or withdrawn.
    :raises Invalid: for no words.
    """
    actor.need_at(vendor_id, "owner")
    notice = _locked(session, vendor_id, notice_id)
    _need_open(notice)
    words = text.strip()
    if len(words) < 10:
        raise Invalid(msg("Write in a sentence what the office should know."), field="answer")
    notice.answer = f"{notice.answer}\n\n{words}".strip()
    notice.answered_at = now
    session.flush()
    _record(session, notice, "answered", actor, now)
    officer = user_card(session, notice.given_by) if notice.given_by else None
    if officer is not None:
        notify(
            session,
            "vendors/notice_answered",
            to=Address(email=officer.email, phone=officer.phone, lang=officer.lang or "vi"),
            now=now,
            vendor_id=vendor_id,
            name=session.get_one(Vendor, vendor_id).name,
            reason=words,
        )


def use_notice(
    session: Session, vendor: Vendor, *, action: str, reason: str, ground: str, now: datetime
) -> tuple[str, str]:
    """Return the reason and the ground on which an action stands.

    An action that needs notice stands on what was announced, whatever else the officer
    adds; its notice is used up. Others stand on what the officer wrote.

    :raises NoticeNeeded: when the vendor has not been told.
    :raises NoticeRuns: when the days of the notice are not over.
    """
    if action not in NEEDS_NOTICE:
        return reason, ground
    after(vendor.state, action)
    notice = _open_notice(session, vendor.id, action)
    if notice is None:
        raise NoticeNeeded
    if local_date(now) < notice.earliest:
        raise NoticeRuns(day=format_day(notice.earliest))
    notice.used_at = now
    session.flush()
    return with_addition(notice.reason, reason), ground or notice.ground


def _judged(session: Session, vendor_id: str, action: str, actor: Actor) -> Vendor:
    """Return a vendor, locked, on whom the actor may decide like this.

    :raises NotAllowed: when not.
    """
    if action not in NEEDS_NOTICE:
        raise NotAllowed
    actor.need(*OFFICE_ACTIONS[action])
    if vendor_id in actor.memberships:
        raise NotAllowed(msg("You work for this vendor: a colleague has to decide."))
    return locked_vendor(session, vendor_id)


def _open_notice(session: Session, vendor_id: str, action: str) -> VendorNotice | None:
    return session.scalars(
        sa.select(VendorNotice)
        .where(
            VendorNotice.vendor_id == vendor_id,
            VendorNotice.action == action,
            VendorNotice.used_at.is_(None),
            VendorNotice.withdrawn_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _locked(session: Session, vendor_id: str, notice_id: str) -> VendorNotice:
    """Return a notice of a vendor, locked; the vendor's row is locked first, as everywhere."""
    locked_vendor(session, vendor_id)
    notice = lock(session, VendorNotice, notice_id)
    if notice is None or notice.vendor_id != vendor_id:
        raise NotFound
    return notice


def _need_open(notice: VendorNotice) -> None:
    if notice.used_at is not None or notice.withdrawn_at is not None:
        raise Conflict(msg("This notice counts no longer."))


def _record(session: Session, notice: VendorNotice, what: str, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        f"notice.{what}",
        actor=actor,
        subject=("vendor", notice.vendor_id),
        now=now,
        after={"reason": notice.reason, "ground": notice.ground, "answer": notice.answer},
        announced=notice.action,
        earliest=notice.earliest.isoformat(),
    )


def _tell(session: Session, vendor: Vendor, notice: VendorNotice, what: str, now: datetime) -> None:
    tell(
        session,
        vendor,
        template=f"vendors/notice_{what}",
        now=now,
        reason=notice.reason,
        ground=notice.ground,
        day=format_day(notice.earliest),
    )
