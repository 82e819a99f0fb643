"""Site visits: a day is set, moved, called off; the vendor is told, and may say that it does not suit."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.queries import roles_of, user_card
from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.i18n import DEFAULT, format_day
from kernel.mail import Address, notify
from kernel.messages import msg
from kernel.rules_table import rule
from kernel.workdays import add_working_days, work_calendar
from vendors.models import SiteVisit, Vendor, VendorMember
from vendors.rules.visits import DayPart, VisitState, after_visit, need_visitable, need_why
from vendors.services.steps import tell

OFFICERS = ("reviewer", "approver")


@dataclass(frozen=True)
class Plan:
    """When inspectors come, where, who, and to look at what; ``others`` are names."""

    day: date
    part: DayPart
    place: str
    inspector_id: str
    others: str = ""
    purpose: str = ""


def schedule_visit(
    session: Session, vendor_id: str, *, plan: Plan, actor: Actor, now: datetime
) -> str:
    """Set the day of a visit and tell the vendor; return the visit's id.

    :raises NotAllowed: without an office role, or about one's own vendor.
    :raises Invalid: for a day before the notice of ``visit.notice_working_days`` is over, or an
        inspector who is none.
    :raises Conflict: when a visit is scheduled already, or the dossier is closed.
    """
    need_officer(actor, vendor_id)
    vendor = _visited(session, vendor_id)
    visit = _planned(session, vendor, plan, now)
    note(session, visit, "schedule", actor=actor, now=now, after=_told(plan))
    _tell(session, vendor, visit, "vendors/visit_scheduled", now)
    return visit.id


def move_visit(
    session: Session,
    visit_id: str,
    *,
    vendor_id: str,
    plan: Plan,
    reason: str,
    actor: Actor,
    now: datetime,
) -> str:
    """Put another visit in the place of one, and tell the vendor; return the new one's id.

    :raises Invalid: without a reason, or for a day or an inspector that cannot be.
    :raises Conflict: when it is not scheduled any more.
    """
    need_officer(actor, vendor_id)
    visit = locked_visit(session, visit_id, vendor_id=vendor_id)
    visit.state = after_visit(visit.state, "move")
    visit.reason, visit.ended_at = need_why(reason), now
    session.flush()
    vendor = _visited(session, vendor_id)
    new = _planned(session, vendor, plan, now, follows_id=visit.id)
    note(session, visit, "move", actor=actor, now=now, after=_told(plan), reason=visit.reason)
    before = format_day(visit.day)
    _tell(session, vendor, new, "vendors/visit_moved", now, before=before, reason=visit.reason)
    return new.id


def call_off_visit(
    session: Session, visit_id: str, *, vendor_id: str, reason: str, actor: Actor, now: datetime
) -> None:
    """Call a visit off and tell the vendor.

    :raises Invalid: without a reason.
    :raises Conflict: when it is not scheduled any more.
    """
    need_officer(actor, vendor_id)
    visit = locked_visit(session, visit_id, vendor_id=vendor_id)
    visit.state = after_visit(visit.state, "call_off")
    visit.reason, visit.ended_at = need_why(reason), now
    session.flush()
    note(session, visit, "call_off", actor=actor, now=now, reason=visit.reason)
    vendor = session.get_one(Vendor, vendor_id)
    _tell(session, vendor, visit, "vendors/visit_called_off", now, reason=visit.reason)


def object_to_visit(
    session: Session, visit_id: str, *, vendor_id: str, words: str, actor: Actor, now: datetime
) -> None:
    """Say, as the vendor, that the date does not suit; the inspector is told and decides.

    :raises Invalid: without a reason.
    :raises Conflict: when it is not scheduled any more.
    """
    actor.need_at(vendor_id, "owner")
    visit = locked_visit(session, visit_id, vendor_id=vendor_id)
    visit.state = after_visit(visit.state, "object")
    if local_date(now) > visit.day:
        raise Conflict(msg("The day of this visit is over."))
    visit.objection, visit.objected_at = need_why(words, field="objection"), now
    session.flush()
    note(session, visit, "object", actor=actor, now=now, reason=visit.objection)
    _tell_inspector(session, visit, now)


def locked_visit(session: Session, visit_id: str, *, vendor_id: str) -> SiteVisit:
    """Return a visit of this vendor, locked and read anew.

    :raises NotFound: when there is none.
    """
    visit = lock(session, SiteVisit, visit_id)
    if visit is None or visit.vendor_id != vendor_id:
        raise NotFound
    return visit


def need_officer(actor: Actor, vendor_id: str) -> None:
    """Refuse whoever is no officer, or works for the vendor.

    :raises NotAllowed: then.
    """
    actor.need(*OFFICERS)
    if vendor_id in actor.memberships:
        raise NotAllowed(msg("You work for this vendor: a colleague has to decide."))


def note(
    session: Session,
    visit: SiteVisit,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    after: dict[str, Any] | None = None,
    **detail: Any,
) -> None:
    """Put what was done about a visit into the audit log, where the vendor finds it."""
    audit.record(
        session,
        f"visit.{action}",
        actor=actor,
        subject=("vendor", visit.vendor_id),
        now=now,
        after=after,
        visit_id=visit.id,
        state=visit.state.value,
        **detail,
    )


def _visited(session: Session, vendor_id: str) -> Vendor:
    vendor = session.get(Vendor, vendor_id)
    if vendor is None or vendor.submitted_at is None:
        raise NotFound
    need_visitable(vendor.state)
    return vendor


def _planned(
    session: Session, vendor: Vendor, plan: Plan, now: datetime, *, follows_id: str | None = None
) -> SiteVisit:
    _need_notice(session, plan.day, now)
    visit = SiteVisit(
        vendor_id=vendor.id,
        state=VisitState.SCHEDULED,
        inspector_name=_inspector(session, plan.inspector_id, vendor.id),
        follows_id=follows_id,
        draft={},
        created_at=now,
        **vars(plan),
    )
    try:
        with session.begin_nested():
            session.add(visit)
            session.flush()
    except IntegrityError:
        raise Conflict(msg("A visit is scheduled already: move that one.")) from None
    return visit


def _need_notice(session: Session, day: date, now: datetime) -> None:
    today = local_date(now)
    days = rule(session, "visit.notice_working_days", on=today).value
    first = add_working_days(today, days, work_calendar(session))
    if day < first:
        raise Invalid(
            msg("The vendor has to know %(days)s working days before: %(day)s at the earliest."),
            field="day",
            days=days,
            day=format_day(first),
        )
    if (day - today).days > 366:
        raise Invalid(msg("This day is more than a year away."), field="day")


def _inspector(session: Session, user_id: str, vendor_id: str) -> str:
    """Return the name of an officer who does not work for the vendor."""
    card = user_card(session, user_id)
    if card is None or roles_of(session, user_id).isdisjoint(OFFICERS):
        raise Invalid(msg("Choose an officer of the trade office."), field="inspector")
    if session.get(VendorMember, (vendor_id, user_id)) is not None:
        raise Invalid(msg("This officer works for the vendor."), field="inspector")
    return card.name


def _told(plan: Plan) -> dict[str, Any]:
    return asdict(plan) | {"day": plan.day.isoformat(), "part": plan.part.value}


def _tell(
    session: Session, vendor: Vendor, visit: SiteVisit, template: str, now: datetime, **more: str
) -> None:
    who = ", ".join(part for part in (visit.inspector_name, visit.others) if part)
    tell(
        session,
        vendor,
        template=template,
        now=now,
        day=format_day(visit.day),
        part=visit.part.value,
        place=visit.place,
        who=who,
        purpose=visit.purpose,
        **more,
    )


def _tell_inspector(session: Session, visit: SiteVisit, now: datetime) -> None:
    card = user_card(session, visit.inspector_id)
    if card is None:
        return
    name = session.scalar(sa.select(Vendor.name).where(Vendor.id == visit.vendor_id))
    notify(
        session,
        "vendors/visit_objected",
        to=Address(card.email, card.phone, card.lang or DEFAULT),
        now=now,
        vendor_id=visit.vendor_id,
        visit_id=visit.id,
        name=name,
        day=format_day(visit.day),
        reason=visit.objection,
    )
