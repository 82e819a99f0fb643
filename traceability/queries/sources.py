"""Which harvests a packed lot came from, and what laboratories found."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.models import (
    DiaryEntry,
    Farm,
    LabResult,
    LabTest,
    Lot,
    LotEdge,
    Plot,
    Season,
    is_latest,
    seasons_of_lots,
)
from traceability.rules import (
    Activity,
    EntryStatus,
    LotState,
    Spray,
    Verdict,
    judge_harvest,
)

MOST_SOURCES = 60


@dataclass(frozen=True)
class Source:
    """A harvest that went into a lot; ``kept``: every waiting time after spraying was kept."""

    id: str
    vendor_id: str
    code: str
    trace_code: str
    gtin: str | None
    product: dict[str, str]
    harvested_on: date
    state: LotState
    inside_interval: bool
    farm_name: str
    commune: str
    plot_name: str
    planting_area_code: str | None
    sprays: int
    kept: bool


@dataclass(frozen=True)
class LabLine:
    """One thing that was looked for."""

    analyte: str
    value: str
    unit: str
    most: str
    verdict: Verdict


@dataclass(frozen=True)
class LabCard:
    """A report of a laboratory on a lot."""

    id: str
    lab: str
    report_no: str
    sampled_on: date
    verdict: Verdict
    lines: tuple[LabLine, ...]


def sources_of(session: Session, lot_id: str) -> tuple[Source, ...]:
    """Return the harvests that went into a packed lot, however often repacked (two statements).

    The recursion is on the id alone: a circle ends, and no chain is cut off.
    """
    begun = sa.select(LotEdge.src_id.label("id")).where(LotEdge.dst_id == lot_id)
    family = begun.cte("sources", recursive=True)
    step = sa.select(LotEdge.src_id).join(family, LotEdge.dst_id == family.c.id)
    ids = sa.select(family.union(step).c.id)
    rows = session.execute(
        sa.select(
            *(getattr(Lot, name) for name in _OF_LOT),
            Farm.name.label("farm_name"),
            Farm.commune,
            Plot.name.label("plot_name"),
            Plot.planting_area_code,
        )
        .join(Season, Season.id == Lot.season_id)
        .join(Plot, Plot.id == Season.plot_id)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Lot.id.in_(ids))
        .order_by(Lot.harvested_on, Lot.code)
        .limit(MOST_SOURCES)
    ).all()
    sprayed = _sprays(session, [row.id for row in rows])
    return tuple(_source(row, sprayed.get(row.id, ())) for row in rows)


def lab_tests(session: Session, lot_ids: Collection[str], *, most: int = 200) -> list[LabCard]:
    """Return the reports of laboratories on lots, the latest sample first (one statement)."""
    rows = session.execute(_tests(), {"lot_ids": list(lot_ids), "most": most}).all()
    reports = dict.fromkeys(
        (row.id, row.lab, row.report_no, row.sampled_on, row.verdict) for row in rows
    )
    return [
        LabCard(
            *key,
            lines=tuple(
                LabLine(row.analyte, row.value, row.unit, row.most, row.found)
                for row in rows
                if row.id == key[0] and row.analyte is not None
            ),
        )
        for key in reports
    ]


@cache
def _tests() -> sa.Select[*tuple[Any, ...]]:
    """Say once what is asked for every page: building it costs more than running it."""
    return (
        sa.select(
            LabTest.id,
            LabTest.lab,
            LabTest.report_no,
            LabTest.sampled_on,
            LabTest.verdict,
            LabResult.analyte,
            LabResult.value,
            LabResult.unit,
            LabResult.most,
            LabResult.verdict.label("found"),
        )
        .outerjoin(LabResult, LabResult.test_id == LabTest.id)
        .where(LabTest.lot_id.in_(sa.bindparam("lot_ids", expanding=True)))
        .order_by(LabTest.sampled_on.desc(), LabTest.id, LabResult.position)
        .limit(sa.bindparam("most", type_=sa.Integer))
    )


_OF_LOT = (
    "id",
    "vendor_id",
    "code",
    "trace_code",
    "gtin",
    "product",
    "harvested_on",
    "state",
    "inside_interval",
)


def _sprays(session: Session, lot_ids: Collection[str]) -> dict[str, list[Spray]]:
    """Return what was sprayed in the seasons of lots; the holds look further, this is what is told."""
    found: dict[str, list[Spray]] = {}
    if not lot_ids:
        return found
    grown = seasons_of_lots(lot_ids)
    rows = session.execute(
        sa.select(
            grown.c.lot_id,
            DiaryEntry.input_name,
            DiaryEntry.done_on,
            DiaryEntry.phi_days,
            DiaryEntry.ended_on,
            DiaryEntry.block,
        )
        .join(grown, grown.c.season_id == DiaryEntry.season_id)
        .where(
            DiaryEntry.activity == Activity.SPRAY,
            DiaryEntry.status == EntryStatus.DONE,
            is_latest(),
        )
    )
    for row in rows:
        spray = Spray(row.input_name or "", row.done_on, row.phi_days, row.ended_on, row.block)
        found.setdefault(row.lot_id, []).append(spray)
    return found


def _source(row: sa.Row[*tuple[object, ...]], sprayed: Iterable[Spray]) -> Source:
    cells = dict(row._mapping)
    before = [spray for spray in sprayed if spray.done_on <= row.harvested_on]
    kept = judge_harvest(before, row.harvested_on).kept and not row.inside_interval
    return Source(**cells, sprays=len(before), kept=kept)
