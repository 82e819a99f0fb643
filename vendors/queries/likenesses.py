"""Other dossiers that may be the same vendor."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from vendors.models import Vendor
from vendors.queries.dossiers import Dossier
from vendors.queries.numbers import shares_number
from vendors.rules import VendorState, is_hidden


@dataclass(frozen=True)
class Likeness:
    """Another dossier with the same number or telephone."""

    id: str
    name: str
    state: VendorState
    same_number: bool
    same_phone: bool


def likenesses(session: Session, one: Dossier) -> Sequence[Likeness]:
    """Return other dossiers with the same number or telephone."""
    code = "" if is_hidden(one.registration_no) else one.registration_no
    same_number = shares_number(one.id, code)
    same_phone = Vendor.phone == one.phone if one.phone else sa.false()
    rows = session.execute(
        sa.select(Vendor.id, Vendor.name, Vendor.state, same_number.label("number"), Vendor.phone)
        .where(Vendor.id != one.id, same_number | same_phone, Vendor.state != VendorState.DRAFT)
        .order_by(Vendor.id)
        .limit(10)
    )
    return [
        Likeness(
            id=row.id,
            name=row.name,
            state=row.state,
            same_number=bool(row.number),
            same_phone=bool(one.phone) and row.phone == one.phone,
        )
        for row in rows
    ]
