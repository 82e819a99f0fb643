"""Whom a change of a requirement touches: checklists as they are against as they would be."""

import enum
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.messages import LABELS, msg
from vendors.models import (
    BankAccount,
    Certificate,
    Vendor,
    VendorDocument,
    VendorIdentity,
    VendorRequirement,
)
from vendors.rules import (
    ENDED,
    OPEN,
    PREFIX,
    Evidence,
    Fact,
    LegalForm,
    Need,
    Offer,
    Scheme,
    VendorState,
    concerns,
    read_need,
)


class Change(enum.Enum):
    """What becomes of one line of a checklist."""

    ADDED = "added"
    DROPPED = "dropped"
    CHANGED = "changed"


LABELS.update(
    {
        Change.ADDED: msg("Newly asked"),
        Change.DROPPED: msg("No longer asked"),
        Change.CHANGED: msg("Asked differently"),
    }
)


@dataclass(frozen=True)
class Touched:
    """A vendor whose checklist changes; ``falls_short`` when it proves the need no longer."""

    id: str
    name: str
    state: VendorState
    change: Change
    falls_short: bool

    @property
    def sells(self) -> bool:
        """Tell whether it is on the market, and not an application."""
        return self.state in OPEN


@dataclass(frozen=True)
class _Vendor:
    id: str
    name: str
    state: VendorState
    form: LegalForm
    offers: frozenset[Offer]


def touched_by(
    session: Session,
    key: str,
    *,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    on: date,
) -> Sequence[Touched]:
    """Return the vendors whose checklist has another line by a draft of a requirement.

    :raises Invalid: when the draft cannot be read.
    """
    old = None if before is None else read_need(key, before, "")
    new = read_need(key, after, "")
    changed = [
        (vendor, change)
        for vendor in _vendors(session)
        if (change := _change(vendor, before, after)) is not None
    ]
    held = _evidence(session) if changed else {}
    return [
        Touched(
            vendor.id,
            vendor.name,
            vendor.state,
            change,
            _falls_short(old, new, change, held.get(vendor.id, Evidence()), on),
        )
        for vendor, change in changed
    ]


def judged_lines(session: Session, key: str) -> int:
    """Return of how many vendors the office has judged this line: what it said stays."""
    return (
        session.scalar(
            sa.select(sa.func.count())
            .select_from(VendorRequirement)
            .where(
                VendorRequirement.key == key.removeprefix(PREFIX),
                VendorRequirement.judged_at.is_not(None),
            )
        )
        or 0
    )


def called_by(session: Session, *, days: int, on: date) -> Sequence[tuple[str, str]]:
    """Return id and name of approved vendors whose recognition ends within so many days."""
    until = date.fromordinal(on.toordinal() + days)
    rows = session.execute(
        sa.select(Vendor.id, Vendor.name)
        .where(Vendor.state == VendorState.APPROVED, Vendor.valid_until <= until)
        .order_by(Vendor.valid_until, Vendor.id)
    )
    return [(row.id, row.name) for row in rows]


def _vendors(session: Session) -> list[_Vendor]:
    rows = session.execute(
        sa.select(Vendor.id, Vendor.name, Vendor.state, Vendor.legal_form, Vendor.sells)
        .where(Vendor.state.not_in(ENDED))
        .order_by(Vendor.name, Vendor.id)
    )
    return [
        _Vendor(row.id, row.name, row.state, row.legal_form, frozenset(map(Offer, row.sells)))
        for row in rows
    ]


def _change(
    vendor: _Vendor, before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> Change | None:
    asked = before is not None and concerns(before, form=vendor.form, offers=vendor.offers)
    asks = concerns(after, form=vendor.form, offers=vendor.offers)
    if asked and asks:
        return Change.CHANGED if _words(before) != _words(after) else None
    if asks:
        return Change.ADDED
    return Change.DROPPED if asked else None


def _words(value: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what one line says, whomever it concerns; what proves it comes in any order."""
    held = value or {}
    proof = {kind: frozenset(one) for kind, one in held.get("any_of", {}).items() if one}
    rest = {name: part for name, part in held.items() if name not in {"forms", "sells"}}
    return {"help": {}, "optional": False, **rest, "any_of": proof}


def _falls_short(old: Need | None, new: Need, change: Change, held: Evidence, on: date) -> bool:
    if change is Change.DROPPED or new.optional or held.proves(new, on=on):
        return False
    return change is Change.ADDED or old is None or old.optional or held.proves(old, on=on)


def _evidence(session: Session) -> dict[str, Evidence]:
    """Return what vendors hold, in one statement a kind of evidence, whoever they are."""
    papers, facts = defaultdict(set), defaultdict(set)
    ends: dict[str, dict[Scheme, date]] = defaultdict(dict)
    found = sa.select(VendorDocument.vendor_id, VendorDocument.kind).distinct()
    for vendor_id, kind in session.execute(found):
        papers[vendor_id].add(kind)
    for vendor_id, scheme, end in session.execute(
        sa.select(Certificate.vendor_id, Certificate.scheme, sa.func.max(Certificate.valid_to))
        .where(Certificate.withdrawn_at.is_(None))
        .group_by(Certificate.vendor_id, Certificate.scheme)
    ):
        ends[vendor_id][scheme] = end
    for vendor_id in session.scalars(sa.select(VendorIdentity.vendor_id)):
        facts[vendor_id].add(Fact.IDENTITY)
    payable = sa.select(BankAccount.vendor_id).where(BankAccount.cancelled_at.is_(None))
    for vendor_id in session.scalars(payable):
        facts[vendor_id].add(Fact.BANK_ACCOUNT)
    return {
        vendor_id: Evidence(
            frozenset(papers.get(vendor_id, ())),
            ends.get(vendor_id, {}),
            frozenset(facts.get(vendor_id, ())),
        )
        for vendor_id in papers.keys() | ends.keys() | facts.keys()
    }
