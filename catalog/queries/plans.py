"""Prices that are planned, for their vendor and for whoever says how long a price holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, PricePlan, Variant
from catalog.rules.plans import OPEN, PlanState


@dataclass(frozen=True)
class Plan:
    """A planned price; ``pack`` is what it is for ({}: a seat of an experience)."""

    id: str
    pack: dict[str, str]
    price_vnd: int
    before_vnd: int | None
    starts_at: datetime
    ends_at: datetime | None
    state: PlanState
    planned_name: str

    @property
    def is_open(self) -> bool:
        """Tell whether it can still be cancelled."""
        return self.state in OPEN


def plans_of(session: Session, listing_id: str, *, limit: int = 50) -> Sequence[Plan]:
    """Return the planned prices of a listing: what waits first, then the past (one statement)."""
    rows = session.execute(
        sa.select(PricePlan, Variant.label)
        .outerjoin(Variant, Variant.id == PricePlan.variant_id)
        .where(PricePlan.listing_id == listing_id)
        .order_by(PricePlan.due_at.is_(None), PricePlan.starts_at.desc(), PricePlan.id)
        .limit(limit)
    )
    return [_plan(row.PricePlan, row.label) for row in rows]


def price_valid_until(
    listing_id: sa.ColumnExpressionArgument[str],
) -> sa.ScalarSelect[datetime | None]:
    """Return the expression of until when the price of a listing holds: the next planned step."""
    return (
        sa.select(sa.func.min(PricePlan.due_at))
        .where(PricePlan.listing_id == listing_id)
        .correlate(Listing)
        .scalar_subquery()
    )


def _plan(row: PricePlan, label: dict[str, str] | None) -> Plan:
    return Plan(
        id=row.id,
        pack=label or {},
        price_vnd=row.price_vnd,
        before_vnd=row.before_vnd,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        state=row.state,
        planned_name=row.planned_name,
    )
