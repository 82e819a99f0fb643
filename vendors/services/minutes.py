"""The minutes of a visit as an official document: a draft that an officer reads and issues."""

from datetime import datetime

from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.errors import Conflict
from kernel.i18n import format_day
from kernel.messages import msg
from vendors.models import Vendor
from vendors.queries.visits import MinutesCard, VisitCard, photos_of, visit
from vendors.rules.decisions import DecisionKind
from vendors.rules.minutes import Seen, minutes_articles, minutes_subject
from vendors.rules.visits import after_visit
from vendors.services.decisions.drafting import Text, draft_decision
from vendors.services.visiting import locked_visit, need_officer, note


def draft_minutes(
    session: Session, visit_id: str, *, vendor_id: str, actor: Actor, now: datetime
) -> str:
    """Write the last minutes of a visit as a draft of an official document; return its id.

    What was drafted before is returned: a visit has one such document.

    :raises Conflict: when the minutes are not closed.
    """
    need_officer(actor, vendor_id)
    row = locked_visit(session, visit_id, vendor_id=vendor_id)
    after_visit(row.state, "document")
    if row.document_id is not None:
        return row.document_id
    card = visit(session, visit_id, vendor_id=vendor_id)
    if card is None or card.minutes is None:
        raise Conflict(msg("The minutes of this visit are not closed yet."))
    name = session.get_one(Vendor, vendor_id).name
    seen = _seen(session, card, card.minutes, name)
    row.document_id = draft_decision(
        session,
        vendor_id,
        kind=DecisionKind.INSPECTION,
        text=Text(
            subject=minutes_subject(name),
            grounds=["Hồ sơ của gian hàng"],
            articles=minutes_articles(seen),
            recipients=[name],
            signer_name=card.inspector_name,
        ),
        actor=actor,
        now=now,
    )
    session.flush()
    note(session, row, "document", actor=actor, now=now, document_id=row.document_id)
    return row.document_id


def _seen(session: Session, card: VisitCard, minutes: MinutesCard, name: str) -> Seen:
    photos = [one for one in photos_of(session, card.id) if one.revision <= minutes.revision]
    return Seen(
        name=name,
        day=format_day(card.day),
        place=card.place,
        inspectors=card.who,
        present=minutes.present,
        result=minutes.result,
        lines=[(one.title["vi"], one.line) for one in minutes.lines],
        findings=minutes.findings,
        vendor_words=minutes.vendor_words,
        signed_by=minutes.signed_by,
        spot=minutes.spot,
        photos=len(photos),
    )
