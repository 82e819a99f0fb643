"""Which order lines have a review already."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Review


def reviewed_lines(session: Session, line_refs: Collection[str]) -> frozenset[str]:
    """Return which of these order lines were reviewed (one statement)."""
    if not line_refs:
        return frozenset()
    wanted = Review.line_ref.in_(set(line_refs))
    return frozenset(session.scalars(sa.select(Review.line_ref).where(wanted)))
