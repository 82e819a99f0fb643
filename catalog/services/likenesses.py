"""What pictures look like, for those that were stored before the market remembered it."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import ListingPicture
from catalog.services.checking import band_values
from kernel.pictures import stored_likeness
from kernel.storage import Storage


def pictures_unseen(session: Session, *, after: str = "", limit: int = 200) -> list[str]:
    """Return digests of pictures whose likeness is not known, from one on, each once."""
    return list(
        session.scalars(
            sa.select(ListingPicture.digest)
            .where(ListingPicture.likeness.is_(None), ListingPicture.digest > after)
            .distinct()
            .order_by(ListingPicture.digest)
            .limit(limit)
        )
    )


def read_likenesses(storage: Storage, digests: list[str]) -> dict[str, int]:
    """Look at stored pictures, outside of any transaction: it takes a while."""
    found = {digest: stored_likeness(storage, digest) for digest in digests}
    return {digest: likeness for digest, likeness in found.items() if likeness is not None}


def set_likenesses(session: Session, likenesses: dict[str, int]) -> int:
    """Keep what pictures look like, by digest; return how many rows that made whole."""
    count = 0
    for digest in sorted(likenesses):
        likeness = likenesses[digest]
        rows = session.scalars(
            sa.select(ListingPicture)
            .where(ListingPicture.digest == digest, ListingPicture.likeness.is_(None))
            .with_for_update()
        ).all()
        for row in rows:
            row.likeness = likeness
            for name, bits in band_values(likeness).items():
                setattr(row, name, bits)
        count += len(rows)
    session.flush()
    return count
