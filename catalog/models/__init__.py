"""Tables of the catalogue."""

from catalog.models.listings import Listing, Variant
from catalog.models.moderation import (
    ListingBaseline,
    ListingChange,
    ListingFlag,
    ListingPicture,
    ListingStep,
)
from catalog.models.reviews import Review
from catalog.models.shelves import Attribute, Category, CategoryAddress, ShelfHead

__all__ = [
    "Attribute",
    "Category",
    "CategoryAddress",
    "Listing",
    "ListingBaseline",
    "ListingChange",
    "ListingFlag",
    "ListingPicture",
    "ListingStep",
    "Review",
    "ShelfHead",
    "Variant",
]
