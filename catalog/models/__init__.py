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
from catalog.models.plans import PricePlan
from catalog.models.reviews import Review
from catalog.models.revisions import ListingRevision, SheetUpload

__all__ = [
    "Category",
    "Listing",
    "ListingBaseline",
    "ListingChange",
    "ListingFlag",
    "ListingLot",
    "ListingPicture",
    "ListingRevision",
    "ListingStep",
    "PricePlan",
    "Review",
    "SheetUpload",
    "Variant",
]
