"""What an officer needs beside a dossier: its lines with their evidence, colleagues."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.queries import UserCard, people_with_roles
from vendors.models import VendorMember
from vendors.queries.banking import AccountCard
from vendors.queries.cards import CertificateCard
from vendors.queries.dossiers import Dossier, PaperCard, PersonCard
from vendors.queries.requirements import Line, checklist
from vendors.queries.standing import lines_now
from vendors.rules import JUDGES, SENSITIVE_PAPERS, Fact, unjudged_lines, verdicts_on


@dataclass(frozen=True)
class DeskLine:
    """A line of the checklist beside everything that proves it, and what may be said of it."""

    line: Line
    verdicts: Sequence[str]
    papers: Sequence[PaperCard]
    certificates: Sequence[CertificateCard]
    person: PersonCard | None
    account: AccountCard | None

    @property
    def key(self) -> str:
        """Return the key of its requirement."""
        return self.line.need.key

    @property
    def has_evidence(self) -> bool:
        """Tell whether anything was handed in for it."""
        return bool(self.papers or self.certificates or self.person or self.account)


@dataclass(frozen=True)
class Checklist:
    """All lines of a dossier; ``missing`` are the needed ones that bar its approval."""

    lines: Sequence[DeskLine]
    missing: Sequence[Line]


def desk_lines(session: Session, dossier: Dossier, *, on: date) -> Checklist:
    """Return the checklist of a dossier as it stands on a day, with the evidence of each line."""
    kept = checklist(session, dossier.id, form=dossier.legal_form, sells=dossier.sells, on=on)
    lines = lines_now(dossier, kept, on=on)
    barred = set(unjudged_lines((line.need, line.state) for line in lines))
    return Checklist(
        lines=[_desk_line(dossier, line) for line in lines],
        missing=[line for line in lines if line.need.key in barred],
    )


def colleagues(session: Session, vendor_id: str) -> Sequence[UserCard]:
    """Return who may be given a dossier: officers who do not work for the vendor, by name."""
    members = set(
        session.scalars(sa.select(VendorMember.user_id).where(VendorMember.vendor_id == vendor_id))
    )
    return [one for one in people_with_roles(session, JUDGES) if one.id not in members]


def _desk_line(dossier: Dossier, line: Line) -> DeskLine:
    need = line.need
    return DeskLine(
        line=line,
        verdicts=verdicts_on(line.state),
        papers=[paper for paper in dossier.papers if paper.kind in need.papers],
        certificates=[one for one in dossier.certificates if one.scheme in need.schemes],
        person=dossier.person if _speaks_of_identity(line) else None,
        account=dossier.account if Fact.BANK_ACCOUNT in need.facts else None,
    )


def _speaks_of_identity(line: Line) -> bool:
    """Tell whether the typed person belongs beside a line: it asks for it, or for the card."""
    need = line.need
    return Fact.IDENTITY in need.facts or any(kind in SENSITIVE_PAPERS for kind in need.papers)
