"""Tables of the catalogue."""

from catalog.models.addresses import ListingLanguage, PageAddress
from catalog.models.listings import Category, Listing, Variant
from catalog.models.moderation import (
    ListingBaseline,
    ListingChange,
    ListingFlag,
    ListingPicture,
    ListingStep,
)
from catalog.models.reviews import Review

__all__ = [
    "Category",
    "Listing",
    "ListingBaseline",
    "ListingChange",
    "ListingFlag",
    "ListingLanguage",
    "ListingPicture",
    "ListingStep",
    "PageAddress",
    "Review",
    "Variant",
]
