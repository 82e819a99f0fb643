"""Tables of the catalogue."""

from catalog.models.addresses import ListingLanguage, PageAddress
from catalog.models.listings import Listing, Variant
from catalog.models.lots import ListingLot, StockGap
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
from catalog.models.searching import SearchCount, Synonym
from catalog.models.shelves import Attribute, Category, ShelfHead

__all__ = [
    "Attribute",
    "Category",
    "Listing",
    "ListingBaseline",
    "ListingChange",
    "ListingFlag",
    "ListingLanguage",
    "ListingLot",
    "ListingPicture",
    "ListingRevision",
    "ListingStep",
    "PageAddress",
    "PricePlan",
    "Review",
    "SearchCount",
    "SheetUpload",
    "ShelfHead",
    "StockGap",
    "Synonym",
    "Variant",
]
