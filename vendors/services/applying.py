"""A person applies to sell: step by step, saved as it goes."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit, places
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import after_commit
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.ids import short_code
from kernel.messages import msg
from kernel.rules_table import rule
from kernel.text import fold, slug
from vendors.models import PaperFile, Vendor, VendorDocument, VendorMember
from vendors.rules import (
    MOST_DRAFTS,
    DocumentKind,
    LegalForm,
    VendorState,
    missing,
    need_editable,
)
from vendors.services.numbers import set_registration
from vendors.services.steps import Arrow, locked_vendor, move


@dataclass(frozen=True)
class Who:
    """Who applies, as on the papers."""

    name: str
    legal_form: LegalForm
    registration_no: str
    representative: str


@dataclass(frozen=True)
class Where:
    """Where the vendor is and how it is reached; ``phone`` is E.164."""

    commune: str
    address: str
    phone: str
    email: str | None = None
    old_address: str = ""


@dataclass(frozen=True)
class Paper:
    """A document whose file is stored already."""

    kind: DocumentKind
    file_name: str
    media_type: str
    storage_key: str
    size_bytes: int
    sha256: str = ""
    pages: int = 1


def start_application(
    session: Session, who: Who, *, actor: Actor, now: datetime, lang: str = "vi"
) -> str:
    """Open a dossier for a signed-in person, who becomes its owner; return its id.

    :raises NotAllowed: for a guest.
    :raises Conflict: when the person has too many unfinished ones.
    """
    if actor.user_id is None:
        raise NotAllowed
    _refuse_many_drafts(session, actor.user_id)
    vendor = Vendor(
        code=f"V{short_code(9)}",
        slug="",
        story={},
        phone="",
        commune="",
        address="",
        lang=lang,
        created_at=now,
    )
    _describe(session, vendor, who)
    session.add(vendor)
    session.flush()
    session.add(
        VendorMember(vendor_id=vendor.id, user_id=actor.user_id, roles=["owner"], created_at=now)
    )
    _note(session, vendor, "vendor.started", actor=actor, now=now)
    return vendor.id


def save_who(session: Session, vendor_id: str, *, who: Who, actor: Actor, now: datetime) -> None:
    """Change who applies.

    :raises Conflict: when the dossier is with the office.
    """
    vendor = _editable(session, vendor_id, actor)
    _describe(session, vendor, who)
    _note(session, vendor, "vendor.edited", actor=actor, now=now, step="who")


def save_where(
    session: Session, vendor_id: str, *, where: Where, actor: Actor, now: datetime
) -> None:
    """Change place and contact.

    :raises Invalid: for an unknown commune.
    :raises Conflict: when the dossier is with the office.
    """
    vendor = _editable(session, vendor_id, actor)
    places.commune(where.commune)
    for field, value in asdict(where).items():
        setattr(vendor, field, value)
    _note(session, vendor, "vendor.edited", actor=actor, now=now, step="where")


def add_papers(
    session: Session, vendor_id: str, *, papers: Sequence[Paper], actor: Actor, now: datetime
) -> Sequence[Paper]:
    """Put documents into the dossier; return those that it holds already and did not take again.

    :raises Conflict: when the dossier is with the office, or full.
    """
    vendor = _editable(session, vendor_id, actor)
    held = _held(session, vendor.id)
    fresh = fresh_papers(papers, held)
    most = rule(session, "vendor.papers_most", on=local_date(now)).value
    if len(held) + len(fresh) > most:
        raise Conflict(msg("A dossier holds at most %(most)s papers."), most=most)
    for paper in fresh:
        session.add(VendorDocument(vendor_id=vendor.id, uploaded_at=now, **vars(paper)))
        _note(session, vendor, "vendor.paper_added", actor=actor, now=now, kind=paper.kind.value)
    return [paper for paper in papers if not any(paper is one for one in fresh)]


def remove_paper(
    session: Session,
    vendor_id: str,
    *,
    paper_id: str,
    forget: Callable[[str], None],
    actor: Actor,
    now: datetime,
) -> None:
    """Take a document out; ``forget`` deletes its file once that is committed.

    :raises NotFound: when the dossier holds no such paper.
    :raises Conflict: when the dossier is with the office.
    """
    vendor = _editable(session, vendor_id, actor)
    row = session.get(VendorDocument, paper_id)
    if row is None or row.vendor_id != vendor.id:
        raise NotFound
    key = row.storage_key
    session.delete(row)
    after_commit(session, lambda: forget(key))
    _note(session, vendor, "vendor.paper_removed", actor=actor, now=now, kind=row.kind.value)


def submit_application(session: Session, vendor_id: str, *, actor: Actor, now: datetime) -> None:
    """Hand the dossier to the office.

    :raises Invalid: when a step is not complete; ``field`` names it.
    :raises Conflict: when it is there already.
    """
    actor.need_at(vendor_id, "owner")
    vendor = locked_vendor(session, vendor_id)
    papers = session.scalars(
        sa.select(VendorDocument.kind).where(VendorDocument.vendor_id == vendor_id)
    )
    open_steps = missing(
        commune=vendor.commune,
        address=vendor.address,
        phone=vendor.phone,
        form=vendor.legal_form,
        papers=papers,
    )
    if open_steps:
        raise Invalid(msg("Some steps are not complete yet."), field=open_steps[0])
    move(session, vendor, Arrow("submit"), actor=actor, now=now)
    vendor.submitted_at = now
    session.flush()


def cancel_application(session: Session, vendor_id: str, *, actor: Actor, now: datetime) -> None:
    """Take the application back.

    :raises Conflict: when the office works on it or has decided.
    """
    actor.need_at(vendor_id, "owner")
    move(session, locked_vendor(session, vendor_id), Arrow("cancel"), actor=actor, now=now)


def fresh_slug(session: Session, name: str, code: str) -> str:
    """Return an address for a vendor's page that no other vendor has."""
    wanted = slug(name, 70) or slug(code)
    taken = session.scalar(sa.select(Vendor.id).where(Vendor.slug == wanted))
    return f"{wanted}-{code.lower()}"[:90] if taken else wanted


