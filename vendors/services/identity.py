"""Who answers for a vendor: kept sealed, found again by a fingerprint."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.sealing import Sealer
from vendors.models import VendorIdentity
from vendors.rules import need_editable, need_grown_up, personal_number
from vendors.services.numbers import number_behind
from vendors.services.steps import locked_vendor


@dataclass(frozen=True)
class Person:
    """The person on the identity card; ``number`` is the 12-digit personal number."""

    full_name: str
    number: str
    birthday: date
    head_office: str = ""


def save_identity(
    session: Session,
    vendor_id: str,
    *,
    person: Person,
    sealer: Sealer,
    actor: Actor,
    now: datetime,
) -> None:
    """Write down who answers for a vendor.

    :raises Invalid: for a wrong number or a birthday of a child.
    :raises Conflict: when the dossier is with the office.
    """
    actor.need_at(vendor_id, "owner")
    vendor = locked_vendor(session, vendor_id)
    need_editable(vendor.state)
    number = personal_number(number_behind(vendor, person.number, sealer))
    need_grown_up(person.birthday, local_date(now))
    row = session.get(VendorIdentity, vendor_id) or VendorIdentity(vendor_id=vendor_id)
    row.full_name, row.head_office = person.full_name, person.head_office
    row.number_sealed = sealer.seal_text(number)
    row.birthday_sealed = sealer.seal_text(person.birthday.isoformat())
    row.fingerprint, row.last4 = sealer.fingerprint(number), number[-4:]
    row.saved_at, row.emptied_on = now, None
    session.add(row)
    session.flush()
    audit.record(
        session,
        "vendor.identity_saved",
        actor=actor,
        subject=("vendor", vendor_id),
        now=now,
        after={"fingerprint": row.fingerprint},
    )
