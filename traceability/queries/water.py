"""Water sources of a vendor: which plots draw from them, and what laboratories found."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.models import EntryWater, Farm, LabTest, Plot, PlotWater, WaterSource, WaterTest
from traceability.rules import Verdict

MOST = 200


@dataclass(frozen=True)
class SourceCard:
    """A source, how many plots draw from it now, and what its last test said."""

    id: str
    name: str
    plots: int
    tested_on: date | None
    verdict: Verdict | None


@dataclass(frozen=True)
class Draw:
    """A plot that draws, or drew, from a source."""

    id: str
    plot: str
    since: date
    until: date | None


@dataclass(frozen=True)
class WaterTestRow:
    """What a laboratory found in the water of a source."""

    id: str
    lab: str
    sampled_on: date
    verdict: Verdict


def sources_of(
    session: Session, *, vendor_id: str, source_id: str | None = None
) -> list[SourceCard]:
    """Return the sources of a vendor by name (two statements)."""
    drawing = (
        sa.select(sa.func.count())
        .where(PlotWater.source_id == WaterSource.id, PlotWater.until.is_(None))
        .scalar_subquery()
    )
    wanted = (
        sa.select(WaterSource.id, WaterSource.name, drawing.label("plots"))
        .where(WaterSource.vendor_id == vendor_id)
        .order_by(WaterSource.name)
        .limit(MOST)
    )
    if source_id is not None:
        wanted = wanted.where(WaterSource.id == source_id)
    rows = session.execute(wanted).all()
    tested = session.execute(
        sa.select(WaterTest.source_id, LabTest.sampled_on, LabTest.verdict)
        .join(LabTest, LabTest.id == WaterTest.test_id)
        .where(LabTest.vendor_id == vendor_id)
        .order_by(LabTest.sampled_on, LabTest.id)
    )
    last = {row.source_id: (row.sampled_on, row.verdict) for row in tested}
    return [
        SourceCard(row.id, row.name, row.plots, *last.get(row.id, (None, None))) for row in rows
    ]


def source_names(session: Session, *, vendor_id: str) -> list[tuple[str, str]]:
    """Return id and name of a vendor's sources (one statement)."""
    rows = session.execute(
        sa.select(WaterSource.id, WaterSource.name)
        .where(WaterSource.vendor_id == vendor_id)
        .order_by(WaterSource.name)
        .limit(MOST)
    )
    return [(row.id, row.name) for row in rows]


def draws_of(session: Session, source_id: str) -> list[Draw]:
    """Return which plots draw from a source, those that did before last."""
    rows = session.execute(
        sa.select(
            PlotWater.id, Farm.name.label("farm"), Plot.name, PlotWater.since, PlotWater.until
        )
        .join(Plot, Plot.id == PlotWater.plot_id)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(PlotWater.source_id == source_id)
        .order_by(PlotWater.until.is_not(None), Farm.name, Plot.name, PlotWater.since.desc())
        .limit(MOST)
    )
    return [Draw(row.id, f"{row.farm}, {row.name}", row.since, row.until) for row in rows]


def tests_of(session: Session, source_id: str) -> list[WaterTestRow]:
    """Return the tests of a source, the latest sample first."""
    rows = session.execute(
        sa.select(LabTest.id, LabTest.lab, LabTest.sampled_on, LabTest.verdict)
        .join(WaterTest, WaterTest.test_id == LabTest.id)
        .where(WaterTest.source_id == source_id)
        .order_by(LabTest.sampled_on.desc(), LabTest.id.desc())
        .limit(MOST)
    )
    return [WaterTestRow(*row) for row in rows]


def water_of_entry(session: Session, entry_id: str) -> tuple[str, str] | None:
    """Return the source that an entry says was watered from: id and name."""
    row = session.execute(
        sa.select(WaterSource.id, WaterSource.name)
        .join(EntryWater, EntryWater.source_id == WaterSource.id)
        .where(EntryWater.entry_id == entry_id)
    ).one_or_none()
    return (row.id, row.name) if row else None
