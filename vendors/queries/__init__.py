"""What others and the pages read about vendors."""

from vendors.queries.cards import (
    Badge,
    CertificateCard,
    VendorCard,
    VendorPage,
    badges,
    memberships,
    open_vendor_ids,
    public_vendor,
    vendor_cards,
    vendor_ids_by_code,
)

__all__ = [
    "Badge",
    "CertificateCard",
    "VendorCard",
    "VendorPage",
    "badges",
    "memberships",
    "open_vendor_ids",
    "public_vendor",
    "vendor_cards",
    "vendor_ids_by_code",
]
