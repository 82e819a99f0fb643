"""What a vendor must prove and what it has: read for the checklist."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.rules_table import rules_like
from vendors.models import (
    BankAccount,
    Certificate,
    VendorDocument,
    VendorIdentity,
    VendorRequirement,
)
from vendors.rules import (
    PREFIX,
    Evidence,
    Fact,
    LegalForm,
    Need,
    Offer,
    RequirementState,
    concerns,
    read_need,
)


@dataclass(frozen=True)
class Line:
    """One line of a checklist: what is asked and where it stands."""

    need: Need
    state: RequirementState
    reason: str = ""
    judged_by_name: str = ""
    judged_at: datetime | None = None
    # 0 while it is not kept yet.
    version: int = 0


def needs_of(
    session: Session, *, form: LegalForm, sells: Collection[str], on: date
) -> Sequence[Need]:
    """Return what a vendor of this form with these offers must prove on a day, needed first."""
    offers = [Offer(value) for value in sells]
    needs = [
        read_need(key, rule.value, rule.legal_ref)
        for key, rule in rules_like(session, PREFIX, on=on).items()
        if concerns(rule.value, form=form, offers=offers)
    ]
    return sorted(needs, key=lambda need: (need.optional, need.key))


def evidence_of(session: Session, vendor_id: str) -> Evidence:
    """Return what a vendor's dossier holds; a certificate the office withdrew does not count."""
    papers = session.scalars(
        sa.select(VendorDocument.kind).where(VendorDocument.vendor_id == vendor_id).distinct()
    )
    certificates = session.execute(
        sa.select(Certificate.scheme, sa.func.max(Certificate.valid_to).label("end"))
        .where(Certificate.vendor_id == vendor_id, Certificate.withdrawn_at.is_(None))
        .group_by(Certificate.scheme)
    ).all()
    return Evidence(
        papers=frozenset(papers),
        certificates={row.scheme: row.end for row in certificates},
        facts=_facts(session, vendor_id),
    )


def checklist(
    session: Session, vendor_id: str, *, form: LegalForm, sells: Collection[str], on: date
) -> Sequence[Line]:
    """Return a vendor's lines in the order they are asked."""
    rows = {
        row.key: row
        for row in session.scalars(
            sa.select(VendorRequirement).where(VendorRequirement.vendor_id == vendor_id)
        )
    }
    return [
        _line(need, rows.get(need.key)) for need in needs_of(session, form=form, sells=sells, on=on)
    ]


def _line(need: Need, row: VendorRequirement | None) -> Line:
    if row is None:
        return Line(need, RequirementState.INCOMPLETE)
    return Line(need, row.state, row.reason, row.judged_by_name, row.judged_at, row.version)


def _facts(session: Session, vendor_id: str) -> frozenset[Fact]:
    known = sa.exists().where(VendorIdentity.vendor_id == vendor_id)
    payable = sa.exists().where(
        BankAccount.vendor_id == vendor_id, BankAccount.cancelled_at.is_(None)
    )
    has = session.execute(sa.select(known, payable)).one()
    facts = (Fact.IDENTITY, Fact.BANK_ACCOUNT)
    return frozenset(fact for fact, held in zip(facts, has, strict=True) if held)
