"""Documents of the office as the desk, the vendor and the public read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.pages import Page
from vendors.models import DecisionDocument, DecisionNumber, Vendor
from vendors.rules.decisions import (
    PUBLIC,
    DecisionKind,
    DecisionState,
    Revocation,
    read_symbol,
    symbol,
)
from vendors.rules.sheets import Facts, Letterhead

PER_PAGE = 50
MOST_EXPORTED = 20_000


@dataclass(frozen=True)
class DecisionCard:
    """A document in a list of its vendor."""

    id: str
    kind: DecisionKind
    state: DecisionState
    symbol: str
    day: date | None
    subject: str
    lookup_code: str


@dataclass(frozen=True)
class DecisionView:
    """A document whole, as the office sees it."""

    id: str
    vendor_id: str
    vendor_name: str
    kind: DecisionKind
    state: DecisionState
    symbol: str
    facts: Facts
    head: Letterhead
    lookup_code: str
    pdf_key: str
    pdf_sha256: str
    docx_key: str
    signed_key: str
    signed_sha256: str
    signed_by: str
    signed_at: datetime | None
    chain_checked: bool | None
    revocation: Revocation
    withdrawn_reason: str
    version: int


@dataclass(frozen=True)
class RegisterLine:
    """A number that was taken, for what, and whether it still counts."""

    year: int
    type_code: str
    number: int
    symbol: str
    day: date | None
    kind: DecisionKind
    state: DecisionState
    subject: str
    vendor_id: str
    vendor_name: str
    document_id: str
    withdrawn_reason: str


def decisions_of(
    session: Session, vendor_id: str, *, only_signed: bool = False
) -> Sequence[DecisionCard]:
    """Return a vendor's documents, newest first; its own people see the signed ones only."""
    doc = DecisionDocument
    states = [DecisionState.SIGNED] if only_signed else list(DecisionState)
    rows = session.scalars(
        sa.select(doc)
        .where(doc.vendor_id == vendor_id, doc.state.in_(states))
        .order_by(doc.id.desc())
        .limit(200)
    )
    return [_card(row) for row in rows]


def decision(session: Session, document_id: str, *, vendor_id: str) -> DecisionView | None:
    """Return one document, if it is about that vendor."""
    return _one(
        session, DecisionDocument.id == document_id, DecisionDocument.vendor_id == vendor_id
    )


def public_decision(session: Session, code: str) -> DecisionView | None:
    """Return the numbered document with a lookup code; drafts are nobody's to see."""
    doc = DecisionDocument
    return _one(session, doc.lookup_code == code, doc.state.in_(PUBLIC), doc.number.is_not(None))


def decisions_of_symbol(session: Session, text: str) -> Sequence[DecisionCard]:
    """Return the documents with a number, of the latest year first."""
    asked = read_symbol(text)
    if asked is None:
        return []
    doc = DecisionDocument
    rows = session.scalars(
        sa.select(doc)
        .where(doc.number == asked[0], doc.type_code == asked[1], doc.state.in_(PUBLIC))
        .order_by(doc.year.desc())
        .limit(20)
    )
    return [_card(row) for row in rows]


def register(
    session: Session, *, year: int | None, type_code: str, page: int = 1
) -> Page[RegisterLine]:
    """Return one page of the register, the latest number first."""
    rows = _register(session, year, type_code, PER_PAGE + 1, (page - 1) * PER_PAGE)
    return Page.cut(rows, page, PER_PAGE)


def whole_register(session: Session, *, year: int | None, type_code: str) -> Sequence[RegisterLine]:
    """Return the register for a file, at most 20,000 lines."""
    return _register(session, year, type_code, MOST_EXPORTED, 0)


def register_years(session: Session) -> Sequence[int]:
    """Return the years that have numbers, latest first."""
    years = sa.select(DecisionNumber.year).distinct().order_by(DecisionNumber.year.desc())
    return list(session.scalars(years))


def _register(
    session: Session, year: int | None, type_code: str, most: int, skipped: int
) -> list[RegisterLine]:
    line, doc = DecisionNumber, DecisionDocument
    wanted = [line.year == year] if year else []
    wanted += [line.type_code == type_code] if type_code else []
    rows = session.execute(
        sa.select(line, doc, Vendor.name)
        .join(doc, doc.id == line.document_id)
        .join(Vendor, Vendor.id == doc.vendor_id)
        .where(*wanted)
        .order_by(line.year.desc(), line.type_code, line.number.desc())
        .limit(most)
        .offset(skipped)
    )
    return [
        RegisterLine(
            year=taken.year,
            type_code=taken.type_code,
            number=taken.number,
            symbol=_symbol(document),
            day=document.day,
            kind=document.kind,
            state=document.state,
            subject=document.subject,
            vendor_id=document.vendor_id,
            vendor_name=name,
            document_id=document.id,
            withdrawn_reason=taken.withdrawn_reason,
        )
        for taken, document, name in rows
    ]


def _one(session: Session, *conditions: sa.ColumnElement[bool]) -> DecisionView | None:
    found = session.execute(
        sa.select(DecisionDocument, Vendor.name)
        .join(Vendor, Vendor.id == DecisionDocument.vendor_id)
        .where(*conditions)
    ).one_or_none()
    return None if found is None else _view(*found)


def _card(row: DecisionDocument) -> DecisionCard:
    return DecisionCard(
        id=row.id,
        kind=row.kind,
        state=row.state,
        symbol=_symbol(row),
        day=row.day,
        subject=row.subject,
        lookup_code=row.lookup_code,
    )


def _view(row: DecisionDocument, vendor_name: str) -> DecisionView:
    return DecisionView(
        id=row.id,
        vendor_id=row.vendor_id,
        vendor_name=vendor_name,
        kind=row.kind,
        state=row.state,
        symbol=_symbol(row),
        facts=_facts(row),
        head=Letterhead(row.governing, row.issuing, row.office_code, row.place, row.signer_title),
        lookup_code=row.lookup_code,
        pdf_key=row.pdf_key,
        pdf_sha256=row.pdf_sha256,
        docx_key=row.docx_key,
        signed_key=row.signed_key,
        signed_sha256=row.signed_sha256,
        signed_by=row.signed_by,
        signed_at=row.signed_at,
        chain_checked=row.chain_checked,
        revocation=row.revocation,
        withdrawn_reason=row.withdrawn_reason,
        version=row.version,
    )


def _facts(row: DecisionDocument) -> Facts:
    return Facts(
        kind=row.kind,
        subject=row.subject,
        grounds=row.grounds,
        articles=row.articles,
        recipients=row.recipients,
        number=row.number,
        day=row.day,
        signer_name=row.signer_name,
        by_deputy=row.by_deputy,
    )


def _symbol(row: DecisionDocument) -> str:
    return "" if row.number is None else symbol(row.number, row.type_code, row.office_code)
