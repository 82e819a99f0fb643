"""Tables of vendors."""

from vendors.models.certificates import Certificate
from vendors.models.decisions import DecisionCounter, DecisionDocument, DecisionNumber
from vendors.models.dossiers import Vendor, VendorDocument, VendorMember, VendorStep
from vendors.models.requirements import VendorIdentity, VendorRequirement

__all__ = [
    "Certificate",
    "DecisionCounter",
    "DecisionDocument",
    "DecisionNumber",
    "Vendor",
    "VendorDocument",
    "VendorIdentity",
    "VendorMember",
    "VendorRequirement",
    "VendorStep",
]
