"""Days on which a vendor is away: it sells nothing, its goods stay in sight."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.errors import Invalid
from kernel.events import emit
from kernel.messages import msg
from vendors.events import VendorChanged
from vendors.models import VendorVacation
from vendors.services.steps import locked_vendor

LONGEST_DAYS = 180


@dataclass(frozen=True)
class Absence:
    """From the first to the last day, both away; ``notice`` by language."""

    first_day: date
    last_day: date
    notice: dict[str, str]


def go_away(
    session: Session, vendor_id: str, *, absence: Absence, actor: Actor, now: datetime
) -> None:
    """Sell nothing on these days; it ends by itself.

    :raises Invalid: when the days end before they begin, have passed or are too many.
    """
    actor.need_at(vendor_id, "owner")
    _need_days(absence, local_date(now))
    vendor = locked_vendor(session, vendor_id)
    row = session.get(VendorVacation, vendor_id) or VendorVacation(vendor_id=vendor_id)
    row.first_day, row.back_on = absence.first_day, absence.last_day + timedelta(days=1)
    row.notice, row.saved_at = absence.notice, now
    session.add(row)
    # Pages that were kept hang on the version of the vendor.
    flag_modified(vendor, "name")
    session.flush()
    audit.record(
        session,
        "vendor.away",
        actor=actor,
        subject=("vendor", vendor_id),
        now=now,
        first_day=row.first_day.isoformat(),
        back_on=row.back_on.isoformat(),
    )
    emit(session, VendorChanged(vendor_id), now=now)


def come_back(session: Session, vendor_id: str, *, actor: Actor, now: datetime) -> None:
    """Sell again before the days are over; without such days nothing happens."""
    actor.need_at(vendor_id, "owner")
    vendor, row = locked_vendor(session, vendor_id), session.get(VendorVacation, vendor_id)
    if row is None:
        return
    session.delete(row)
    flag_modified(vendor, "name")
    session.flush()
    audit.record(session, "vendor.back", actor=actor, subject=("vendor", vendor_id), now=now)
    emit(session, VendorChanged(vendor_id), now=now)


def _need_days(absence: Absence, today: date) -> None:
    if absence.last_day < absence.first_day:
        raise Invalid(msg("The last day lies before the first."), field="last_day")
    if absence.last_day < today:
        raise Invalid(msg("These days have passed."), field="last_day")
    if (absence.last_day - absence.first_day).days >= LONGEST_DAYS:
        raise Invalid(msg("At most %(most)s days at a time."), field="last_day", most=LONGEST_DAYS)
