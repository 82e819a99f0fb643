"""Dossiers as their applicants and the office see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from accounts.queries import user_cards
from vendors.models import (
    BankAccount,
    Certificate,
    Vendor,
    VendorDocument,
    VendorIdentity,
    VendorMember,
)
from vendors.queries.banking import AccountCard, account_card
from vendors.queries.cards import CertificateCard, certificate_card
from vendors.queries.history import Note, Step, history
from vendors.rules import (
    OPEN,
    SENSITIVE_PAPERS,
    DocumentKind,
    LegalForm,
    VendorState,
)


@dataclass(frozen=True)
class Application:
    """An application in the list of its applicant."""

    id: str
    name: str
    state: VendorState
    created_at: datetime


@dataclass(frozen=True)
class PaperCard:
    """A document of a dossier."""

    id: str
    kind: DocumentKind
    requirement: str
    file_name: str
    media_type: str
    storage_key: str
    size_bytes: int
    uploaded_at: datetime
    pages: int = 1
    erased_on: date | None = None

    @property
    def is_sensitive(self) -> bool:
        """Tell whether only the owner and the officer in charge may look at it."""
        return self.kind in SENSITIVE_PAPERS


@dataclass(frozen=True)
class PersonCard:
    """Who answers for a vendor; ``known`` while number and birthday are kept."""

    full_name: str
    last4: str
    head_office: str
    known: bool


@dataclass(frozen=True)
class Dossier:
    """Everything the office and the vendor read of a dossier."""

    id: str
    code: str
    slug: str
    name: str
    legal_form: LegalForm
    registration_no: str
    representative: str
    phone: str
    email: str | None
    commune: str
    address: str
    old_address: str
    story: dict[str, str]
    sells: Sequence[str]
    state: VendorState
    reviewer_id: str | None
    reviewer_name: str
    submitted_at: datetime | None
    due_on: date | None
    valid_until: date | None
    version: int
    papers: Sequence[PaperCard]
    steps: Sequence[Step]
    certificates: Sequence[CertificateCard]
    person: PersonCard | None
    account: AccountCard | None
    # Only for the office.
    notes: Sequence[Note] = ()
    name_marks: Sequence[str] = ()

    @property
    def is_open(self) -> bool:
        """Tell whether the vendor sells and has a public page."""
        return self.state in OPEN

    @property
    def asked(self) -> str:
        """What the office asked for, while it waits for it."""
        if self.state is not VendorState.INFORMATION_REQUESTED:
            return ""
        return next((s.reason for s in self.steps if s.action == "request_information"), "")


@dataclass(frozen=True)
class MemberCard:
    """A person who works for a vendor."""

    user_id: str
    name: str
    contact: str
    roles: Sequence[str]


def applications_of(session: Session, user_id: str) -> Sequence[Application]:
    """Return the dossiers a person works on, newest first."""
    rows = session.execute(
        sa.select(Vendor.id, Vendor.name, Vendor.state, Vendor.created_at)
        .join(VendorMember, VendorMember.vendor_id == Vendor.id)
        .where(VendorMember.user_id == user_id)
        .order_by(Vendor.created_at.desc(), Vendor.id)
        .limit(100)
    )
    return [Application(*row) for row in rows]


def dossier(session: Session, vendor_id: str, *, inside: bool = False) -> Dossier | None:
    """Return a dossier whole: fields, papers, history (latest first), certificates.

    ``inside`` adds what only officers read: their notes, and who had the dossier when.
    """
    found = session.execute(_BACKED, {"vendor": vendor_id}).one_or_none()
    if found is None:
        return None
    row, person, account = found
    steps, notes = history(session, vendor_id, inside=inside)
    return Dossier(
        id=row.id,
        code=row.code,
        slug=row.slug,
        name=row.name,
        legal_form=row.legal_form,
        registration_no=row.registration_no or "",
        representative=row.representative,
        phone=row.phone,
        email=row.email,
        commune=row.commune,
        address=row.address,
        old_address=row.old_address,
        story=row.story,
        sells=row.sells,
        state=row.state,
        reviewer_id=row.reviewer_id,
        reviewer_name=row.reviewer_name,
        submitted_at=row.submitted_at,
        due_on=row.due_on,
        valid_until=row.valid_until,
        version=row.version,
        papers=papers(session, vendor_id),
        steps=steps,
        certificates=certificates(session, vendor_id),
        person=person_card(person),
        account=account_card(account),
        notes=notes,
        name_marks=row.name_marks,
    )


def person_card(row: VendorIdentity | None) -> PersonCard | None:
    """Return who answers for a vendor, without what is sealed."""
    if row is None:
        return None
    return PersonCard(row.full_name, row.last4, row.head_office, known=row.emptied_on is None)


def papers(session: Session, vendor_id: str) -> Sequence[PaperCard]:
    """Return the papers of a dossier in the order of their kinds."""
    rows = session.execute(
        _PAPER.where(VendorDocument.vendor_id == vendor_id).order_by(VendorDocument.id)
    )
    order = list(DocumentKind)
    return sorted(
        (PaperCard(**row._mapping) for row in rows), key=lambda paper: order.index(paper.kind)
    )


def paper(session: Session, paper_id: str, *, vendor_id: str) -> PaperCard | None:
    """Return one paper, if it belongs to that dossier."""
    row = session.execute(
        _PAPER.where(VendorDocument.id == paper_id, VendorDocument.vendor_id == vendor_id)
    ).one_or_none()
    return None if row is None else PaperCard(**row._mapping)


def certificates(session: Session, vendor_id: str) -> Sequence[CertificateCard]:
    """Return all certificates of a vendor, the longest valid first."""
    rows = session.scalars(
        sa.select(Certificate)
        .where(Certificate.vendor_id == vendor_id)
        .order_by(Certificate.valid_to.desc(), Certificate.id)
    )
    return [certificate_card(row) for row in rows]


def members(session: Session, vendor_id: str) -> Sequence[MemberCard]:
    """Return who works for a vendor, the first first."""
    rows = session.execute(
        sa.select(VendorMember.user_id, VendorMember.roles)
        .where(VendorMember.vendor_id == vendor_id)
        .order_by(VendorMember.created_at, VendorMember.user_id)
    ).all()
    people = user_cards(session, [row.user_id for row in rows])
    return [
        MemberCard(row.user_id, person.name, person.contact, row.roles)
        for row in rows
        if (person := people.get(row.user_id)) is not None
    ]


_own = aliased(BankAccount)
_LATEST = (
    sa.select(_own.id)
    .where(_own.vendor_id == Vendor.id, _own.cancelled_at.is_(None))
    .order_by(_own.holds_from.desc(), _own.id.desc())
    .limit(1)
    .correlate(Vendor)
    .scalar_subquery()
)

_BACKED = (
    sa.select(Vendor, VendorIdentity, BankAccount)
    .outerjoin(VendorIdentity, VendorIdentity.vendor_id == Vendor.id)
    .outerjoin(BankAccount, BankAccount.id == _LATEST)
    .where(Vendor.id == sa.bindparam("vendor"))
)
"""A vendor with who answers for it and the account it named last."""

_PAPER = sa.select(
    VendorDocument.id,
    VendorDocument.kind,
    VendorDocument.requirement,
    VendorDocument.file_name,
    VendorDocument.media_type,
    VendorDocument.storage_key,
    VendorDocument.size_bytes,
    VendorDocument.uploaded_at,
    VendorDocument.pages,
    VendorDocument.erased_on,
)
