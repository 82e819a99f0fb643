"""How far an application is: steps, the person who answers, the lines of its checklist."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.clock import local_date
from kernel.rules_table import rule
from vendors.models import VendorIdentity, VendorStep
from vendors.queries.dossiers import Dossier, PersonCard, person_card
from vendors.queries.requirements import Line, checklist
from vendors.rules import (
    Evidence,
    Fact,
    LegalForm,
    Scheme,
    appeal_end,
    open_lines,
    open_steps,
    state_of,
)


@dataclass(frozen=True)
class Standing:
    """Which steps are open, and where each line stands."""

    steps: Sequence[str]
    lines: Sequence[Line]
    person: PersonCard | None

    @property
    def lines_open(self) -> list[str]:
        """Keys of the needed lines that bar handing in."""
        return open_lines((line.need, line.state) for line in self.lines)


class Applicant(Protocol):
    """What is read of a vendor to tell how far it is."""

    @property
    def id(self) -> str: ...
    @property
    def legal_form(self) -> LegalForm: ...
    @property
    def sells(self) -> Sequence[str]: ...
    @property
    def commune(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def phone(self) -> str: ...


def standing_of(session: Session, vendor: Applicant, *, on: date) -> Standing:
    """Return how far a vendor is by what its checklist says."""
    person = person_of(session, vendor.id)
    return Standing(
        steps=open_steps(
            sells=bool(vendor.sells),
            person=person is not None and person.known,
            place=bool(vendor.commune and vendor.address and vendor.phone),
        ),
        lines=checklist(session, vendor.id, form=vendor.legal_form, sells=vendor.sells, on=on),
        person=person,
    )


def standing_of_dossier(session: Session, dossier: Dossier, *, on: date) -> Standing:
    """Return how far a dossier is by what it holds now: nothing needs to be written before."""
    standing = standing_of(session, dossier, on=on)
    return replace(standing, lines=lines_now(dossier, standing.lines, on=on))


def lines_now(dossier: Dossier, lines: Sequence[Line], *, on: date) -> Sequence[Line]:
    """Return lines as the evidence of a dossier makes them on a day."""
    evidence = _evidence(dossier)
    return [
        replace(line, state=state_of(line.state, proved=evidence.proves(line.need, on=on)))
        for line in lines
    ]


def appeal_until(session: Session, vendor_id: str) -> date | None:
    """Return the last day to appeal against the latest rejection or termination."""
    decided = session.scalar(
        sa.select(VendorStep.at)
        .where(VendorStep.vendor_id == vendor_id, VendorStep.action.in_(("reject", "terminate")))
        .order_by(VendorStep.at.desc(), VendorStep.id.desc())
        .limit(1)
    )
    if decided is None:
        return None
    day = local_date(decided)
    return appeal_end(day, rule(session, "vendor.appeal_days", on=day).value)


def person_of(session: Session, vendor_id: str) -> PersonCard | None:
    """Return who answers for a vendor, without what is sealed."""
    return person_card(session.get(VendorIdentity, vendor_id))


def _evidence(dossier: Dossier) -> Evidence:
    ends: dict[Scheme, date] = {}
    for one in dossier.certificates:
        if one.withdrawn_at is None:
            ends[one.scheme] = max(one.valid_to, ends.get(one.scheme, one.valid_to))
    facts = {Fact.IDENTITY: dossier.person, Fact.BANK_ACCOUNT: dossier.account}
    return Evidence(
        papers=frozenset(paper.kind for paper in dossier.papers),
        certificates=ends,
        facts=frozenset(fact for fact, card in facts.items() if card is not None),
    )
