"""Catalogues of every word people read."""
