"""All that is held about a vendor in this trade, for the vendor itself."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.queries import user_cards
from kernel.export import Sheet, read_sheet
from kernel.sealing import sealer_of
from vendors.models import (
    Certificate,
    SiteVisit,
    Vendor,
    VendorDocument,
    VendorIdentity,
    VendorMember,
    VendorNumber,
    VendorRequirement,
    VendorStep,
    VendorVacation,
    VisitMinutes,
)
from vendors.queries.dossiers import PaperCard, papers

_HIDDEN = {
    "reviewer_id",
    "reviewer_name",
    "name_folded",
    "offer_bits",
    "number_sealed",
    "birthday_sealed",
}
_HIDDEN |= {"fingerprint", "actor_id", "actor_name", "judged_by", "judged_by_name", "storage_key"}
_HIDDEN |= {"inspector_id", "inspector_name", "others", "draft", "written_by", "written_by_name"}


def vendor_sheets(session: Session, vendor_id: str) -> list[Sheet]:
    """Return dossier, history, papers, certificates and people of a vendor.

    Officers act for the office: their names are left out. Sealed numbers are opened: they are
    the vendor's own.
    """
    tables: list[tuple[str, Any]] = [
        ("identity", VendorIdentity),
        ("history", VendorStep),
        ("papers", VendorDocument),
        ("requirements", VendorRequirement),
        ("certificates", Certificate),
        ("days_away", VendorVacation),
        ("visits", SiteVisit),
    ]
    own = sa.select(*_shown(Vendor)).where(Vendor.id == vendor_id)
    return [
        read_sheet(session, "vendor", own),
        *(
            read_sheet(session, name, sa.select(*_shown(kind)).where(kind.vendor_id == vendor_id))
            for name, kind in tables
        ),
        read_sheet(
            session,
            "visit_minutes",
            sa.select(*_shown(VisitMinutes)).where(
                VisitMinutes.visit_id.in_(
                    sa.select(SiteVisit.id).where(SiteVisit.vendor_id == vendor_id)
                )
            ),
        ),
        _numbers(session, vendor_id),
        _people(session, vendor_id),
    ]


def paper_files(session: Session, vendor_id: str) -> Sequence[PaperCard]:
    """Return the papers whose files belong to the export."""
    return [paper for paper in papers(session, vendor_id) if paper.erased_on is None]


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
    opened = sealer_of(session).open_text
    return Sheet(
        "numbers", ["what", "value"], [(what, opened(text)) for what, text in sealed if text]
    )


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
