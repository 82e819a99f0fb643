"""All that is held about a vendor in this trade, for the vendor itself."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.queries import user_cards
from kernel.export import Sheet, read_sheet
from kernel.sealing import SealBroken, sealer_of
from vendors.models import (
    BankAccount,
    Certificate,
    DecisionDocument,
    Invitation,
    SiteVisit,
    Vendor,
    VendorDocument,
    VendorIdentity,
    VendorMember,
    VendorNotice,
    VendorNumber,
    VendorRequirement,
    VendorStep,
    VendorVacation,
    VisitMinutes,
)
from vendors.queries.dossiers import PaperCard, papers
from vendors.rules import INSIDE_STEPS
from vendors.rules.decisions import PUBLIC

_HIDDEN = {
    "reviewer_id",
    "reviewer_name",
    "name_folded",
    "offer_bits",
    "number_sealed",
    "birthday_sealed",
}
_HIDDEN |= {"fingerprint", "actor_id", "actor_name", "judged_by", "judged_by_name", "storage_key"}
_HIDDEN |= {"given_by", "given_by_name"}
_HIDDEN |= {"verified_by", "entered_by", "invited_by", "digest", "created_by", "step_id"}
_HIDDEN |= {"pdf_key", "docx_key", "signed_key"}
_HIDDEN |= {"inspector_id", "inspector_name", "others", "draft", "written_by", "written_by_name"}


def vendor_sheets(session: Session, vendor_id: str) -> list[Sheet]:
    """Return dossier, history, papers, certificates, decisions, money and people of a vendor.

    Officers act for the office: their names are left out. Sealed numbers are opened: they are
    the vendor's own. What officers note for each other is not the vendor's.
    """
    tables: list[tuple[str, Any]] = [
        ("identity", VendorIdentity),
        ("history", VendorStep),
        ("notices", VendorNotice),
        ("papers", VendorDocument),
        ("requirements", VendorRequirement),
        ("certificates", Certificate),
        ("days_away", VendorVacation),
        ("bank_accounts", BankAccount),
        ("invitations", Invitation),
        ("visits", SiteVisit),
    ]
    own = sa.select(*_shown(Vendor)).where(Vendor.id == vendor_id)
    return [
        read_sheet(session, "vendor", own),
        *(read_sheet(session, name, _rows(kind, vendor_id)) for name, kind in tables),
        _decisions(session, vendor_id),
        _minutes(session, vendor_id),
        _numbers(session, vendor_id),
        _people(session, vendor_id),
    ]


def paper_files(session: Session, vendor_id: str) -> Sequence[PaperCard]:
    """Return the papers whose files belong to the export."""
    return [paper for paper in papers(session, vendor_id) if paper.erased_on is None]


def _rows(kind: Any, vendor_id: str) -> sa.Select[*tuple[Any, ...]]:
    rows = sa.select(*_shown(kind)).where(kind.vendor_id == vendor_id)
    return rows.where(VendorStep.action.not_in(INSIDE_STEPS)) if kind is VendorStep else rows


def decision_files(session: Session, vendor_id: str) -> Sequence[tuple[str, str]]:
    """Return name and storage key of the signed documents of the office about a vendor."""
    doc = DecisionDocument
    rows = session.execute(
        sa.select(doc.id, doc.signed_key)
        .where(doc.vendor_id == vendor_id, doc.state.in_(PUBLIC), doc.signed_key != "")
        .order_by(doc.id)
    )
    return [(f"{row.id}.pdf", row.signed_key) for row in rows]


def _minutes(session: Session, vendor_id: str) -> Sheet:
    """Return what was written down on visits to a vendor."""
    visits = sa.select(SiteVisit.id).where(SiteVisit.vendor_id == vendor_id)
    own = sa.select(*_shown(VisitMinutes)).where(VisitMinutes.visit_id.in_(visits))
    return read_sheet(session, "visit_minutes", own)


def _decisions(session: Session, vendor_id: str) -> Sheet:
    """Return the documents that left the office; its drafts are its own."""
    doc = DecisionDocument
    own = sa.select(*_shown(doc)).where(doc.vendor_id == vendor_id, doc.state.in_(PUBLIC))
    return read_sheet(session, "decisions", own)


def _shown(kind: Any) -> list[Any]:
    return [column for column in kind.__table__.columns if column.name not in _HIDDEN]


def _numbers(session: Session, vendor_id: str) -> Sheet:
    """Return what is kept sealed; nothing after it was erased."""
    person, own = session.get(VendorIdentity, vendor_id), session.get(VendorNumber, vendor_id)
    sealed = [
        ("personal_number", person.number_sealed if person else ""),
        ("birthday", person.birthday_sealed if person else ""),
        ("registration_number", own.number_sealed if own else ""),
    ]
    accounts = sa.select(BankAccount.number_sealed).where(BankAccount.vendor_id == vendor_id)
    sealed += [("bank_account", text) for text in session.scalars(accounts)]
    rows = [(what, _opened(session, text)) for what, text in sealed if text]
    return Sheet("numbers", ["what", "value"], rows)


def _opened(session: Session, text: str) -> str | None:
    """Return a sealed value, None when its key is lost: the rest is handed out nevertheless."""
    try:
        return sealer_of(session).open_text(text)
    except SealBroken:
        return None


def _people(session: Session, vendor_id: str) -> Sheet:
    rows = session.execute(
        sa.select(VendorMember.user_id, VendorMember.roles, VendorMember.created_at).where(
            VendorMember.vendor_id == vendor_id
        )
    ).all()
    cards = user_cards(session, [row.user_id for row in rows])
    found = [
        (cards[row.user_id].name, cards[row.user_id].contact, row.roles, row.created_at)
        for row in rows
        if row.user_id in cards
    ]
    return Sheet("people", ["name", "contact", "roles", "since"], found)
