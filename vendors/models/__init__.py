"""Tables of vendors."""

from vendors.models.absences import VendorLeaving, VendorVacation
from vendors.models.banking import BankAccount, Invitation
from vendors.models.certificates import Certificate
from vendors.models.decisions import DecisionCounter, DecisionDocument, DecisionNumber
from vendors.models.dossiers import Vendor, VendorDocument, VendorMember, VendorStep
from vendors.models.notices import (
    AuthorityCounter,
    AuthorityOrder,
    ClockReminder,
    VendorNotice,
)
from vendors.models.private import VendorNumber
from vendors.models.requirements import VendorIdentity, VendorRequirement

__all__ = [
    "AuthorityCounter",
    "AuthorityOrder",
    "BankAccount",
    "Certificate",
    "ClockReminder",
    "DecisionCounter",
    "DecisionDocument",
    "DecisionNumber",
    "Invitation",
    "Vendor",
    "VendorDocument",
    "VendorIdentity",
    "VendorLeaving",
    "VendorMember",
    "VendorNotice",
    "VendorNumber",
    "VendorRequirement",
    "VendorStep",
    "VendorVacation",
]
