"""Farms, diaries, lots and the codes that lead to them."""
