"""Reads of diary entries with their corrections, of the shed, and of lab tests."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.quantity import Unit
from traceability.models import (
    DiaryEntry,
    EntryInput,
    EntryQuantity,
    Farm,
    InputBatch,
    InputLabel,
    InputMove,
    InputProduct,
    IntervalHold,
    LabResult,
    LabTest,
    Lot,
    Plot,
    Season,
    WaterSource,
    WaterTest,
    is_latest,
)
from traceability.queries.farms import _LINE, DiaryLine
from traceability.rules import Block, HoldEnd, Measured, MoveKind, Verdict


@dataclass(frozen=True)
class Revision:
    """One row of an entry: what was told, when, and why it was told anew."""

    line: DiaryLine
    season_id: str
    reason: str
    recorded_at: datetime
    typed_phi_days: int | None
    people: tuple[str, ...]
    products: tuple[str, ...]
    product_ids: tuple[str, ...]
    batch_ids: tuple[str, ...]
    quantities: tuple[Measured, ...]


@dataclass(frozen=True)
class BatchCard:
    """A batch of the shed and what is left of it, in base units."""

    id: str
    name: str
    active_ingredient: str
    supplier: str
    lot_code: str
    bought_on: date
    expires_on: date | None
    unit: Unit
    is_packaging: bool
    left: int


@dataclass(frozen=True)
class MoveRow:
    """One change of a batch's stock."""

    kind: MoveKind
    change: int
    note: str
    at: datetime
    entry_id: str | None


@dataclass(frozen=True)
class TestCard:
    """A lab test; ``lot_code`` where it is of a lot."""

    # Not a class of tests, whatever its name begins with.
    __test__ = False

    id: str
    lab: str
    report_no: str
    sampled_on: date
    verdict: Verdict
    note: str
    lot_id: str | None
    lot_code: str | None
    season_id: str | None
    # The source whose water was tested.
    water: str | None
    # What grows where soil and water were tested.
    crop: dict[str, str] | None
    file_key: str
    file_name: str
    media_type: str


@dataclass(frozen=True)
class ResultRow:
    """One analyte of a test."""

    analyte: str
    method: str
    value: str
    unit: str
    most: str
    verdict: Verdict


@dataclass(frozen=True)
class HoldRow:
    """One cause for which the rule holds, or held, a lot."""

    block: Block
    product: str
    sprayed_on: date | None
    free_from: date | None
    opened_at: datetime
    closed_at: datetime | None
    closed_how: HoldEnd | None


@dataclass(frozen=True)
class ProductName:
    """A product as a form offers it, with the longest waiting time that stands on a label."""

    name: str
    phi_days: int | None


def revisions(session: Session, entry_id: str, *, vendor_id: str) -> list[Revision]:
    """Return an entry and all it was corrected from and to, the latest first."""
    root = sa.select(DiaryEntry.root_id).where(DiaryEntry.id == entry_id).scalar_subquery()
    more = (
        DiaryEntry.season_id,
        DiaryEntry.revision_reason,
        DiaryEntry.recorded_at,
        DiaryEntry.typed_phi_days,
        DiaryEntry.people,
    )
    rows = session.execute(
        sa.select(*_LINE, *more)
        .join(Season, Season.id == DiaryEntry.season_id)
        .join(Plot, Plot.id == Season.plot_id)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(DiaryEntry.root_id == root, Farm.vendor_id == vendor_id)
        .order_by(DiaryEntry.recorded_at.desc(), DiaryEntry.id.desc())
    ).all()
    ids = [row.id for row in rows]
    inputs, measured = _inputs(session, ids), _quantities(session, ids)
    lines = list(DiaryLine.__dataclass_fields__)
    return [
        Revision(
            line=DiaryLine(**{name: row._mapping[name] for name in lines}),
            season_id=row.season_id,
            reason=row.revision_reason,
            recorded_at=row.recorded_at,
            typed_phi_days=row.typed_phi_days,
            people=tuple(row.people),
            products=tuple(name for _, name, _ in inputs.get(row.id, ()) if name),
            product_ids=tuple(key for key, _, _ in inputs.get(row.id, ()) if key),
            batch_ids=tuple(key for _, _, key in inputs.get(row.id, ()) if key),
            quantities=tuple(measured.get(row.id, ())),
        )
        for row in rows
    ]


def _inputs(
    session: Session, ids: Collection[str]
) -> dict[str, list[tuple[str | None, str | None, str | None]]]:
    rows = session.execute(
        sa.select(
            EntryInput.entry_id,
            EntryInput.product_id,
            InputProduct.name,
            EntryInput.input_batch_id,
        )
        .outerjoin(InputProduct, InputProduct.id == EntryInput.product_id)
        .where(EntryInput.entry_id.in_(ids))
        .order_by(EntryInput.entry_id, EntryInput.position)
    )
    found: dict[str, list[tuple[str | None, str | None, str | None]]] = {}
    for entry_id, product_id, name, batch_id in rows:
        found.setdefault(entry_id, []).append((product_id, name, batch_id))
    return found


def _quantities(session: Session, ids: Collection[str]) -> dict[str, list[Measured]]:
    rows = session.scalars(
        sa.select(EntryQuantity)
        .where(EntryQuantity.entry_id.in_(ids))
        .order_by(EntryQuantity.entry_id, EntryQuantity.position)
    )
    found: dict[str, list[Measured]] = {}
    for row in rows:
        values = {name: getattr(row, name) for name in Measured.__dataclass_fields__}
        found.setdefault(row.entry_id, []).append(Measured(**values))
    return found


