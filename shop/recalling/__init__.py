"""Recalls across the trades: what is affected on shelves, in carts and orders, and who is told."""
