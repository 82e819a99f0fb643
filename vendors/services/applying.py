"""A person applies to sell: step by step, saved as it goes."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel import audit, places
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import after_commit
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.i18n import format_day
from kernel.ids import short_code
from kernel.messages import msg
from kernel.rules_table import rule
from kernel.sealing import Sealer
from kernel.text import fold, slug
from vendors.errors import AppealTooLate, NotComplete
from vendors.models import Vendor, VendorDocument, VendorMember
from vendors.queries import appeal_until, standing_of
from vendors.rules import (
    ENDED,
    MOST_DRAFTS,
    DocumentKind,
    LegalForm,
    Offer,
    VendorState,
    after,
    need_editable,
    offer_values,
)
from vendors.rules.likeness import place_mark
from vendors.services.identity import Person, save_identity
from vendors.services.likening import mark_vendor
from vendors.services.numbers import set_registration
from vendors.services.requirements import answer_lines, sync_requirements
from vendors.services.steps import Arrow, locked_vendor, move


@dataclass(frozen=True)
class Who:
    """Who applies, as on the papers."""

    name: str
    legal_form: LegalForm
    registration_no: str
    # Who speaks for it, where that is known already: the step about the person asks.
    representative: str = ""
    sells: Collection[Offer] = ()


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
    requirement: str = ""
    sha256: str = ""
    pages: int = 1


def start_application(
    session: Session,
    who: Who,
    *,
    actor: Actor,
    now: datetime,
    lang: str = "vi",
    code: str = "",
) -> str:
    """Open a dossier for a signed-in person, who becomes its owner; return its id.

    ``code`` (of `fresh_code`) names the dossier beforehand: the same form sent twice opens one.

    :raises NotAllowed: for a guest.
    :raises Conflict: when the person has too many unfinished ones.
    """
    if actor.user_id is None:
        raise NotAllowed
    code = code or fresh_code()
    if known := _started(session, code, actor.user_id):
        return known
    _refuse_many_drafts(session, actor.user_id)
    try:
        with session.begin_nested():
            vendor = _opened(session, who, code=code, lang=lang, now=now)
    except IntegrityError:
        # The same form arrived twice at once: the other one was faster.
        if known := _started(session, code, actor.user_id):
            return known
        raise Conflict from None
    session.add(
        VendorMember(vendor_id=vendor.id, user_id=actor.user_id, roles=["owner"], created_at=now)
    )
    _note(session, vendor, "vendor.started", actor=actor, now=now)
    sync_requirements(session, vendor, now=now)
    return vendor.id


def fresh_code() -> str:
    """Return a code for a dossier that is about to be opened."""
    return f"V{short_code(9)}"


def _opened(session: Session, who: Who, *, code: str, lang: str, now: datetime) -> Vendor:
    vendor = Vendor(
        code=code,
        slug="",
        story={},
        phone="",
        commune="",
        address="",
        representative="",
        lang=lang,
        created_at=now,
    )
    _describe(session, vendor, who, now)
    session.add(vendor)
    session.flush()
    return vendor


def _started(session: Session, code: str, user_id: str) -> str | None:
    """Return the dossier that this person opened with a code."""
    return session.scalar(
        sa.select(Vendor.id)
        .join(VendorMember, VendorMember.vendor_id == Vendor.id)
        .where(Vendor.code == code, VendorMember.user_id == user_id)
    )


def save_who(session: Session, vendor_id: str, *, who: Who, actor: Actor, now: datetime) -> None:
    """Change who applies.

    :raises Conflict: when the dossier is with the office.
    """
    vendor = editable(session, vendor_id, actor)
    _describe(session, vendor, who, now)
    _note(session, vendor, "vendor.edited", actor=actor, now=now, step="who")
    sync_requirements(session, vendor, now=now)


def save_offers(
    session: Session, vendor_id: str, *, offers: Collection[Offer], actor: Actor, now: datetime
) -> None:
    """Say what a vendor sells: while it is not known, or as long as the dossier may be changed.

    :raises Invalid: for nothing at all.
    :raises Conflict: when it is known and the dossier is with the office.
    """
    actor.need_at(vendor_id, "owner")
    vendor = locked_vendor(session, vendor_id)
    if vendor.sells or vendor.state in ENDED:
        need_editable(vendor.state)
    if not offers:
        raise Invalid(msg("Choose at least one."), field="sells")
    vendor.sells = offer_values(offers)
    _note(session, vendor, "vendor.edited", actor=actor, now=now, step="sells")
    sync_requirements(session, vendor, now=now)


def save_person(
    session: Session,
    vendor_id: str,
    *,
    person: Person,
    sealer: Sealer,
    actor: Actor,
    now: datetime,
) -> None:
    """Write down who answers for a vendor and speaks for it.

    :raises Invalid: for a wrong number or a birthday of a child.
    :raises Conflict: when the dossier is with the office.
    """
    vendor = editable(session, vendor_id, actor)
    save_identity(session, vendor_id, person=person, sealer=sealer, actor=actor, now=now)
    vendor.representative = person.full_name
    _note(session, vendor, "vendor.edited", actor=actor, now=now, step="person")
    sync_requirements(session, vendor, now=now)


def save_where(
    session: Session, vendor_id: str, *, where: Where, actor: Actor, now: datetime
) -> None:
    """Change place and contact.

    :raises Invalid: for an unknown commune.
    :raises Conflict: when the dossier is with the office.
    """
    vendor = editable(session, vendor_id, actor)
    places.commune(where.commune)
    for field, value in asdict(where).items():
        setattr(vendor, field, value)
    vendor.place_mark = place_mark(vendor.commune, vendor.address)
    _note(session, vendor, "vendor.edited", actor=actor, now=now, step="where")


def add_papers(
    session: Session, vendor_id: str, *, papers: Sequence[Paper], actor: Actor, now: datetime
) -> Sequence[Paper]:
    """Put documents into the dossier; return those that it holds already and did not take again.

    :raises Conflict: when the dossier is with the office, or full.
    """
    vendor = editable(session, vendor_id, actor)
    held = _held(session, vendor.id)
    fresh = _fresh(papers, held)
    most = rule(session, "vendor.papers_most", on=local_date(now)).value
    if len(held) + len(fresh) > most:
        raise Conflict(msg("A dossier holds at most %(most)s papers."), most=most)
    for paper in fresh:
        session.add(VendorDocument(vendor_id=vendor.id, uploaded_at=now, **vars(paper)))
        _note(session, vendor, "vendor.paper_added", actor=actor, now=now, kind=paper.kind.value)
    kinds = {paper.kind for paper in fresh}
    answer_lines(session, vendor, lambda need: bool(kinds & need.papers), now=now)
    return [paper for paper in papers if paper not in fresh]


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
    vendor = editable(session, vendor_id, actor)
    row = session.get(VendorDocument, paper_id)
    if row is None or row.vendor_id != vendor.id:
        raise NotFound
    key, is_erased = row.storage_key, row.erased_on is not None
    session.delete(row)
    if not is_erased:
        after_commit(session, lambda: forget(key))
    _note(session, vendor, "vendor.paper_removed", actor=actor, now=now, kind=row.kind.value)
    sync_requirements(session, vendor, now=now)


def submit_application(session: Session, vendor_id: str, *, actor: Actor, now: datetime) -> None:
    """Hand the dossier to the office.

    :raises NotComplete: when steps or lines are open; it names them.
    :raises Conflict: when it is there already.
    """
    actor.need_at(vendor_id, "owner")
    vendor = locked_vendor(session, vendor_id)
    after(vendor.state, "submit")
    sync_requirements(session, vendor, now=now)
    standing = standing_of(session, vendor, on=local_date(now))
    if standing.steps or standing.lines_open:
        raise NotComplete(standing.steps, standing.lines_open)
    move(session, vendor, Arrow("submit"), actor=actor, now=now)
    vendor.submitted_at = now
    session.flush()


def cancel_application(session: Session, vendor_id: str, *, actor: Actor, now: datetime) -> None:
    """Take the application back.

    :raises Conflict: when the office works on it or has decided.
    """
    actor.need_at(vendor_id, "owner")
    move(session, locked_vendor(session, vendor_id), Arrow("cancel"), actor=actor, now=now)


def appeal_decision(
    session: Session, vendor_id: str, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Ask the office to judge a rejection or a termination anew.

    :raises Invalid: without a reason.
    :raises AppealTooLate: when the days of ``vendor.appeal_days`` are over.
    :raises Conflict: when there is nothing to appeal against.
    """
    actor.need_at(vendor_id, "owner")
    vendor = locked_vendor(session, vendor_id)
    after(vendor.state, "appeal")
    end = appeal_until(session, vendor_id)
    if end is None or local_date(now) > end:
        raise AppealTooLate(day=format_day(end) if end else "")
    move(session, vendor, Arrow("appeal", reason), actor=actor, now=now)
    session.flush()


