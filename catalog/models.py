"""Tables of categories, listings, their variants and reviews."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, validates

from catalog.rules import ListingKind, ListingState, season_mask
from catalog.rules.changes import ChangeState
from catalog.rules.checks import Check
from kernel.db import Base, Id, PrimaryId
from kernel.quantity import Unit
from kernel.text import fold


def month_index(month: int) -> sa.Index:
    """Return the index of what is in season in a month (1 to 12), in the order of the shelves.

    Each holds only the listings of its month: a month with little in season is
    read as fast as one with much.
    """
    of_month = sa.text(f"season_mask & {1 << (month - 1)} <> 0")
    return sa.Index(
        f"ix_listing_month_{month:02}",
        "state",
        "ranked_at",
        "id",
        sqlite_where=of_month,
        postgresql_where=of_month,
    )


class Category(Base):
    """A shelf of the market; the tree has two levels."""

    __tablename__ = "category"

    id: Mapped[PrimaryId]
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    parent_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("category.id"))
    name: Mapped[dict[str, str]]
    art: Mapped[str] = mapped_column(sa.String(40))
    # Picture ground: sun, blush, leaf, sky, lilac (the tints of the look).
    tint: Mapped[str] = mapped_column(sa.String(20))
    position: Mapped[int] = mapped_column(default=0)


class Listing(Base):
    """Something a vendor offers: produce, a processed good, a craft or an experience."""

    __tablename__ = "listing"
    __table_args__ = (
        # One index for each way along the shelves, in the order in which they are read.
        sa.Index("ix_listing_all", "state", "ranked_at", "id"),
        sa.Index("ix_listing_shelf", "state", "category_id", "ranked_at", "id"),
        sa.Index("ix_listing_top", "state", "top_category_id", "ranked_at", "id"),
        sa.Index("ix_listing_kind", "state", "kind", "ranked_at", "id"),
        sa.Index("ix_listing_vendor", "vendor_id", "state", "ranked_at", "id"),
        sa.Index("ix_listing_farm", "farm_id"),
        sa.Index("ix_listing_lot", "lot_id"),
        sa.Index("ix_listing_recheck", "recheck_since"),
        *(month_index(month) for month in range(1, 13)),
    )

    id: Mapped[PrimaryId]
    # The key of imports and of the search yardstick, unique in the market.
    code: Mapped[str] = mapped_column(sa.String(24), unique=True)
    slug: Mapped[str] = mapped_column(sa.String(110))
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    category_id: Mapped[Id] = mapped_column(sa.ForeignKey("category.id"))
    # The first level above it (or itself): a whole shelf is read along one index.
    top_category_id: Mapped[Id] = mapped_column(sa.ForeignKey("category.id"))
    kind: Mapped[ListingKind]
    title: Mapped[dict[str, str]]
    # The titles in small letters without accents: for the plain search.
    folded: Mapped[str] = mapped_column(sa.String(500), default="")
    summary: Mapped[dict[str, str]] = mapped_column(default=dict)
    description: Mapped[dict[str, str]] = mapped_column(default=dict)
    commune: Mapped[str] = mapped_column(sa.String(20))
    # What the stock bucket counts; one bucket serves all pack sizes. None: an experience.
    unit: Mapped[Unit | None]
    bucket_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("bucket.id"))
    # Shown on cards: the lowest price and what it is for (grams, pieces, 1 person).
    price_vnd: Mapped[int] = mapped_column(default=0)
    price_per: Mapped[int] = mapped_column(default=1)
    # Size of the smallest pack: with less than that left, nobody can buy.
    pack_size: Mapped[int] = mapped_column(default=1)
    # A word for a piece, such as "hộp" / "box"; empty for weights.
    piece_name: Mapped[dict[str, str]] = mapped_column(default=dict)
    # Months of the season, 1-12; empty: all year.
    season_months: Mapped[list[int]] = mapped_column(default=list)
    season_mask: Mapped[int] = mapped_column(sa.Integer, default=0)
    preorder_from: Mapped[date | None]
    preorder_until: Mapped[date | None]
    # Schemes claimed; a badge needs a valid certificate of the vendor behind it.
    schemes: Mapped[list[str]] = mapped_column(default=list)
    lot_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("lot.id"))
    farm_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("farm.id"))
    art: Mapped[str] = mapped_column(sa.String(40))
    tint: Mapped[str] = mapped_column(sa.String(20))
    # In their order; files are named by content (see kernel.pictures): each
    # {"digest", "width", "height", "placeholder", "alt": {"vi", "en"}}.
    photos: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    state: Mapped[ListingState] = mapped_column(default=ListingState.DRAFT)
    state_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    # Why it is withheld: `MAY_NOT_SELL`, or keys of the requirements that are not proved.
    withheld_for: Mapped[list[str]] = mapped_column(default=list)
    rating_sum: Mapped[int] = mapped_column(default=0)
    rating_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    # Words or pictures were changed after approval: the office looks again.
    recheck_since: Mapped[datetime | None]
    # Order on the shelves, newest first; never moved by money.
    ranked_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @validates("season_months")
    def _mask_season(self, _key: str, months: list[int]) -> list[int]:
        self.season_mask = season_mask(months)
        return months

    @validates("category_id")
    def _start_at_top(self, _key: str, category_id: str) -> str:
        self.top_category_id = self.top_category_id or category_id
        return category_id

    @validates("title")
    def _fold_title(self, _key: str, title: dict[str, str]) -> dict[str, str]:
        self.folded = fold(" ".join(title.values()))[:500]
        return title


class Variant(Base):
    """A pack size: so much of the listing's bucket for a price."""

    __tablename__ = "variant"
    __table_args__ = (
        sa.CheckConstraint("size > 0", name="size"),
        sa.CheckConstraint("price_vnd >= 0", name="price"),
        sa.Index("ix_variant_listing", "listing_id", "position"),
    )

    id: Mapped[PrimaryId]
    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"))
    label: Mapped[dict[str, str]]
    # In the bucket's unit: grams, millilitres, pieces.
    size: Mapped[int]
    price_vnd: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class ListingStep(Base):
    """One arrow of a listing's history: who, when, why."""

    __tablename__ = "listing_step"
    __table_args__ = (sa.Index("ix_listing_step_listing", "listing_id", "at"),)

    id: Mapped[PrimaryId]
    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"))
    action: Mapped[str] = mapped_column(sa.String(40))
    state: Mapped[ListingState]
    actor_id: Mapped[str | None] = mapped_column(sa.String(26))
    actor_name: Mapped[str] = mapped_column(sa.String(120))
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    at: Mapped[datetime]


