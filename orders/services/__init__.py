"""Use cases of baskets, checkout and orders."""
