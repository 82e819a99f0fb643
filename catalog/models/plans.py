"""The table of prices that are set for a later day."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.plans import PlanState
from kernel.db import Base, Id, PrimaryId


class PricePlan(Base):
    """A price from a moment on, and perhaps until another one; then it is what it was."""

    __tablename__ = "price_plan"
    __table_args__ = (
        sa.CheckConstraint("price_vnd > 0", name="price"),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="span"),
        sa.Index("ix_price_plan_listing", "listing_id", "starts_at"),
        sa.Index(
            "ix_price_plan_due",
            "due_at",
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        ),
    )

    id: Mapped[PrimaryId]
    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"))
    # None: an experience, which has one price.
    variant_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("variant.id"))
    price_vnd: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    state: Mapped[PlanState] = mapped_column(default=PlanState.PLANNED)
    # When something is to be done next; None: never again.
    due_at: Mapped[datetime | None]
    # What it cost before it began: what it goes back to.
    before_vnd: Mapped[int | None]
    planned_by: Mapped[str | None] = mapped_column(sa.String(26))
    planned_name: Mapped[str] = mapped_column(sa.String(120))
    planned_at: Mapped[datetime]