def _editable(session: Session, vendor_id: str, actor: Actor) -> Vendor:
    actor.need_at(vendor_id, "owner")
    vendor = locked_vendor(session, vendor_id)
    need_editable(vendor.state)
    return vendor


def _describe(session: Session, vendor: Vendor, who: Who) -> None:
    set_registration(session, vendor, who.legal_form, who.registration_no)
    if vendor.name != who.name:
        vendor.slug = fresh_slug(session, who.name, vendor.code)
    vendor.name, vendor.name_folded = who.name, fold(who.name)[:120]
    vendor.representative = who.representative


def _refuse_many_drafts(session: Session, user_id: str) -> None:
    drafts = session.scalar(
        sa.select(sa.func.count())
        .select_from(VendorMember)
        .join(Vendor, Vendor.id == VendorMember.vendor_id)
        .where(VendorMember.user_id == user_id, Vendor.state == VendorState.DRAFT)
    )
    if (drafts or 0) >= MOST_DRAFTS:
        raise Conflict(msg("Finish or withdraw one of your open applications first."))


def _note(
    session: Session, vendor: Vendor, action: str, *, actor: Actor, now: datetime, **detail: Any
) -> None:
    session.flush()
    after = {
        "name": vendor.name,
        "form": vendor.legal_form.value,
        "number": vendor.registration_no,
        "representative": vendor.representative,
        "place": [vendor.commune, vendor.address, vendor.phone, vendor.email],
    }
    audit.record(
        session, action, actor=actor, subject=("vendor", vendor.id), now=now, after=after, **detail
    )


def fresh_papers(papers: Sequence[Paper], held: Sequence[tuple[Any, ...]]) -> list[Paper]:
    """Return the papers that are not held yet, each file of a kind once."""
    known, fresh = set(held), []
    for paper in papers:
        if not paper.sha256 or _mark(paper) not in known:
            fresh.append(paper)
            known.add(_mark(paper))
    return fresh


def _held(session: Session, vendor_id: str) -> list[tuple[Any, ...]]:
    """Return the marks of the papers in a dossier."""
    rows = session.execute(
        sa.select(VendorDocument.kind, PaperFile.sha256)
        .outerjoin(PaperFile, PaperFile.document_id == VendorDocument.id)
        .where(VendorDocument.vendor_id == vendor_id)
    )
    return [tuple(row) for row in rows]


def _mark(paper: Paper) -> tuple[Any, ...]:
    """Return by what a paper sent twice is known: its file, for the same purpose."""
    return paper.kind, paper.sha256
