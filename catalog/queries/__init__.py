"""What others and the pages read about listings."""

from catalog.queries.cards import (
    Card,
    Photo,
    cards,
    cards_by_code,
    listings_by_farm,
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
from catalog.queries.plain import Wanted, plain_search
from catalog.queries.points import Point
from catalog.queries.texts import Texts, codes_of, points_of, texts_of

__all__ = [
    "Card",
    "CategoryNode",
    "ListingHead",
    "ListingPage",
    "Nearby",
    "Offer",
    "Pack",
    "Photo",
    "Point",
    "ReviewCard",
    "Texts",
    "VendorReviews",
    "Wanted",
    "cards",
    "cards_by_code",
    "category_tree",
    "codes_of",
    "find_category",
    "listing_heads",
    "listing_page",
    "listings_by_farm",
    "nearby",
    "offers",
    "plain_search",
    "points_of",
    "reviews",
    "shelf",
    "texts_of",
    "vendor_reviews",
    "with_seats",
]
