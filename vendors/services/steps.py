"""One arrow of a dossier: state, history, audit, event and message in one go."""

from dataclasses import dataclass
from datetime import datetime

from dateutil.relativedelta import relativedelta
from sqlalchemy.orm import Session

from kernel import audit, events
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import NotFound
from kernel.mail import Address, notify
from kernel.rules_table import rule
from kernel.workdays import add_working_days, work_calendar
from vendors import events as facts
from vendors.models import Vendor, VendorStep
from vendors.rules import RESTARTS_RECOGNITION, WAITING, after, need_reason

_FACTS: dict[str, type[events.Event]] = {
    "submit": facts.VendorSubmitted,
    "cancel": facts.VendorCancelled,
    "take": facts.VendorTaken,
    "request_information": facts.VendorInformationRequested,
    "approve": facts.VendorApproved,
    "reject": facts.VendorRejected,
    "appeal": facts.VendorAppealed,
    "allow_appeal": facts.VendorAppealAllowed,
    "dismiss_appeal": facts.VendorAppealDismissed,
    "call_renewal": facts.VendorRenewalCalled,
    "renew": facts.VendorRenewed,
    "lapse": facts.VendorLapsed,
    "close": facts.VendorClosed,
    "suspend": facts.VendorSuspended,
    "reinstate": facts.VendorReinstated,
    "terminate": facts.VendorTerminated,
}


def locked_vendor(session: Session, vendor_id: str) -> Vendor:
    """Return a vendor's row, locked and read anew.

    :raises NotFound: when there is none.
    """
    vendor = lock(session, Vendor, vendor_id)
    if vendor is None:
        raise NotFound
    return vendor


@dataclass(frozen=True)
class Arrow:
    """What is done to a dossier, why, and on which article it stands.

    Without an article the one of the rule ``vendor.grounds`` counts.
    """

    action: str
    reason: str = ""
    ground: str = ""


def move(session: Session, vendor: Vendor, arrow: Arrow, *, actor: Actor, now: datetime) -> None:
    """Take a dossier along one arrow, and tell everybody who must know.

    :raises Conflict: when the state has no such arrow.
    :raises Invalid: when a reason is needed and missing.
    """
    action, reason = arrow.action, need_reason(arrow.action, arrow.reason)
    before = vendor.state
    vendor.state = after(before, action)
    ground = arrow.ground.strip() or ground_of(session, action, now)
    set_clocks(session, vendor, action, now)
    note_step(session, vendor, Arrow(action, reason, ground), actor=actor, now=now)
    audit.record(
        session,
        f"vendor.{action}",
        actor=actor,
        subject=("vendor", vendor.id),
        now=now,
        before={"state": before.value},
        after={"state": vendor.state.value, "reason": reason, "ground": ground},
        state=vendor.state.value,
    )
    events.emit(session, _FACTS[action](vendor.id), now=now)  # type: ignore[call-arg]
    tell(session, vendor, template=f"vendors/{action}", now=now, reason=reason)


def note_step(
    session: Session, vendor: Vendor, arrow: Arrow, *, actor: Actor, now: datetime
) -> None:
    """Add a line to the history of a dossier."""
    session.add(
        VendorStep(
            vendor_id=vendor.id,
            action=arrow.action,
            state=vendor.state,
            actor_id=actor.user_id,
            actor_name=actor.name,
            reason=arrow.reason,
            ground=arrow.ground,
            at=now,
        )
    )
    session.flush()


def ground_of(session: Session, action: str, now: datetime) -> str:
    """Return the article on which an arrow stands by the rule of the day."""
    return str(rule(session, "vendor.grounds", on=local_date(now)).value.get(action, ""))


def set_clocks(session: Session, vendor: Vendor, action: str, now: datetime) -> None:
    """Start, keep or stop the office's clock, and give a recognition its time."""
    today = local_date(now)
    if vendor.state not in WAITING:
        vendor.due_on = None
    elif action != "take":
        days = rule(session, "vendor.answer_working_days", on=today).value
        vendor.due_on = add_working_days(today, days, work_calendar(session))
    if action in RESTARTS_RECOGNITION:
        months = rule(session, "vendor.recognition_months", on=today).value
        vendor.valid_until = today + relativedelta(months=months)


def tell(session: Session, vendor: Vendor, *, template: str, now: datetime, **values: str) -> None:
    """Write to a vendor in its language."""
    to = Address(email=vendor.email, phone=vendor.phone or None, lang=vendor.lang)
    notify(session, template, to=to, now=now, vendor_id=vendor.id, name=vendor.name, **values)
