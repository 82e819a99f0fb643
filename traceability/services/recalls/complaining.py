"""Complaints: told by a buyer, answered by the vendor or the office, or traced in a recall."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import GUEST, Actor
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import emit
from kernel.ids import new_id, short_code
from kernel.mail import Address, notify
from kernel.messages import msg
from traceability.events import ComplaintFiled
from traceability.models import Complaint, Lot
from traceability.rules.recalls import ComplaintKind, ComplaintState, need_words
from traceability.services.recalls.belonging import need_part


@dataclass(frozen=True)
class ComplaintFacts:
    """What a buyer says; ``order_id`` where it was told from an order, ``serial`` of one pack."""

    lot_id: str
    kind: ComplaintKind
    text: str
    name: str = ""
    phone: str = ""
    order_id: str | None = None
    serial: str = ""


def file_complaint(session: Session, *, facts: ComplaintFacts, now: datetime) -> str:
    """Keep a complaint and return its code.

    :raises NotFound: when there is no such lot.
    :raises Invalid: without words, or without a telephone number.
    """
    vendor_id = session.scalar(sa.select(Lot.vendor_id).where(Lot.id == facts.lot_id))
    if vendor_id is None:
        raise NotFound
    text = need_words(facts.text, "text", least=10, most=1000)
    if not facts.phone:
        raise Invalid(msg("Write a phone number such as 0912 345 678."), field="phone")
    complaint = Complaint(
        id=new_id(),
        code=short_code(),
        vendor_id=vendor_id,
        lot_id=facts.lot_id,
        order_id=facts.order_id,
        serial=facts.serial[:20],
        kind=facts.kind,
        text=text,
        name=facts.name[:120],
        phone=facts.phone,
        at=now,
    )
    session.add(complaint)
    session.flush()
    audit.record(
        session,
        "complaint.filed",
        actor=GUEST,
        subject=("complaint", complaint.id),
        now=now,
        code=complaint.code,
        lot=facts.lot_id,
        kind=facts.kind.value,
    )
    emit(session, ComplaintFiled(complaint.id, vendor_id), now=now)
    return complaint.code


def answer_complaint(
    session: Session, complaint_id: str, *, text: str, actor: Actor, now: datetime
) -> None:
    """Answer a buyer who complained; he is written to.

    :raises Conflict: when it was answered before.
    """
    complaint = lock(session, Complaint, complaint_id)
    if complaint is None:
        raise NotFound
    need_part(actor, complaint.vendor_id)
    if complaint.answer:
        raise Conflict(msg("This complaint was answered already."))
    complaint.answer = need_words(text, "text", least=10, most=1000)
    if complaint.state is ComplaintState.OPEN:
        complaint.state = ComplaintState.ANSWERED
    session.flush()
    audit.record(
        session,
        "complaint.answered",
        actor=actor,
        subject=("complaint", complaint.id),
        now=now,
        code=complaint.code,
        after={"answer": complaint.answer},
    )
    notify(
        session,
        "traceability/complaint_answered",
        to=Address(phone=complaint.phone),
        now=now,
        code=complaint.code,
        answer=complaint.answer,
    )
