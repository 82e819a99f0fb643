"""Tables of the catalogue."""

from catalog.models.listings import Category, Listing, Variant
from catalog.models.moderation import (
    ListingBaseline,
    ListingChange,
    ListingFlag,
    ListingPicture,
    ListingStep,
)
from catalog.models.reviews import Review
from catalog.models.searching import SearchCount, Synonym

__all__ = [
    "Category",
    "Listing",
    "ListingBaseline",
    "ListingChange",
    "ListingFlag",
    "ListingPicture",
    "ListingStep",
    "Review",
    "SearchCount",
    "Synonym",
    "Variant",
]
