"""What time does to a recognition: it is called for renewal, and ends when nobody renews it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import HOUSE
from kernel.clock import local_date
from kernel.i18n import format_day
from kernel.rules_table import rule
from vendors.models import Vendor
from vendors.rules import VendorState
from vendors.rules.clocks import crossed
from vendors.services.once import first_time
from vendors.services.steps import Arrow, locked_vendor, move, tell

AT_ONCE = 500


def call_renewals(session: Session, *, now: datetime) -> int:
    """Call for renewal whose recognition ends within ``vendor.renewal_call_days``; return how many."""
    if not _any_ends(session, VendorState.APPROVED):
        return 0
    today = local_date(now)
    days = int(rule(session, "vendor.renewal_call_days", on=today).value)
    until = today + timedelta(days=days)
    return _move_ending(session, VendorState.APPROVED, "call_renewal", until, now)


def lapse_recognitions(session: Session, *, now: datetime) -> int:
    """End every recognition that holds no longer from today on; return how many."""
    return _move_ending(session, VendorState.RENEWAL_DUE, "lapse", local_date(now), now)


def remind_of_renewals(session: Session, *, now: datetime) -> int:
    """Tell vendors some days before the end of their recognition, each time once; return how many.

    The days are the rule ``vendor.renewal_reminder_days``; of days that were missed only the
    latest is made up for.
    """
    if not _any_ends(session, VendorState.RENEWAL_DUE):
        return 0
    today = local_date(now)
    marks = [int(day) for day in rule(session, "vendor.renewal_reminder_days", on=today).value]
    told = 0
    for vendor in _ending(session, today, today + timedelta(days=max(marks, default=0))):
        if vendor.valid_until is None:
            continue
        mark = crossed((vendor.valid_until - today).days, marks)
        due = f"{vendor.valid_until.isoformat()}/{mark}"
        if first_time(session, vendor.id, kind="renewal", due=due, now=now):
            last_day = vendor.valid_until - timedelta(days=1)
            tell(
                session, vendor, template="vendors/renewal_soon", now=now, day=format_day(last_day)
            )
            told += 1
    return told


def _any_ends(session: Session, state: VendorState) -> bool:
    """Tell whether anybody in this state has an end: without, no rule is needed."""
    found = sa.select(Vendor.id).where(Vendor.state == state, Vendor.valid_until.is_not(None))
    return session.scalar(found.limit(1)) is not None


def _ending(session: Session, today: date, until: date) -> Sequence[Vendor]:
    return session.scalars(
        sa.select(Vendor)
        .where(
            Vendor.state == VendorState.RENEWAL_DUE,
            Vendor.valid_until > today,
            Vendor.valid_until <= until,
        )
        .order_by(Vendor.valid_until, Vendor.id)
    ).all()


def _move_ending(
    session: Session, state: VendorState, action: str, until: date, now: datetime
) -> int:
    """Take along an arrow whoever is in a state and whose recognition ends by a day."""
    ids = session.scalars(
        sa.select(Vendor.id)
        .where(Vendor.state == state, Vendor.valid_until <= until)
        .order_by(Vendor.id)
        .limit(AT_ONCE)
    ).all()
    moved = 0
    for vendor_id in ids:
        vendor = locked_vendor(session, vendor_id)
        # Another worker, or an officer, may have been faster.
        if vendor.state is state and vendor.valid_until is not None and vendor.valid_until <= until:
            move(session, vendor, Arrow(action), actor=HOUSE, now=now)
            moved += 1
    session.flush()
    return moved
