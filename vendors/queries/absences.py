"""Vendors that are away for some days."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from vendors.models import VendorVacation


@dataclass(frozen=True)
class Away:
    """Days away; ``back_on`` is the first day on which the vendor sells again."""

    first_day: date
    back_on: date
    notice: dict[str, str]

    @property
    def last_day(self) -> date:
        """Return the last day away."""
        return self.back_on - timedelta(days=1)

    def holds(self, on: date) -> bool:
        """Tell whether the vendor is away on a day."""
        return self.first_day <= on < self.back_on


def away_of(session: Session, vendor_id: str) -> Away | None:
    """Return the days a vendor has set, past or to come."""
    row = session.get(VendorVacation, vendor_id)
    return None if row is None else Away(row.first_day, row.back_on, row.notice)
