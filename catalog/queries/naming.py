"""Who names a stored picture: files lie by content, so several may."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, ListingPicture


def goods_name(session: Session, digest: str) -> bool:
    """Tell whether a listing shows a picture, or did so once."""
    shows = sa.exists().where(sa.cast(Listing.photos, sa.Text).contains(digest))
    once = sa.exists().where(ListingPicture.digest == digest)
    return bool(session.scalar(sa.select(sa.or_(shows, once))))
