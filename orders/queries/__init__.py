"""Reads of baskets and orders."""

from orders.queries.carts import basket_count

__all__ = ["basket_count"]
