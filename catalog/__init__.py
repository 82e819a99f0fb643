"""Listings, photos and search."""
