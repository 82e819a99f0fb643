"""Other dossiers that may be the same vendor."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from vendors.models import BankAccount, Vendor, VendorIdentity, VendorMark, VendorNumber
from vendors.queries.dossiers import Dossier
from vendors.rules import VendorState, is_hidden
from vendors.rules.likeness import Alike, in_order, is_similar, place_mark, weight

MOST_OF_A_KIND = 50
"""Dossiers looked at for one number, place or mark: the statement stays short however many
dossiers there are."""
MOST_SHOWN = 10


@dataclass(frozen=True)
class Likeness:
    """Another dossier that may be the same vendor, and why, the strongest reason first."""

    id: str
    name: str
    state: VendorState
    reasons: Sequence[Alike]


def likenesses(session: Session, one: Dossier) -> Sequence[Likeness]:
    """Return other dossiers that share a number, a person, an account, a phone, a place or a name.

    One statement: each way to be alike is looked up in its own index. A number that is shown
    hidden is compared by its fingerprint only.
    """
    arms = [_limited(*arm) for arm in _ways(one)]
    found = sa.union_all(*arms).subquery()
    rows = session.execute(
        sa.select(found.c.way, Vendor.id, Vendor.name, Vendor.state, Vendor.name_marks)
        .join(Vendor, Vendor.id == found.c.vendor_id)
        .where(Vendor.id != one.id, Vendor.state != VendorState.DRAFT)
    ).all()
    reasons = defaultdict(set)
    for row in rows:
        if row.way != Alike.NAME.value or is_similar(one.name_marks, row.name_marks):
            reasons[row.id].add(Alike(row.way))
    others = {row.id: row for row in rows}
    order = sorted(reasons, key=lambda vendor_id: (weight(reasons[vendor_id]), vendor_id))
    return [
        Likeness(vendor_id, others[vendor_id].name, others[vendor_id].state, in_order(why))
        for vendor_id, why in ((vendor_id, reasons[vendor_id]) for vendor_id in order[:MOST_SHOWN])
    ]


def _ways(one: Dossier) -> Iterator[tuple[Alike, Any, Any]]:
    """Give each way to be alike: the column of the other vendor's id, and the condition."""
    persons = _own(VendorIdentity, one.id)
    numbers = _own(VendorNumber, one.id)
    person, number = VendorIdentity, VendorNumber
    yield Alike.PERSON, person.vendor_id, person.fingerprint.in_(persons.union_all(numbers))
    yield Alike.PERSON, number.vendor_id, number.fingerprint.in_(persons)
    yield Alike.NUMBER, number.vendor_id, number.fingerprint.in_(numbers)
    if one.registration_no and not is_hidden(one.registration_no):
        yield Alike.NUMBER, Vendor.id, Vendor.registration_no == one.registration_no
    account = BankAccount
    yield Alike.ACCOUNT, account.vendor_id, account.fingerprint.in_(_own(account, one.id))
    if one.phone:
        yield Alike.PHONE, Vendor.id, Vendor.phone == one.phone
    if place := place_mark(one.commune, one.address):
        yield Alike.PLACE, Vendor.id, Vendor.place_mark == place
    for mark in one.name_marks:
        yield Alike.NAME, VendorMark.vendor_id, VendorMark.mark == mark


def _own(kind: Any, vendor_id: str) -> sa.Select[str]:
    alias = aliased(kind)
    return sa.select(alias.fingerprint).where(alias.vendor_id == vendor_id)


def _limited(way: Alike, vendor_id: Any, condition: Any) -> sa.Select[str, str]:
    """Select the first vendors that are alike in one way."""
    some = (
        sa.select(sa.literal(way.value).label("way"), vendor_id.label("vendor_id"))
        .where(condition)
        .limit(MOST_OF_A_KIND)
        .subquery()
    )
    return sa.select(some.c.way, some.c.vendor_id)
