"""Everything that was written down of a season, for its book (VietGAP, TCVN 11892-1:2017)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.quantity import Unit
from traceability.models import (
    DiaryEntry,
    EntryInput,
    EntryQuantity,
    InputBatch,
    InputMove,
    InputProduct,
    LabTest,
    Lot,
    grew_in,
    is_latest,
)
from traceability.queries.farms import FarmCard, PlotCard, SeasonCard, farm_of, plot_of
from traceability.queries.farms import season_of as find_season
from traceability.rules import Activity, EntryStatus, LotState, Measured, Spray, SupplyMove, Verdict


@dataclass(frozen=True)
class BookEntry:
    """One entry, with the names of all that was used and every quantity."""

    id: str
    activity: Activity
    done_on: date
    ended_on: date | None
    note: dict[str, str]
    input_name: str | None
    active_ingredient: str | None
    dose: str | None
    phi_days: int | None
    worker: str
    people: list[str]
    recorded_at: datetime
    used: tuple[str, ...] = ()
    quantities: tuple[Measured, ...] = ()

    @property
    def free_from(self) -> date | None:
        """The first day on which may be harvested after this spraying; None: not known."""
        spray = Spray(self.input_name or "", self.done_on, self.phi_days, self.ended_on)
        return spray.free_from

    @property
    def who(self) -> str:
        """Whoever worked, each name once."""
        return ", ".join(dict.fromkeys(name for name in (self.worker, *self.people) if name))


@dataclass(frozen=True)
class BookLot:
    """One lot of the season; ``quantity`` in base units."""

    id: str
    code: str
    trace_code: str
    unit: Unit
    quantity: int
    harvested_on: date
    packed_on: date | None
    best_before: date | None
    state: LotState
    state_reason: str


@dataclass(frozen=True)
class BookTest:
    """One laboratory's report on the season's land or lots."""

    lab: str
    report_no: str
    sampled_on: date
    verdict: Verdict
    note: str
    lot_code: str | None


@dataclass(frozen=True)
class BookBatch:
    """What was bought and used in the season; ``bought`` in base units of ``unit``."""

    name: str
    active_ingredient: str
    supplier: str
    lot_code: str
    expires_on: date | None
    bought_on: date
    unit: Unit
    bought: int


@dataclass(frozen=True)
class SeasonBook:
    """A season's book: land, crop, entries by the day, what was bought, lots, reports."""

    farm: FarmCard
    plot: PlotCard
    season: SeasonCard
    entries: tuple[BookEntry, ...]
    batches: tuple[BookBatch, ...]
    lots: tuple[BookLot, ...]
    tests: tuple[BookTest, ...]

    def of(self, *activities: Activity) -> list[BookEntry]:
        """Return the entries of some activities, the earliest first."""
        return [entry for entry in self.entries if entry.activity in activities]


def season_book(session: Session, season_id: str, *, vendor_id: str) -> SeasonBook | None:
    """Return the book of a vendor's season (eight statements); planned work is not in it."""
    season = find_season(session, season_id, vendor_id=vendor_id)
    plot = plot_of(session, season.plot_id, vendor_id=vendor_id) if season else None
    farm = farm_of(session, plot.farm_id, vendor_id=vendor_id) if plot else None
    if season is None or plot is None or farm is None:
        return None
    return SeasonBook(
        farm=farm,
        plot=plot,
        season=season,
        entries=tuple(_entries(session, season_id)),
        batches=tuple(_batches(session, season_id)),
        lots=tuple(_rows(session, BookLot, _lots(season_id))),
        tests=tuple(_rows(session, BookTest, _tests(season_id))),
    )


def _rows(session: Session, kind: type[Any], statement: sa.Select[Any]) -> list[Any]:
    return [kind(**row._mapping) for row in session.execute(statement)]


def _entries(session: Session, season_id: str) -> list[BookEntry]:
    plain = [name for name in BookEntry.__dataclass_fields__ if name not in {"used", "quantities"}]
    wanted = (
        DiaryEntry.season_id == season_id,
        DiaryEntry.status == EntryStatus.DONE,
        is_latest(),
    )
    rows = session.execute(
        sa.select(*(getattr(DiaryEntry, name) for name in plain))
        .where(*wanted)
        .order_by(DiaryEntry.done_on, DiaryEntry.id)
    ).all()
    ids = sa.select(DiaryEntry.id).where(*wanted)
    used, measured = _used(session, ids), _measured(session, ids)
    return [
        BookEntry(
            **row._mapping,
            used=tuple(used.get(row.id, ())),
            quantities=tuple(measured.get(row.id, ())),
        )
        for row in rows
    ]


def _used(session: Session, ids: sa.Select[str]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    rows = session.execute(
        sa.select(EntryInput.entry_id, InputProduct.name, InputBatch.name.label("batch"))
        .outerjoin(InputProduct, InputProduct.id == EntryInput.product_id)
        .outerjoin(InputBatch, InputBatch.id == EntryInput.input_batch_id)
        .where(EntryInput.entry_id.in_(ids))
        .order_by(EntryInput.entry_id, EntryInput.position)
    )
    for row in rows:
        name = row.name or row.batch
        if name and name not in names[row.entry_id]:
            names[row.entry_id].append(name)
    return names


def _measured(session: Session, ids: sa.Select[str]) -> dict[str, list[Measured]]:
    found: dict[str, list[Measured]] = defaultdict(list)
    names = Measured.__dataclass_fields__
    rows = session.execute(
        sa.select(EntryQuantity.entry_id, *(getattr(EntryQuantity, name) for name in names))
        .where(EntryQuantity.entry_id.in_(ids))
        .order_by(EntryQuantity.entry_id, EntryQuantity.position)
    )
    for row in rows:
        found[row.entry_id].append(Measured(**{name: getattr(row, name) for name in names}))
    return found


def _batches(session: Session, season_id: str) -> list[BookBatch]:
    """Return the batches that entries of a season took from."""
    bought = (
        sa.select(sa.func.coalesce(sa.func.sum(InputMove.change), 0))
        .where(InputMove.batch_id == InputBatch.id, InputMove.kind == SupplyMove.BOUGHT)
        .correlate(InputBatch)
        .scalar_subquery()
    )
    taken = (
        sa.select(InputMove.batch_id)
        .join(DiaryEntry, DiaryEntry.id == InputMove.entry_id)
        .where(DiaryEntry.season_id == season_id)
    )
    plain = [name for name in BookBatch.__dataclass_fields__ if name != "bought"]
    return _rows(
        session,
        BookBatch,
        sa.select(*(getattr(InputBatch, name) for name in plain), bought.label("bought"))
        .where(InputBatch.id.in_(taken))
        .order_by(InputBatch.bought_on, InputBatch.id),
    )


def _lots(season_id: str) -> sa.Select[Any]:
    return (
        sa.select(*(getattr(Lot, name) for name in BookLot.__dataclass_fields__))
        .where(grew_in([season_id]))
        .order_by(Lot.harvested_on, Lot.code)
    )


def _tests(season_id: str) -> sa.Select[Any]:
    plain = [name for name in BookTest.__dataclass_fields__ if name != "lot_code"]
    return (
        sa.select(*(getattr(LabTest, name) for name in plain), Lot.code.label("lot_code"))
        .outerjoin(Lot, Lot.id == LabTest.lot_id)
        .where(sa.or_(LabTest.season_id == season_id, grew_in([season_id])))
        .order_by(LabTest.sampled_on, LabTest.id)
    )
