"""Pictures of the diary: how far they have come, and who names them."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.models import (
    DiaryEntry,
    DiaryPhoto,
    DiaryPiece,
    Farm,
    Plot,
    Season,
    is_latest,
)


def missing_photos(session: Session, *, vendor_id: str, digests: list[str]) -> dict[str, int]:
    """Return which of these pictures have not come yet, with how many bytes of them are here."""
    rows = session.execute(
        sa.select(
            DiaryPhoto.digest,
            DiaryPhoto.stored_at,
            sa.func.coalesce(sa.func.sum(sa.func.length(DiaryPiece.data)), 0).label("here"),
        )
        .outerjoin(DiaryPiece, DiaryPiece.photo_id == DiaryPhoto.id)
        .where(DiaryPhoto.vendor_id == vendor_id, DiaryPhoto.digest.in_(digests))
        .group_by(DiaryPhoto.digest, DiaryPhoto.stored_at)
    ).all()
    known = {row.digest: row for row in rows}
    return {
        digest: int(known[digest].here) if digest in known else 0
        for digest in digests
        if digest not in known or known[digest].stored_at is None
    }


def entry_photos(session: Session, entry_id: str, *, vendor_id: str) -> list[str]:
    """Return the digests of an entry's pictures that have come, in their order."""
    named = session.scalar(sa.select(DiaryEntry.media).where(DiaryEntry.id == entry_id))
    if not named:
        return []
    missing = missing_photos(session, vendor_id=vendor_id, digests=named)
    return [digest for digest in named if digest not in missing]


def names_one_of(
    digests: Collection[str], *, vendor_id: str | None = None
) -> sa.ColumnElement[bool]:
    """Return whether an entry as it stands now shows one of some pictures."""
    named = sa.cast(DiaryEntry.media, sa.Text)
    found = sa.select(DiaryEntry.id).where(
        sa.or_(*(named.contains(digest) for digest in digests)), is_latest()
    )
    if vendor_id is not None:
        found = (
            found.join(Season, Season.id == DiaryEntry.season_id)
            .join(Plot, Plot.id == Season.plot_id)
            .join(Farm, Farm.id == Plot.farm_id)
            .where(Farm.vendor_id == vendor_id)
        )
    return found.exists()


def diary_names(session: Session, digest: str) -> bool:
    """Tell whether the diary of anybody shows a picture, or waits for it."""
    waits = sa.exists().where(DiaryPhoto.digest == digest)
    return bool(session.scalar(sa.select(sa.or_(waits, names_one_of([digest])))))
