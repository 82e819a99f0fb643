"""Complaints as the vendor and the office see them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.pages import Page
from traceability.models import Complaint, Lot
from traceability.rules.recalls import ComplaintKind, ComplaintState


@dataclass(frozen=True)
class ComplaintCard:
    """A complaint with the lot it is about."""

    id: str
    code: str
    vendor_id: str
    lot_id: str
    lot_code: str
    trace_code: str
    product: dict[str, str]
    order_id: str | None
    serial: str
    kind: ComplaintKind
    text: str
    name: str
    phone: str
    state: ComplaintState
    answer: str
    recall_id: str | None
    at: datetime

    @property
    def is_open(self) -> bool:
        """Tell whether it waits for somebody."""
        return self.state is ComplaintState.OPEN


_CARD = (
    Complaint.id,
    Complaint.code,
    Complaint.vendor_id,
    Complaint.lot_id,
    Lot.code.label("lot_code"),
    Lot.trace_code,
    Lot.product,
    Complaint.order_id,
    Complaint.serial,
    Complaint.kind,
    Complaint.text,
    Complaint.name,
    Complaint.phone,
    Complaint.state,
    Complaint.answer,
    Complaint.recall_id,
    Complaint.at,
)


def complaints_of(
    session: Session, *, vendor_id: str | None = None, page: int = 1, size: int = 30
) -> Page[ComplaintCard]:
    """Return complaints, open ones first, then the newest: of one vendor, or of all."""
    wanted = (
        sa.select(*_CARD)
        .join(Lot, Lot.id == Complaint.lot_id)
        .order_by(Complaint.state != ComplaintState.OPEN, Complaint.at.desc())
    )
    if vendor_id is not None:
        wanted = wanted.where(Complaint.vendor_id == vendor_id)
    rows = session.execute(wanted.offset((page - 1) * size).limit(size + 1))
    return Page.cut([ComplaintCard(**row._mapping) for row in rows], page, size)


def complaint_of(session: Session, complaint_id: str) -> ComplaintCard | None:
    """Return one complaint."""
    row = session.execute(
        sa.select(*_CARD).join(Lot, Lot.id == Complaint.lot_id).where(Complaint.id == complaint_id)
    ).first()
    return ComplaintCard(**row._mapping) if row else None
