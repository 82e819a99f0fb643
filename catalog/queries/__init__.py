"""What others and the pages read about listings."""

from catalog.queries.cards import (
    Card,
    Photo,
    cards,
    cards_by_code,
    listings_by_farm,
    plain_search,
    shelf,
    with_seats,
)
from catalog.queries.categories import CategoryNode, category_tree, find_category
from catalog.queries.nearby import Nearby, nearby
from catalog.queries.offers import ListingHead, Offer, listing_heads, offers
from catalog.queries.page import (
    ListingPage,
    Pack,
    ReviewCard,
    VendorReviews,
    listing_page,
    reviews,
    vendor_reviews,
)

__all__ = [
    "Card",
    "CategoryNode",
    "ListingHead",
    "ListingPage",
    "Nearby",
    "Offer",
    "Pack",
    "Photo",
    "ReviewCard",
    "VendorReviews",
    "cards",
    "cards_by_code",
    "category_tree",
    "find_category",
    "listing_heads",
    "listing_page",
    "listings_by_farm",
    "nearby",
    "offers",
    "plain_search",
    "reviews",
    "shelf",
    "vendor_reviews",
    "with_seats",
]
