"""Vendors by their names, for the lists of other trades."""

import sqlalchemy as sa

from kernel.text import fold
from vendors.models import Vendor


def vendor_ids_named(words: str) -> sa.Select[str]:
    """Return the statement of the ids of vendors whose names hold all words, accents aside."""
    return sa.select(Vendor.id).where(
        *(Vendor.name_folded.contains(word, autoescape=True) for word in fold(words).split())
    )
