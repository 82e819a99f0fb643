"""Vendors and certificates from the office's tables: made new, or brought up to date."""

import re
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit, places
from kernel.actor import Actor
from kernel.errors import Invalid
from kernel.events import emit
from kernel.messages import msg
from kernel.text import fold
from vendors.events import CertificateVerified, VendorApproved, VendorChanged
from vendors.models import Certificate, Vendor
from vendors.rules import OPEN, LegalForm, VendorState
from vendors.services.applying import fresh_slug
from vendors.services.certifying import Paperwork, printed
from vendors.services.lapsing import hold_lines, note_begun
from vendors.services.likening import mark_vendor
from vendors.services.numbers import set_registration
from vendors.services.steps import Arrow, note_step, set_clocks


@dataclass(frozen=True)
class VendorRow:
    """One vendor of a table; ``code`` is the key, ``phone`` is E.164.

    ``state`` counts for new vendors only: afterwards a vendor moves by decisions.
    """

    code: str
    name: str
    legal_form: LegalForm
    representative: str
    phone: str
    commune: str
    address: str
    registration_no: str | None = None
    email: str | None = None
    story: dict[str, str] = field(default_factory=dict)
    art: str = "basket"
    state: VendorState = VendorState.APPROVED
    since: datetime | None = None


@dataclass(frozen=True)
class CertificateRow:
    """One certificate of a table; vendor, scheme and number are the key."""

    vendor_code: str
    paperwork: Paperwork
    verified: bool = True


def import_vendor(session: Session, row: VendorRow, *, actor: Actor, now: datetime) -> str:
    """Make a vendor, or bring the one of this code up to date; return its id.

    :raises Invalid: when a value cannot be used; ``field`` names it.
    """
    places.commune(row.commune)
    if not re.fullmatch(r"\+\d{8,15}", row.phone, re.ASCII):
        raise Invalid(msg("Write a phone number such as 0912 345 678."), field="phone")
    vendor = session.scalar(sa.select(Vendor).where(Vendor.code == row.code))
    is_new = vendor is None
    if vendor is None:
        vendor = _new_vendor(session, row, now)
    _bring_up_to_date(session, vendor, row)
    session.add(vendor)
    mark_vendor(session, vendor, now=now)
    session.flush()
    if is_new:
        set_clocks(session, vendor, "approve" if vendor.state in OPEN else "submit", now)
        note_step(session, vendor, Arrow("import"), actor=actor, now=vendor.created_at)
    approved = is_new and vendor.state is VendorState.APPROVED
    emit(session, (VendorApproved if approved else VendorChanged)(vendor.id), now=now)
    audit.record(
        session,
        "vendor.imported",
        actor=actor,
        subject=("vendor", vendor.id),
        now=now,
        code=row.code,
        new=is_new,
        state=vendor.state.value,
    )
    return vendor.id


def import_certificate(
    session: Session, row: CertificateRow, *, actor: Actor, now: datetime
) -> str:
    """Make a certificate, or bring it up to date; return its id.

    :raises Invalid: for an unknown vendor, or when stars or dates cannot be.
    """
    vendor_id = session.scalar(sa.select(Vendor.id).where(Vendor.code == row.vendor_code))
    if vendor_id is None:
        raise Invalid(
            msg("There is no vendor %(code)s."), field="vendor_code", code=row.vendor_code
        )
    columns = printed(session, row.paperwork)
    certificate = session.scalar(
        sa.select(Certificate).where(
            Certificate.vendor_id == vendor_id,
            Certificate.scheme == row.paperwork.scheme,
            Certificate.number == row.paperwork.number,
        )
    ) or Certificate(vendor_id=vendor_id)
    for name, value in columns.items():
        setattr(certificate, name, value)
    session.add(certificate)
    session.flush()
    if row.verified:
        _stand_behind(session, certificate, actor=actor, now=now)
    audit.record(
        session,
        "certificate.imported",
        actor=actor,
        subject=("certificate", certificate.id),
        now=now,
        vendor=vendor_id,
        scheme=row.paperwork.scheme.value,
        verified=row.verified,
    )
    return certificate.id


def _stand_behind(
    session: Session, certificate: Certificate, *, actor: Actor, now: datetime
) -> None:
    if certificate.verified_at is None:
        certificate.verified_at, certificate.verified_by = now, actor.user_id
    note_begun(session, certificate, now=now)
    hold_lines(session, certificate.vendor_id, actor=actor, now=now)
    emit(session, CertificateVerified(certificate.vendor_id, certificate.id), now=now)


def _new_vendor(session: Session, row: VendorRow, now: datetime) -> Vendor:
    since = row.since or now
    sent = row.state not in {VendorState.DRAFT, VendorState.CANCELLED}
    judged = row.state in {VendorState.APPROVED, VendorState.REJECTED, VendorState.SUSPENDED}
    return Vendor(
        code=row.code,
        slug=fresh_slug(session, row.name, row.code),
        state=row.state,
        created_at=since,
        submitted_at=since if sent else None,
        decided_at=since if judged else None,
    )


def _bring_up_to_date(session: Session, vendor: Vendor, row: VendorRow) -> None:
    set_registration(session, vendor, row.legal_form, row.registration_no)
    vendor.name, vendor.name_folded = row.name, fold(row.name)[:120]
    vendor.representative = row.representative
    vendor.phone, vendor.email = row.phone, row.email
    vendor.commune, vendor.address = row.commune, row.address
    vendor.story, vendor.art = row.story, row.art