def batches(
    session: Session, *, vendor_id: str, among: Collection[str] | None = None
) -> list[BatchCard]:
    """Return a vendor's batches, the newest first, with what is left of each."""
    left = (
        sa.select(sa.func.coalesce(sa.func.sum(InputMove.change), 0))
        .where(InputMove.batch_id == InputBatch.id)
        .scalar_subquery()
        .label("left")
    )
    names = [name for name in BatchCard.__dataclass_fields__ if name != "left"]
    wanted = (
        sa.select(*(getattr(InputBatch, name) for name in names), left)
        .where(InputBatch.vendor_id == vendor_id)
        .order_by(InputBatch.created_at.desc(), InputBatch.id.desc())
        .limit(300)
    )
    if among is not None:
        wanted = wanted.where(InputBatch.id.in_(among))
    return [
        BatchCard(**(dict(row._mapping) | {"left": int(row.left)}))
        for row in session.execute(wanted)
    ]


def batch_moves(session: Session, batch_id: str) -> list[MoveRow]:
    """Return the changes of a batch's stock, the latest first."""
    names = MoveRow.__dataclass_fields__
    rows = session.execute(
        sa.select(*(getattr(InputMove, name) for name in names))
        .where(InputMove.batch_id == batch_id)
        .order_by(InputMove.at.desc(), InputMove.id.desc())
        .limit(300)
    )
    return [MoveRow(**row._mapping) for row in rows]


def lab_tests(
    session: Session,
    *,
    vendor_id: str,
    lot_id: str | None = None,
    season_id: str | None = None,
    test_id: str | None = None,
) -> list[TestCard]:
    """Return a vendor's lab tests, of one lot, one season or all, the latest sample first."""
    names = [
        name for name in TestCard.__dataclass_fields__ if name not in {"lot_code", "crop", "water"}
    ]
    wanted = (
        sa.select(
            *(getattr(LabTest, name) for name in names),
            Lot.code.label("lot_code"),
            Season.crop,
            WaterSource.name.label("water"),
        )
        .outerjoin(Lot, Lot.id == LabTest.lot_id)
        .outerjoin(Season, Season.id == LabTest.season_id)
        .outerjoin(WaterTest, WaterTest.test_id == LabTest.id)
        .outerjoin(WaterSource, WaterSource.id == WaterTest.source_id)
        .where(LabTest.vendor_id == vendor_id)
        .order_by(LabTest.sampled_on.desc(), LabTest.id.desc())
        .limit(200)
    )
    if lot_id is not None:
        wanted = wanted.where(LabTest.lot_id == lot_id)
    if season_id is not None:
        wanted = wanted.where(LabTest.season_id == season_id)
    if test_id is not None:
        wanted = wanted.where(LabTest.id == test_id)
    return [TestCard(**row._mapping) for row in session.execute(wanted)]


def results_of(session: Session, test_id: str) -> list[ResultRow]:
    """Return the results of a test in the order of its report."""
    names = ResultRow.__dataclass_fields__
    rows = session.execute(
        sa.select(*(getattr(LabResult, name) for name in names))
        .where(LabResult.test_id == test_id)
        .order_by(LabResult.position)
    )
    return [ResultRow(**row._mapping) for row in rows]


def holds_of(session: Session, lot_id: str) -> list[HoldRow]:
    """Return the causes for which the rule holds, or held, a lot, the latest first.

    A product sprayed several times on one day is one cause here.
    """
    names = HoldRow.__dataclass_fields__
    rows = session.execute(
        sa.select(*(getattr(IntervalHold, name) for name in names))
        .where(IntervalHold.lot_id == lot_id)
        .order_by(IntervalHold.opened_at.desc(), IntervalHold.id.desc())
    )
    told: dict[tuple[object, ...], HoldRow] = {}
    for row in rows:
        words = (row.block, row.product, row.sprayed_on, row.free_from, row.closed_how)
        told.setdefault(words, HoldRow(**row._mapping))
    return list(told.values())


def product_names(session: Session, *, crop_id: str | None, on: date) -> list[ProductName]:
    """Return the products a form offers: those with a label for the crop come with its days."""
    rows = session.execute(
        sa.select(InputProduct.name, sa.func.max(InputLabel.phi_days).label("phi_days"))
        .outerjoin(
            InputLabel,
            sa.and_(
                InputLabel.product_id == InputProduct.id,
                InputLabel.crop_id == crop_id,
                InputLabel.valid_from <= on,
                sa.or_(InputLabel.valid_to.is_(None), InputLabel.valid_to > on),
            ),
        )
        .where(sa.or_(InputProduct.banned_from.is_(None), InputProduct.banned_from > on))
        .group_by(InputProduct.id, InputProduct.name)
        .order_by(InputProduct.name)
        .limit(500)
    )
    return [ProductName(row.name, row.phi_days) for row in rows]


def latest_of(session: Session, entry_id: str) -> str | None:
    """Return the newest revision of an entry."""
    root = sa.select(DiaryEntry.root_id).where(DiaryEntry.id == entry_id).scalar_subquery()
    return session.scalar(sa.select(DiaryEntry.id).where(DiaryEntry.root_id == root, is_latest()))
