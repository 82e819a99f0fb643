"""Notices as the office and the vendor read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from vendors.models import Vendor, VendorNotice


@dataclass(frozen=True)
class NoticeCard:
    """Word given to a vendor of what the office means to do from a day on."""

    id: str
    action: str
    reason: str
    ground: str
    given_at: datetime
    given_by_name: str
    earliest: date
    answer: str
    answered_at: datetime | None
    used_at: datetime | None
    withdrawn_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether it still counts."""
        return self.used_at is None and self.withdrawn_at is None

    def is_over(self, today: date) -> bool:
        """Tell whether its days are over: what it announces may be done."""
        return self.is_open and self.earliest <= today


@dataclass(frozen=True)
class RunningNotice:
    """An open notice in the list of all clocks."""

    vendor_id: str
    name: str
    action: str
    earliest: date
    answered: bool


def notices_of(session: Session, vendor_id: str) -> Sequence[NoticeCard]:
    """Return the latest notices a vendor got, the latest first (one statement)."""
    rows = session.execute(
        sa.select(
            VendorNotice.id,
            VendorNotice.action,
            VendorNotice.reason,
            VendorNotice.ground,
            VendorNotice.given_at,
            VendorNotice.given_by_name,
            VendorNotice.earliest,
            VendorNotice.answer,
            VendorNotice.answered_at,
            VendorNotice.used_at,
            VendorNotice.withdrawn_at,
        )
        .where(VendorNotice.vendor_id == vendor_id)
        .order_by(VendorNotice.given_at.desc(), VendorNotice.id.desc())
        .limit(20)
    )
    return [NoticeCard(*row) for row in rows]


def running_notices(session: Session) -> Sequence[RunningNotice]:
    """Return the open notices of all vendors, the first to be over first."""
    rows = session.execute(
        sa.select(
            Vendor.id, Vendor.name, VendorNotice.action, VendorNotice.earliest, VendorNotice.answer
        )
        .join(Vendor, Vendor.id == VendorNotice.vendor_id)
        .where(VendorNotice.used_at.is_(None), VendorNotice.withdrawn_at.is_(None))
        .order_by(VendorNotice.earliest, VendorNotice.id)
        .limit(100)
    )
    return [RunningNotice(*row[:4], answered=bool(row.answer)) for row in rows]
