"""Marks by which the office finds other dossiers of the same vendor; kept with name and address."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.clock import local_date
from kernel.rules_table import rule
from vendors.models import Vendor, VendorMark
from vendors.rules.likeness import name_marks, place_mark


def mark_vendor(session: Session, vendor: Vendor, *, now: datetime) -> None:
    """Bring the marks of a vendor up to its name and address.

    Words that many names hold are those of the rule ``vendor.common_name_words``.
    """
    common = rule(session, "vendor.common_name_words", on=local_date(now)).value
    marks = name_marks(vendor.name, common)
    vendor.place_mark = place_mark(vendor.commune, vendor.address)
    if marks == vendor.name_marks:
        return
    vendor.name_marks = marks
    session.flush()
    session.execute(sa.delete(VendorMark).where(VendorMark.vendor_id == vendor.id))
    session.add_all(VendorMark(mark=mark, vendor_id=vendor.id) for mark in marks)


def forget_marks(session: Session, vendor: Vendor) -> None:
    """Take the marks off a vendor whose name is forgotten."""
    vendor.name_marks, vendor.place_mark = [], ""
    session.execute(sa.delete(VendorMark).where(VendorMark.vendor_id == vendor.id))
