"""Tables of the catalogue."""

from catalog.models.listings import Category, Listing, Variant
from catalog.models.lots import ListingLot
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
    "ListingLot",
    "ListingPicture",
    "ListingStep",
    "Review",
    "Variant",
]
