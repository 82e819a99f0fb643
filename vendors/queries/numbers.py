"""Find vendors by a number that is kept sealed: its fingerprint is the same for the same number."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.sealing import sealer_of
from vendors.models import Vendor, VendorIdentity, VendorNumber


def has_number(session: Session, digits: str) -> sa.ColumnElement[bool]:
    """Return the condition that a vendor, or who answers for it, has this number."""
    if len(digits) != 12:
        return Vendor.registration_no == digits
    # One list of ids: "one or another" would have PostgreSQL read every vendor.
    plain = sa.select(Vendor.id).where(Vendor.registration_no == digits).correlate(None)
    fingerprint = sealer_of(session).fingerprint(digits)
    return Vendor.id.in_(plain.union_all(*_vendors_with(sa.literal(fingerprint)).selects))


def shares_number(vendor_id: str, registration_no: str) -> sa.ColumnElement[bool]:
    """Return the condition that another vendor has the tax code, or a person, of this one."""
    theirs = sa.union_all(
        sa.select(VendorNumber.fingerprint).where(VendorNumber.vendor_id == vendor_id),
        sa.select(VendorIdentity.fingerprint).where(VendorIdentity.vendor_id == vendor_id),
    ).subquery()
    same_person = Vendor.id.in_(_vendors_with(sa.select(theirs.c.fingerprint)))
    same_code = Vendor.registration_no == registration_no
    return sa.or_(same_person, same_code) if registration_no else same_person


def _vendors_with(
    fingerprints: sa.ColumnElement[str] | sa.Select[tuple[str]],
) -> sa.CompoundSelect[tuple[str]]:
    wanted = fingerprints if isinstance(fingerprints, sa.Select) else sa.select(fingerprints)
    return sa.union_all(
        sa.select(VendorNumber.vendor_id).where(VendorNumber.fingerprint.in_(wanted)),
        sa.select(VendorIdentity.vendor_id).where(VendorIdentity.fingerprint.in_(wanted)),
    )
