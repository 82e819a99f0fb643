"""Tables of vendors."""

from vendors.models.certificates import Certificate
from vendors.models.dossiers import Vendor, VendorDocument, VendorMember, VendorStep
from vendors.models.private import IdentityErasure, IdentityView, PaperFile, VendorNumber
from vendors.models.requirements import VendorIdentity, VendorRequirement

__all__ = [
    "Certificate",
    "IdentityErasure",
    "IdentityView",
    "PaperFile",
    "Vendor",
    "VendorDocument",
    "VendorIdentity",
    "VendorMember",
    "VendorNumber",
    "VendorRequirement",
    "VendorStep",
]
