"""The lots a recall begins with: each way from what is known at first to lots."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.clock import HANOI
from kernel.text import fold
from traceability.models import (
    Complaint,
    DiaryEntry,
    EntryInput,
    EntryWater,
    Farm,
    InputBatch,
    InputProduct,
    LogisticUnit,
    Lot,
    LotPackaging,
    LotPacking,
    Plot,
    PlotWater,
    Season,
    WaterSource,
    grew_in,
    is_latest,
    seasons_of_lots,
)
from traceability.queries.recalls.loads import lots_loaded
from traceability.rules import EntryStatus
from traceability.rules.recalls import Origin
from vendors.queries import certificates


@dataclass(frozen=True)
class Beginning:
    """What is known at first; days are the first and the last, local."""

    origin: Origin
    vendor_id: str
    # An id, or what is written in the diary of an input or a worker.
    ref: str
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Starts:
    """The lots it begins with, and what it is called by people; no name: there is no such thing."""

    name: str
    lot_ids: tuple[str, ...] = ()


NOTHING = Starts("")


def find_starts(session: Session, begun: Beginning) -> Starts:
    """Return the lots of a vendor that something is known of (a few statements)."""
    return _WAYS[begun.origin](session, begun)


def _of_lot(session: Session, begun: Beginning) -> Starts:
    row = session.execute(
        sa.select(Lot.id, Lot.code).where(Lot.id == begun.ref, Lot.vendor_id == begun.vendor_id)
    ).one_or_none()
    return Starts(row.code, (row.id,)) if row else NOTHING


def _of_plot(session: Session, begun: Beginning) -> Starts:
    plot = session.execute(
        sa.select(Farm.name.label("farm"), Plot.name)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Plot.id == begun.ref, Farm.vendor_id == begun.vendor_id)
    ).one_or_none()
    if plot is None:
        return NOTHING
    seasons = sa.select(Season.id).where(Season.plot_id == begun.ref)
    wanted = _lots(begun).where(grew_in(seasons))
    return Starts(f"{plot.farm}, {plot.name}", _ids(session, wanted))


def _of_input(session: Session, begun: Beginning) -> Starts:
    """Return the lots of the seasons on which it was used before their harvest.

    It is called by its name, as typed or on the office's list, or by the number of its batch.
    """
    named = (DiaryEntry.input_name, InputProduct.name, InputBatch.name, InputBatch.lot_code)
    used = (
        _worked(begun.vendor_id, *(name.label(f"name{n}") for n, name in enumerate(named)))
        .outerjoin(EntryInput, EntryInput.entry_id == DiaryEntry.id)
        .outerjoin(InputProduct, InputProduct.id == EntryInput.product_id)
        .outerjoin(InputBatch, InputBatch.id == EntryInput.input_batch_id)
        .where(sa.or_(DiaryEntry.input_name.is_not(None), EntryInput.entry_id.is_not(None)))
    )
    used = used.where(*_within(begun, DiaryEntry.done_on))
    return Starts(begun.ref, _since(session, begun, _first_days(session, used, begun.ref)))


def _of_certificate(session: Session, begun: Beginning) -> Starts:
    held = certificates(session, begun.vendor_id)
    found = next((card for card in held if card.id == begun.ref), None)
    if found is None:
        return NOTHING
    within = (Lot.harvested_on >= found.valid_from, Lot.harvested_on < found.valid_to)
    return Starts(found.number, _ids(session, _lots(begun).where(*within)))


def _of_worker(session: Session, begun: Beginning) -> Starts:
    """Return the lots that somebody harvested or packed, and those of seasons worked on before."""
    done = _worked(begun.vendor_id, DiaryEntry.worker, DiaryEntry.people).where(
        DiaryEntry.done_on.between(begun.first_day, begun.last_day)
    )
    grown = _since(session, begun, _first_days(session, done, begun.ref))
    packed = _packed(session, begun, LotPacking.worker)
    return Starts(begun.ref, tuple(dict.fromkeys((*grown, *packed))))


def _of_line(session: Session, begun: Beginning) -> Starts:
    return Starts(begun.ref, _packed(session, begun, LotPacking.line))


def _of_shift(session: Session, begun: Beginning) -> Starts:
    return Starts(begun.ref, _packed(session, begun, LotPacking.shift))


def _of_packaging(session: Session, begun: Beginning) -> Starts:
    """Return the lots that were packed into bags, boxes or film of a batch."""
    batch = session.execute(
        sa.select(InputBatch.name, InputBatch.lot_code).where(
            InputBatch.id == begun.ref, InputBatch.vendor_id == begun.vendor_id
        )
    ).one_or_none()
    if batch is None:
        return NOTHING
    used = sa.select(LotPackaging.lot_id).where(LotPackaging.batch_id == begun.ref)
    wanted = _between(begun, Lot.packed_on).where(Lot.id.in_(used))
    return Starts(" ".join(filter(None, batch)), _ids(session, wanted))


def _packed(
    session: Session, begun: Beginning, column: sa.SQLColumnExpression[str]
) -> tuple[str, ...]:
    """Return the lots of which something is told of their packing, whatever its marks and case."""
    packed = sa.select(column).join(Lot, Lot.id == LotPacking.lot_id)
    names = session.scalars(packed.where(Lot.vendor_id == begun.vendor_id).distinct())
    wanted = fold(begun.ref)
    said = [name for name in names if fold(name) == wanted]
    lots = _between(begun, Lot.packed_on).join(LotPacking, LotPacking.lot_id == Lot.id)
    return _ids(session, lots.where(column.in_(said))) if said else ()


def _of_water(session: Session, begun: Beginning) -> Starts:
    """Return the lots of seasons that were watered from a source before their harvest.

    By the plots that draw from it, for as long as they do, and by what the diaries say.
    """
    source = session.execute(
        sa.select(WaterSource.name).where(
            WaterSource.id == begun.ref, WaterSource.vendor_id == begun.vendor_id
        )
    ).one_or_none()
    if source is None:
        return NOTHING
    told = _worked(begun.vendor_id).join(EntryWater, EntryWater.entry_id == DiaryEntry.id)
    told = told.where(EntryWater.source_id == begun.ref, *_within(begun, DiaryEntry.done_on))
    days = [(row.season_id, row.done_on) for row in session.execute(told)]
    spans = session.execute(
        sa.select(Season.id, Season.started_on, PlotWater.since, PlotWater.until)
        .join(PlotWater, PlotWater.plot_id == Season.plot_id)
        .where(PlotWater.source_id == begun.ref)
    )
    for season_id, started_on, since, until in spans:
        first = max(day for day in (started_on, since, begun.first_day) if day)
        if (until is None or first < until) and (begun.last_day is None or first <= begun.last_day):
            days.append((season_id, first))
    since_of: dict[str, date] = {}
    for season_id, day in days:
        since_of[season_id] = min(day, since_of.get(season_id, day))
    return Starts(source.name, _since(session, begun, since_of))


def _worked(vendor_id: str, *names: sa.SQLColumnExpression[Any]) -> sa.Select[*tuple[Any, ...]]:
    """Return the statement of what was done on a vendor's land, as it is told last."""
    return (
        sa.select(DiaryEntry.season_id, DiaryEntry.done_on, *names)
        .join(Season, Season.id == DiaryEntry.season_id)
        .join(Plot, Plot.id == Season.plot_id)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Farm.vendor_id == vendor_id, DiaryEntry.status == EntryStatus.DONE, is_latest())
    )


