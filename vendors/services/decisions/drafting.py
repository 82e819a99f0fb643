"""A document before it has a number: written, changed, given its number, taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.ids import short_code
from kernel.messages import msg
from vendors.models import DecisionDocument, DecisionNumber, Vendor
from vendors.rules.decisions import TYPE_CODES, DecisionKind, DecisionState, after_decision
from vendors.rules.sheets import Letterhead
from vendors.services.decisions.belonging import latest_step, take_step
from vendors.services.decisions.numbering import take_number


@dataclass(frozen=True)
class Text:
    """What an officer wrote."""

    subject: str
    grounds: Sequence[str]
    articles: Sequence[str]
    recipients: Sequence[str] = ()
    signer_name: str = ""
    by_deputy: bool = False


def draft_decision(
    session: Session,
    vendor_id: str,
    *,
    kind: DecisionKind,
    text: Text,
    actor: Actor,
    now: datetime,
) -> str:
    """Write a document about a vendor; return its id.

    :raises NotAllowed: without an office role, or about one's own vendor.
    :raises NotFound: when the vendor handed nothing in.
    """
    _need_office(actor, vendor_id, "reviewer", "approver")
    vendor = session.get(Vendor, vendor_id)
    if vendor is None or vendor.submitted_at is None:
        raise NotFound
    document = DecisionDocument(
        vendor_id=vendor_id,
        kind=kind,
        step_id=latest_step(session, vendor_id, kind),
        type_code=TYPE_CODES[kind],
        lookup_code=short_code(10),
        created_by=actor.user_id,
        created_at=now,
    )
    _write(document, text)
    session.add(document)
    session.flush()
    note(session, document, "draft", actor=actor, now=now)
    return document.id


def edit_decision(
    session: Session,
    document_id: str,
    *,
    vendor_id: str,
    text: Text,
    seen_version: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Change a draft.

    :raises Conflict: when it has its number, or a colleague changed it meanwhile.
    """
    _need_office(actor, vendor_id, "reviewer", "approver")
    document = locked_document(session, document_id, vendor_id=vendor_id)
    document.state = after_decision(document.state, "edit")
    need_seen(document, seen_version)
    _write(document, text)
    session.flush()
    note(session, document, "edit", actor=actor, now=now)


def issue_decision(
    session: Session,
    document_id: str,
    *,
    vendor_id: str,
    head: Letterhead,
    seen_version: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Give a draft its number and day; from here on its words are fixed.

    :raises Conflict: when it has one, or a colleague changed it meanwhile.
    :raises StepDocumented: when the step of the dossier has its document already.
    """
    _need_office(actor, vendor_id, "approver")
    document = locked_document(session, document_id, vendor_id=vendor_id)
    need_seen(document, seen_version)
    take_step(session, document)
    document.state = after_decision(document.state, "issue")
    document.day = local_date(now)
    document.year = document.day.year
    document.governing, document.issuing = head.governing, head.issuing
    document.office_code, document.place = head.code, head.place
    document.signer_title = head.signer_title
    document.number = take_number(session, document, now=now)
    session.flush()
    note(session, document, "issue", actor=actor, now=now, number=document.number)


def withdraw_decision(
    session: Session,
    document_id: str,
    *,
    vendor_id: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Take a document back; its number stays in the register, with the reason.

    :raises Invalid: without a reason.
    :raises Conflict: when it is withdrawn already.
    """
    _need_office(actor, vendor_id, "approver")
    why = reason.strip()
    if len(why) < 10:
        raise Invalid(msg("Write in a sentence why it is withdrawn."), field="reason")
    document = locked_document(session, document_id, vendor_id=vendor_id)
    document.state = after_decision(document.state, "withdraw")
    document.withdrawn_reason = why
    if document.number is not None:
        key = (document.year, document.type_code, document.number)
        line = session.get_one(DecisionNumber, key)
        line.withdrawn_at, line.withdrawn_reason = now, why
    session.flush()
    note(session, document, "withdraw", actor=actor, now=now)


def locked_document(session: Session, document_id: str, *, vendor_id: str) -> DecisionDocument:
    """Return a document of this vendor, locked and read anew.

    :raises NotFound: when there is none.
    """
    document = lock(session, DecisionDocument, document_id)
    if document is None or document.vendor_id != vendor_id:
        raise NotFound
    return document


def need_seen(document: DecisionDocument, seen_version: int | None) -> None:
    """Refuse an act on words that the actor has not seen.

    :raises Conflict: when the document changed since.
    """
    if seen_version not in {None, document.version}:
        raise Conflict(msg("A colleague changed this document. Please read it again."))


def note(
    session: Session,
    document: DecisionDocument,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    **detail: Any,
) -> None:
    """Put what was done to a document into the audit log."""
    audit.record(
        session,
        f"decision.{action}",
        actor=actor,
        subject=("decision", document.id),
        now=now,
        after={"subject": document.subject, "articles": document.articles},
        state=document.state.value,
        vendor_id=document.vendor_id,
        **detail,
    )


def need_signing_officer(actor: Actor, vendor_id: str) -> None:
    """Refuse whoever may not issue and sign.

    :raises NotAllowed: then.
    """
    _need_office(actor, vendor_id, "approver")


def _need_office(actor: Actor, vendor_id: str, *roles: str) -> None:
    actor.need(*roles)
    if vendor_id in actor.memberships:
        raise NotAllowed(msg("You work for this vendor: a colleague has to decide."))


def _write(document: DecisionDocument, text: Text) -> None:
    if not text.subject.strip():
        raise Invalid(msg("Write what the document is about."), field="subject")
    document.subject = text.subject.strip()
    document.grounds = list(text.grounds)
    document.articles = list(text.articles)
    document.recipients = list(text.recipients)
    document.signer_name = text.signer_name.strip()
    document.by_deputy = text.by_deputy
    document.state = DecisionState.DRAFTED
