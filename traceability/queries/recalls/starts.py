"""The lots a recall begins with: each way from what is known at first to lots."""

from collections.abc import Callable, Mapping
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
    Farm,
    InputBatch,
    InputProduct,
    LogisticUnit,
    Lot,
    Plot,
    Season,
    grew_in,
    is_latest,
    seasons_of_lots,
)
from traceability.queries.recalls.loads import lots_loaded
from traceability.rules import EntryStatus
from traceability.rules.recalls import MOST_STARTS, Origin
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
    """Return the lots of a vendor that something is known of (two statements at most)."""
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
    if begun.first_day is not None:
        used = used.where(DiaryEntry.done_on >= begun.first_day)
    if begun.last_day is not None:
        used = used.where(DiaryEntry.done_on <= begun.last_day)
    return Starts(begun.ref, _since(session, begun, _first_days(session, used, begun.ref)))


def _of_certificate(session: Session, begun: Beginning) -> Starts:
    held = certificates(session, begun.vendor_id)
    found = next((card for card in held if card.id == begun.ref), None)
    if found is None:
        return NOTHING
    within = (Lot.harvested_on >= found.valid_from, Lot.harvested_on < found.valid_to)
    return Starts(found.number, _ids(session, _lots(begun).where(*within)))


def _of_worker(session: Session, begun: Beginning) -> Starts:
    """Return the lots that somebody harvested, and those of seasons worked on before."""
    done = _worked(begun.vendor_id, DiaryEntry.worker, DiaryEntry.people).where(
        DiaryEntry.done_on.between(begun.first_day, begun.last_day)
    )
    return Starts(begun.ref, _since(session, begun, _first_days(session, done, begun.ref)))


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
        .limit(MOST_STARTS)
    )
    found = (row.id for row in rows if row.harvested_on >= since[row.season_id])
    return tuple(dict.fromkeys(found))


def _lots(begun: Beginning) -> sa.Select[str]:
    wanted = sa.select(Lot.id).where(Lot.vendor_id == begun.vendor_id)
    if begun.first_day is not None:
        wanted = wanted.where(Lot.harvested_on >= begun.first_day)
    if begun.last_day is not None:
        wanted = wanted.where(Lot.harvested_on <= begun.last_day)
    return wanted.order_by(Lot.id).limit(MOST_STARTS)


def _ids(session: Session, wanted: sa.Select[str]) -> tuple[str, ...]:
    return tuple(session.scalars(wanted))


_WAYS: Mapping[Origin, Callable[[Session, Beginning], Starts]] = {
    Origin.LOT: _of_lot,
    Origin.PLOT: _of_plot,
    Origin.INPUT: _of_input,
    Origin.CERTIFICATE: _of_certificate,
    Origin.WORKER: _of_worker,
    Origin.LOAD: _of_load,
    Origin.COMPLAINT: _of_complaint,
}
