"""Tables of categories, listings and their variants."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, validates

from catalog.rules import ListingKind, ListingState, season_mask
from catalog.rules.selling import DeliveryArea
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
    # Its packs are weighed once they are packed: their prices are estimates.
    by_weight: Mapped[bool] = mapped_column(default=False)
    # Shown on cards: the lowest price and what it is for (grams, pieces, 1 person).
    price_vnd: Mapped[int] = mapped_column(default=0)
    price_per: Mapped[int] = mapped_column(default=1)
    # What a kilogram of the smallest pack costs that is weighed later.
    kilo_vnd: Mapped[int | None]
    # Prices for much at once: [from so much on, price of a unit], see rules.pricing.Tier. They
    # stand in the row, so that whoever reads a price reads them too.
    tiers: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    # The most for one order, and for one buyer within so many days, in the unit (persons: visits).
    order_most: Mapped[int | None]
    buyer_most: Mapped[int | None]
    buyer_days: Mapped[int | None] = mapped_column(sa.SmallInteger)
    # Size of the smallest pack: with less than that left, nobody can buy.
    pack_size: Mapped[int] = mapped_column(default=1)
    # A word for a piece, such as "hộp" / "box"; empty for weights.
    piece_name: Mapped[dict[str, str]] = mapped_column(default=dict)
    # Months of the season, 1-12; empty: all year.
    season_months: Mapped[list[int]] = mapped_column(default=list)
    season_mask: Mapped[int] = mapped_column(sa.Integer, default=0)
    preorder_from: Mapped[date | None]
    preorder_until: Mapped[date | None]
    # What may be ordered ahead is counted by itself; None: out of the stock.
    preorder_bucket_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("bucket.id"))
    deliver_from: Mapped[date | None]
    deliver_until: Mapped[date | None]
    area: Mapped[DeliveryArea] = mapped_column(default=DeliveryArea.EVERYWHERE)
    # Keys of the communes it is brought to, where they are chosen.
    area_communes: Mapped[list[str]] = mapped_column(default=list)
    # What the law wants said, by field and language; see rules.label.
    label: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    allergens: Mapped[list[str]] = mapped_column(default=list)
    safety: Mapped[dict[str, str]] = mapped_column(default=dict)
    # Schemes claimed; a badge needs a valid certificate of the vendor behind it.
    schemes: Mapped[list[str]] = mapped_column(default=list)
    lot_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("lot.id"))
    # Its stock was taken in lot by lot (rows of `listing_lot`); else `lot_id` is all of it.
    by_lots: Mapped[bool] = mapped_column(default=False)
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
        sa.CheckConstraint(
            "(kilo_vnd IS NULL) = (least_g IS NULL) AND (kilo_vnd IS NULL) = (nominal_g IS NULL)"
            " AND (kilo_vnd IS NULL) = (most_g IS NULL)",
            name="weighed",
        ),
        sa.CheckConstraint(
            "kilo_vnd IS NULL OR (0 < least_g AND least_g <= nominal_g AND nominal_g <= most_g)",
            name="weight",
        ),
        sa.Index("ix_variant_listing", "listing_id", "position"),
    )

    id: Mapped[PrimaryId]
    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"))
    label: Mapped[dict[str, str]]
    # In the bucket's unit: grams, millilitres, pieces.
    size: Mapped[int]
    price_vnd: Mapped[int]
    # Of a pack that is weighed later: its weight in grams, and what a kilogram costs.
    least_g: Mapped[int | None]
    nominal_g: Mapped[int | None]
    most_g: Mapped[int | None]
    kilo_vnd: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