def fresh_slug(session: Session, name: str, code: str) -> str:
    """Return an address for a vendor's page that no other vendor has."""
    wanted = slug(name, 70) or slug(code)
    taken = session.scalar(sa.select(Vendor.id).where(Vendor.slug == wanted))
    return f"{wanted}-{code.lower()}"[:90] if taken else wanted


def editable(session: Session, vendor_id: str, actor: Actor) -> Vendor:
    """Return a dossier, locked, that this owner may change now.

    :raises Conflict: when it is with the office.
    """
    actor.need_at(vendor_id, "owner")
    vendor = locked_vendor(session, vendor_id)
    need_editable(vendor.state)
    return vendor


def _describe(session: Session, vendor: Vendor, who: Who, now: datetime) -> None:
    set_registration(session, vendor, who.legal_form, who.registration_no)
    if vendor.name != who.name:
        vendor.slug = fresh_slug(session, who.name, vendor.code)
    vendor.name, vendor.name_folded = who.name, fold(who.name)[:120]
    vendor.representative = who.representative or vendor.representative
    if who.sells:
        vendor.sells = offer_values(who.sells)
    session.add(vendor)
    mark_vendor(session, vendor, now=now)


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


def _fresh(papers: Sequence[Paper], held: Iterable[tuple[Any, ...]]) -> list[Paper]:
    """Return the papers that are not held yet, each file once for the same purpose."""
    known, fresh = set(held), []
    for paper in papers:
        if not paper.sha256 or _mark(paper) not in known:
            fresh.append(paper)
            known.add(_mark(paper))
    return fresh


def _held(session: Session, vendor_id: str) -> list[tuple[Any, ...]]:
    """Return the marks of the papers in a dossier."""
    rows = session.execute(
        sa.select(VendorDocument.kind, VendorDocument.requirement, VendorDocument.sha256).where(
            VendorDocument.vendor_id == vendor_id
        )
    )
    return [tuple(row) for row in rows]


def _mark(paper: Paper) -> tuple[Any, ...]:
    """Return by what a paper sent twice is known: its file, for the same purpose."""
    return paper.kind, paper.requirement, paper.sha256
