"""Tables of what buyers say."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId


class Review(Base):
    """What a buyer says after a fulfilled order line; one for each line."""

    __tablename__ = "review"
    __table_args__ = (
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        sa.Index("ix_review_listing", "listing_id", "created_at"),
    )

    id: Mapped[PrimaryId]
    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"))
    # Id of the order line: proof of purchase.
    line_ref: Mapped[str] = mapped_column(sa.String(26), unique=True)
    author_name: Mapped[str] = mapped_column(sa.String(120))
    rating: Mapped[int] = mapped_column(sa.SmallInteger)
    body: Mapped[str] = mapped_column(sa.Text, default="")
    lang: Mapped[str] = mapped_column(sa.String(2), default="vi")
    created_at: Mapped[datetime]
