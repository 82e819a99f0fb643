"""Erases what proves somebody's identity once the decision stands."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import HOUSE
from kernel.clock import local_date
from kernel.rules_table import Rule, history, pick_rule
from vendors.models import Vendor, VendorDocument, VendorIdentity, VendorNumber, VendorStep
from vendors.rules import DECIDED_BY, SENSITIVE_PAPERS, erased_on
from vendors.services.steps import locked_vendor

Forget = Callable[[str], None]
MOST_AT_ONCE = 200
ERASED = "-"
"""What stands where the name of an erased file was: it may have named a person."""


def erase_identities(session: Session, *, forget: Forget, now: datetime) -> int:
    """Erase identity files and numbers of vendors whose decision stands; return of how many.

    ``forget`` deletes a stored file. It is called before the commit: a row whose file is gone
    is erased again, a file that no row names would stay for ever.
    """
    erased = 0
    for vendor_id in _due(session, now):
        erase_identity(session, vendor_id, forget=forget, now=now)
        erased += 1
        if erased == MOST_AT_ONCE:
            break
    return erased


def erase_identity(session: Session, vendor_id: str, *, forget: Forget, now: datetime) -> None:
    """Erase the identity files and numbers of one vendor; fingerprint and last digits stay."""
    vendor, today = locked_vendor(session, vendor_id), local_date(now)
    papers = session.scalars(
        sa.select(VendorDocument).where(VendorDocument.vendor_id == vendor_id, _is_kept())
    ).all()
    for paper in papers:
        forget(paper.storage_key)
        paper.file_name, paper.storage_key, paper.sha256 = ERASED, "", ""
        paper.size_bytes, paper.erased_on = 0, today
    person = session.get(VendorIdentity, vendor_id)
    if person is not None and person.emptied_on is None:
        person.number_sealed = person.birthday_sealed = ""
        person.emptied_on = today
    if vendor.personal is not None and vendor.personal.emptied_on is None:
        vendor.personal.number_sealed, vendor.personal.emptied_on = "", today
    session.flush()
    audit.record(
        session,
        "vendor.identity_emptied",
        actor=HOUSE,
        subject=("vendor", vendor_id),
        now=now,
        papers=len(papers),
    )


def _due(session: Session, now: datetime) -> Iterator[str]:
    """Give the vendors whose identity is kept longer than the rules of their decision's day let."""
    keeping = history(session, "privacy.identity_days_after_decision")
    appealing = history(session, "vendor.appeal_days")
    for state, (_entry, actions) in DECIDED_BY.items():
        for vendor_id, decided_at in session.execute(_kept_in(state, actions)).all():
            day = local_date(decided_at)
            due = erased_on(
                state,
                day,
                days=_value(keeping, day),
                appeal_days=_value(appealing, day),
            )
            if due is not None and due <= local_date(now):
                yield vendor_id


def _value(rules: Sequence[Rule], day: date) -> Any:
    """Return the value of a rule on a day; what was decided before it began goes by its first."""
    return pick_rule(rules, on=max(day, rules[0].valid_from)).value


def _kept_in(state: object, actions: frozenset[str]) -> sa.Select[str, datetime]:
    """Select the vendors of a state whose identity is kept, with the time of their decision."""
    decided = sa.func.max(VendorStep.at)
    return (
        sa.select(Vendor.id, decided)
        .join(VendorStep, VendorStep.vendor_id == Vendor.id)
        .where(Vendor.state == state, VendorStep.action.in_(actions), _keeps_identity())
        .group_by(Vendor.id)
        .order_by(decided, Vendor.id)
    )


def _keeps_identity() -> sa.ColumnElement[bool]:
    paper = sa.exists().where(VendorDocument.vendor_id == Vendor.id, _is_kept())
    person = sa.exists().where(
        VendorIdentity.vendor_id == Vendor.id, VendorIdentity.emptied_on.is_(None)
    )
    number = sa.exists().where(
        VendorNumber.vendor_id == Vendor.id, VendorNumber.emptied_on.is_(None)
    )
    return paper | person | number


def _is_kept() -> sa.ColumnElement[bool]:
    return VendorDocument.kind.in_(SENSITIVE_PAPERS) & VendorDocument.erased_on.is_(None)
