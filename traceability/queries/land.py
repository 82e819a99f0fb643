"""Which plots share the land of a plot, and what was sprayed on it."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.rules_table import rule
from traceability.models import DiaryEntry, Farm, Plot, PlotHeritage, Season, is_latest
from traceability.rules import (
    LONGEST_INTERVAL_DAYS,
    Activity,
    EntryStatus,
    Spray,
    overlapping,
    relatives,
)


def related_plots(session: Session, plot_id: str, *, on: date) -> frozenset[str]:
    """Return a plot and those of its vendor on the same land: by heritage or by outline."""
    farm = sa.select(Plot.farm_id).where(Plot.id == plot_id).scalar_subquery()
    vendor = sa.select(Farm.vendor_id).where(Farm.id == farm).scalar_subquery()
    plots = sa.select(Plot.id).join(Farm, Farm.id == Plot.farm_id).where(Farm.vendor_id == vendor)
    heritage = session.execute(
        sa.select(PlotHeritage.parent_id, PlotHeritage.child_id).where(
            PlotHeritage.child_id.in_(plots)
        )
    )
    outlines = session.execute(
        sa.select(Plot.id, Plot.outline)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Farm.vendor_id == vendor, Plot.outline.is_not(None))
    )
    found = relatives(plot_id, [(row.parent_id, row.child_id) for row in heritage])
    drawn = {row.id: row.outline for row in outlines}
    if plot_id in drawn and len(drawn) > 1:
        percent = rule(session, "diary.overlap_percent", on=on).value
        found |= overlapping(plot_id, drawn, percent=percent)
    return frozenset(found)


def sprays(session: Session, *, plot_id: str, until: date) -> list[Spray]:
    """Return what was sprayed on a plot's land in the year up to a day, whatever grew there."""
    return sprays_on(session, related_plots(session, plot_id, on=until), until=until)


def sprays_on(session: Session, plot_ids: Collection[str], *, until: date) -> list[Spray]:
    """Return what was sprayed on any of these plots in the year up to a day.

    What is planned or was given up does not count, nor what was corrected since.
    """
    since = until - timedelta(LONGEST_INTERVAL_DAYS)
    rows = session.execute(
        sa.select(*_SPRAY)
        .join(Season, Season.id == DiaryEntry.season_id)
        .where(
            Season.plot_id.in_(plot_ids),
            sa.or_(DiaryEntry.activity == Activity.SPRAY, DiaryEntry.block.is_not(None)),
            DiaryEntry.status == EntryStatus.DONE,
            DiaryEntry.done_on <= until,
            sa.func.coalesce(DiaryEntry.ended_on, DiaryEntry.done_on) >= since,
            is_latest(),
        )
        .order_by(DiaryEntry.done_on, DiaryEntry.id)
    )
    return list(_read(rows))


_SPRAY = (
    DiaryEntry.input_name,
    DiaryEntry.done_on,
    DiaryEntry.ended_on,
    DiaryEntry.phi_days,
    DiaryEntry.block,
    DiaryEntry.root_id,
)


def _read(rows: Iterable[sa.Row[*tuple[object, ...]]]) -> Iterable[Spray]:
    for row in rows:
        yield Spray(
            row.input_name or "", row.done_on, row.phi_days, row.ended_on, row.block, row.root_id
        )
