"""Borders of plots, for those who work there."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.models import Farm, Plot

Ring = list[list[float]]


@dataclass(frozen=True)
class Bordered:
    """A plot with its border (empty: not drawn), among the others of its farm."""

    id: str
    name: str
    area_m2: int
    outline: Ring
    others: tuple[Ring, ...]
    # Where the farm is: a map without borders begins there.
    lat: float | None
    lon: float | None


def bordered(session: Session, plot_id: str, *, vendor_id: str) -> Bordered | None:
    """Return a plot of a vendor with the borders around it (two statements)."""
    row = session.execute(
        sa.select(Plot.id, Plot.farm_id, Plot.name, Plot.area_m2, Plot.outline, Farm.lat, Farm.lon)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Plot.id == plot_id, Farm.vendor_id == vendor_id)
    ).first()
    if row is None:
        return None
    others = session.scalars(
        sa.select(Plot.outline).where(
            Plot.farm_id == row.farm_id,
            Plot.id != row.id,
            Plot.outline.is_not(None),
            Plot.retired_on.is_(None),
        )
    )
    return Bordered(
        row.id,
        row.name,
        row.area_m2,
        row.outline or [],
        tuple(ring for ring in others if ring),
        row.lat,
        row.lon,
    )
