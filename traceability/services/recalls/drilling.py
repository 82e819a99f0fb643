"""Vendors are reminded to try a recall out: once for each interval of the rule."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.clock import local_date
from kernel.mail import Address, notify
from traceability.models import Lot
from traceability.queries.recalls.choices import drills_due
from vendors.queries import vendor_cards
from vendors.services.once import first_time

MOST = 500


def remind_of_drills(session: Session, now: datetime) -> int:
    """Write to vendors whose last recall or drill is too long ago; return to how many.

    Each is written to once a year: what is due then is due until it is done.
    """
    if session.scalar(sa.select(Lot.id).limit(1)) is None:
        return 0
    today = local_date(now)
    vendors = vendor_cards(session, drills_due(session, on=today, limit=MOST))
    told = 0
    for vendor in vendors.values():
        due = f"{today:%Y}"
        if vendor.is_open and first_time(session, vendor.id, kind="recall_drill", due=due, now=now):
            notify(
                session,
                "traceability/drill_due",
                to=Address(phone=vendor.phone),
                now=now,
                vendor_id=vendor.id,
                name=vendor.name,
            )
            told += 1
    return told