class ListingChange(Base):
    """An edit of protected fields of what was approved: it waits while the old values stay shown."""

    __tablename__ = "listing_change"
    __table_args__ = (
        # One waits for each listing.
        sa.Index(
            "ix_listing_change_waiting",
            "listing_id",
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        sa.Index("ix_listing_change_listing", "listing_id", "proposed_at"),
    )

    id: Mapped[PrimaryId]
    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"))
    # Values by field: as they are shown, and as they are to be (see catalog.rules.changes).
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    state: Mapped[ChangeState] = mapped_column(default=ChangeState.WAITING)
    proposed_by: Mapped[str | None] = mapped_column(sa.String(26))
    proposed_name: Mapped[str] = mapped_column(sa.String(120))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(sa.String(26))
    decided_name: Mapped[str] = mapped_column(sa.String(120), default="")
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(500), default="")


class ListingBaseline(Base):
    """What the office last saw of a listing whose words or pictures changed since, live."""

    __tablename__ = "listing_baseline"

    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True)
    # Values by field, pictures among them.
    values: Mapped[dict[str, Any]]
    # When the first change after that look was made.
    at: Mapped[datetime]


class ListingFlag(Base):
    """Something a check of words or pictures found; cleared by the office's decision."""

    __tablename__ = "listing_flag"
    __table_args__ = (
        sa.Index("ix_listing_flag_listing", "listing_id"),
        sa.Index(
            "ix_listing_flag_open",
            "listing_id",
            "check",
            sqlite_where=sa.text("cleared_at IS NULL"),
            postgresql_where=sa.text("cleared_at IS NULL"),
        ),
    )

    id: Mapped[PrimaryId]
    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"))
    check: Mapped[Check]
    # The field of the form, such as "title_vi"; for pictures their digest stands in ``words``.
    field: Mapped[str] = mapped_column(sa.String(40))
    words: Mapped[str] = mapped_column(sa.String(120))
    law: Mapped[str] = mapped_column(sa.String(200), default="")
    scheme: Mapped[str] = mapped_column(sa.String(40), default="")
    # The listing that shows the same picture.
    other_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("listing.id"))
    found_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]


class ListingPicture(Base):
    """A picture of a listing by what it looks like: found again when another vendor uses it."""

    __tablename__ = "listing_picture"
    __table_args__ = (
        sa.UniqueConstraint("listing_id", "digest"),
        sa.Index("ix_listing_picture_digest", "digest"),
        *(sa.Index(f"ix_listing_picture_band_{band}", f"band_{band}") for band in range(4)),
    )

    id: Mapped[PrimaryId]
    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"))
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    digest: Mapped[str] = mapped_column(sa.String(64))
    # 64 bits (kernel.pictures.likeness_of); None for one too plain to be told from others.
    likeness: Mapped[int | None]
    # Its four parts of 16 bits: two pictures alike share at least one.
    band_0: Mapped[int | None] = mapped_column(sa.Integer)
    band_1: Mapped[int | None] = mapped_column(sa.Integer)
    band_2: Mapped[int | None] = mapped_column(sa.Integer)
    band_3: Mapped[int | None] = mapped_column(sa.Integer)


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
