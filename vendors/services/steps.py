"""One arrow of a dossier: state, history, audit, event and message in one go."""

from datetime import datetime

from sqlalchemy.orm import Session

from kernel import audit, events
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import NotFound
from kernel.mail import Address, notify
from vendors import events as facts
from vendors.models import Vendor, VendorStep
from vendors.rules import after, need_reason

_FACTS: dict[str, type[events.Event]] = {
    "submit": facts.VendorSubmitted,
    "cancel": facts.VendorCancelled,
    "take": facts.VendorTaken,
    "request_information": facts.VendorInformationRequested,
    "approve": facts.VendorApproved,
    "reject": facts.VendorRejected,
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


def move(
    session: Session, vendor: Vendor, *, action: str, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Take a dossier along one arrow, and tell everybody who must know.

    :raises Conflict: when the state has no such arrow.
    :raises Invalid: when a reason is needed and missing.
    """
    reason = need_reason(action, reason)
    before = vendor.state
    vendor.state = after(before, action)
    note_step(session, vendor, action=action, actor=actor, now=now, reason=reason)
    audit.record(
        session,
        f"vendor.{action}",
        actor=actor,
        subject=("vendor", vendor.id),
        now=now,
        before={"state": before.value},
        after={"state": vendor.state.value, "reason": reason},
        state=vendor.state.value,
    )
    events.emit(session, _FACTS[action](vendor.id), now=now)  # type: ignore[call-arg]
    tell(session, vendor, template=f"vendors/{action}", now=now, reason=reason)


def note_step(
    session: Session, vendor: Vendor, *, action: str, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Add a line to the history of a dossier."""
    session.add(
        VendorStep(
            vendor_id=vendor.id,
            action=action,
            state=vendor.state,
            actor_id=actor.user_id,
            actor_name=actor.name,
            reason=reason,
            at=now,
        )
    )
    session.flush()


def tell(session: Session, vendor: Vendor, *, template: str, now: datetime, **values: str) -> None:
    """Write to a vendor in its language."""
    to = Address(email=vendor.email, phone=vendor.phone or None, lang=vendor.lang)
    notify(session, template, to=to, now=now, vendor_id=vendor.id, name=vendor.name, **values)
