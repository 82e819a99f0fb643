"""Tables of vendors."""

from vendors.models.absences import VendorLeaving, VendorVacation
from vendors.models.banking import BankAccount, Invitation
from vendors.models.certificates import Certificate
from vendors.models.decisions import DecisionCounter, DecisionDocument, DecisionNumber
from vendors.models.dossiers import Vendor, VendorDocument, VendorMark, VendorMember, VendorStep
from vendors.models.notes import VendorNote
from vendors.models.private import VendorNumber
from vendors.models.requirements import VendorIdentity, VendorRequirement

__all__ = [
    "BankAccount",
    "Certificate",
    "DecisionCounter",
    "DecisionDocument",
    "DecisionNumber",
    "Invitation",
    "Vendor",
    "VendorDocument",
    "VendorIdentity",
    "VendorLeaving",
    "VendorMark",
    "VendorMember",
    "VendorNote",
    "VendorNumber",
    "VendorRequirement",
    "VendorStep",
    "VendorVacation",
]
