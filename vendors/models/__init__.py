"""Tables of vendors."""

from vendors.models.absences import VendorLeaving, VendorVacation
from vendors.models.banking import BankAccount, Invitation
from vendors.models.certificates import Certificate, CertificateNotice
from vendors.models.decisions import DecisionCounter, DecisionDocument, DecisionNumber
from vendors.models.dossiers import Vendor, VendorDocument, VendorMember, VendorStep
from vendors.models.private import VendorNumber
from vendors.models.requirements import VendorIdentity, VendorRequirement

__all__ = [
    "BankAccount",
    "Certificate",
    "CertificateNotice",
    "DecisionCounter",
    "DecisionDocument",
    "DecisionNumber",
    "Invitation",
    "Vendor",
    "VendorDocument",
    "VendorIdentity",
    "VendorLeaving",
    "VendorMember",
    "VendorNumber",
    "VendorRequirement",
    "VendorStep",
    "VendorVacation",
]
