"""All clocks of the office that run: answers, and recognitions that end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.workdays import WorkCalendar, working_days_until
from vendors.models import Vendor
from vendors.rules import WAITING, VendorState, urgency

MOST = 100


@dataclass(frozen=True)
class DueAnswer:
    """A dossier that waits for the office; ``days_left`` are working days."""

    id: str
    name: str
    state: VendorState
    due: date
    reviewer_id: str | None
    reviewer_name: str
    days_left: int

    @property
    def urgency(self) -> str:
        """How pressing it is: late, soon or calm."""
        return urgency(self.days_left)


@dataclass(frozen=True)
class EndingRecognition:
    """A vendor whose recognition is to be renewed; ``valid_until`` is the first day without it."""

    id: str
    name: str
    valid_until: date


def due_answers(
    session: Session, *, until: date, on: date, calendar: WorkCalendar
) -> Sequence[DueAnswer]:
    """Return the dossiers whose answer is due by a day, the latest first."""
    rows = session.execute(
        sa.select(
            Vendor.id,
            Vendor.name,
            Vendor.state,
            Vendor.due_on,
            Vendor.reviewer_id,
            Vendor.reviewer_name,
        )
        .where(Vendor.state.in_(WAITING), Vendor.due_on <= until)
        .order_by(Vendor.due_on, Vendor.id)
        .limit(MOST)
    )
    return [
        DueAnswer(
            row.id,
            row.name,
            row.state,
            row.due_on,
            row.reviewer_id,
            row.reviewer_name,
            working_days_until(on, row.due_on, calendar),
        )
        for row in rows
        if row.due_on is not None
    ]


def ending_recognitions(session: Session) -> Sequence[EndingRecognition]:
    """Return who was called to renew, the first to end first."""
    rows = session.execute(
        sa.select(Vendor.id, Vendor.name, Vendor.valid_until)
        .where(Vendor.state == VendorState.RENEWAL_DUE, Vendor.valid_until.is_not(None))
        .order_by(Vendor.valid_until, Vendor.id)
        .limit(MOST)
    )
    return [
        EndingRecognition(row.id, row.name, row.valid_until)
        for row in rows
        if row.valid_until is not None
    ]