def _first_days(session: Session, worked: sa.Select[*tuple[Any, ...]], ref: str) -> dict[str, date]:
    """Return the seasons of which an entry names something, and the first day it does."""
    wanted, since = fold(ref), dict[str, date]()
    for season_id, done_on, *names in session.execute(worked):
        plain = (one for name in names for one in (name if isinstance(name, list) else [name]))
        if any(fold(one) == wanted for one in plain if one):
            since[season_id] = min(done_on, since.get(season_id, done_on))
    return since


def _of_load(session: Session, begun: Beginning) -> Starts:
    """Return what lay in a crate or on a pallet, on these days where they are known."""
    unit = session.execute(
        sa.select(LogisticUnit.sscc, LogisticUnit.code).where(
            LogisticUnit.id == begun.ref, LogisticUnit.vendor_id == begun.vendor_id
        )
    ).one_or_none()
    if unit is None:
        return NOTHING
    first, last = begun.first_day, begun.last_day
    since = datetime.combine(first, time(), HANOI) if first else None
    until = datetime.combine(last + timedelta(days=1), time(), HANOI) if last else None
    found = lots_loaded(session, begun.ref, since=since, until=until)
    return Starts(unit.sscc or unit.code, tuple(sorted(found)))


def _of_complaint(session: Session, begun: Beginning) -> Starts:
    row = session.execute(
        sa.select(Complaint.code, Complaint.lot_id).where(
            Complaint.id == begun.ref, Complaint.vendor_id == begun.vendor_id
        )
    ).one_or_none()
    return Starts(row.code, (row.lot_id,)) if row else NOTHING


def _since(session: Session, begun: Beginning, since: Mapping[str, date]) -> tuple[str, ...]:
    """Return the lots of seasons that were harvested on a day or later."""
    if not since:
        return ()
    wanted = sa.select(Lot.id).where(Lot.vendor_id == begun.vendor_id, grew_in(since))
    grown = seasons_of_lots(wanted)
    rows = session.execute(
        sa.select(Lot.id, grown.c.season_id, Lot.harvested_on)
        .join(grown, grown.c.lot_id == Lot.id)
        .where(grown.c.season_id.in_(since))
        .order_by(Lot.id)
    )
    found = (row.id for row in rows if row.harvested_on >= since[row.season_id])
    return tuple(dict.fromkeys(found))


def _lots(begun: Beginning) -> sa.Select[str]:
    return _between(begun, Lot.harvested_on)


def _between(begun: Beginning, day: sa.SQLColumnExpression[date | None]) -> sa.Select[str]:
    """Return the statement of a vendor's lots with a day from the first to the last one."""
    wanted = sa.select(Lot.id).where(Lot.vendor_id == begun.vendor_id, *_within(begun, day))
    return wanted.order_by(Lot.id)


def _within(begun: Beginning, day: sa.SQLColumnExpression[Any]) -> Iterator[sa.ColumnElement[bool]]:
    if begun.first_day is not None:
        yield day >= begun.first_day
    if begun.last_day is not None:
        yield day <= begun.last_day


def _ids(session: Session, wanted: sa.Select[str]) -> tuple[str, ...]:
    return tuple(session.scalars(wanted))


_WAYS: Mapping[Origin, Callable[[Session, Beginning], Starts]] = {
    Origin.LOT: _of_lot,
    Origin.PLOT: _of_plot,
    Origin.INPUT: _of_input,
    Origin.CERTIFICATE: _of_certificate,
    Origin.WORKER: _of_worker,
    Origin.LINE: _of_line,
    Origin.SHIFT: _of_shift,
    Origin.PACKAGING: _of_packaging,
    Origin.WATER: _of_water,
    Origin.LOAD: _of_load,
    Origin.COMPLAINT: _of_complaint,
}
