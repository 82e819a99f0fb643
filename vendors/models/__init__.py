"""Tables of vendors."""

from vendors.models.absences import VendorLeaving, VendorVacation
from vendors.models.banking import BankAccount, Invitation
from vendors.models.certificates import Certificate, CertificateNotice
from vendors.models.decisions import DecisionCounter, DecisionDocument, DecisionNumber
from vendors.models.dossiers import Vendor, VendorDocument, VendorMark, VendorMember, VendorStep
from vendors.models.notes import VendorNote
from vendors.models.notices import (
    AuthorityCounter,
    AuthorityOrder,
    ClockReminder,
    VendorNotice,
)
from vendors.models.private import VendorNumber
from vendors.models.queueing import SavedView
from vendors.models.requirements import VendorIdentity, VendorRequirement
from vendors.models.visits import SiteVisit, VisitMinutes, VisitPhoto

__all__ = [
    "AuthorityCounter",
    "AuthorityOrder",
    "BankAccount",
    "Certificate",
    "CertificateNotice",
    "ClockReminder",
    "DecisionCounter",
    "DecisionDocument",
    "DecisionNumber",
    "Invitation",
    "SavedView",
    "SiteVisit",
    "Vendor",
    "VendorDocument",
    "VendorIdentity",
    "VendorLeaving",
    "VendorMark",
    "VendorMember",
    "VendorNote",
    "VendorNotice",
    "VendorNumber",
    "VendorRequirement",
    "VendorStep",
    "VendorVacation",
    "VisitMinutes",
    "VisitPhoto",
]
