"""What a recall may begin with at a vendor, for lists to choose from; when drills are due."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.clock import HANOI, local_date
from kernel.rules_table import rule
from traceability.models import (
    Complaint,
    DiaryEntry,
    Farm,
    InputBatch,
    LogisticUnit,
    Lot,
    LotPacking,
    Plot,
    Recall,
    Season,
    WaterSource,
)
from traceability.rules.recalls import DRILL_DAYS, ComplaintState, RecallState

MOST = 300


def plots_of(session: Session, vendor_id: str) -> Sequence[tuple[str, str]]:
    """Return the plots of a vendor: id, and farm with plot."""
    rows = session.execute(
        sa.select(Plot.id, Farm.name, Plot.name)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Farm.vendor_id == vendor_id)
        .order_by(Farm.code, Plot.code)
        .limit(MOST)
    )
    return [(plot_id, f"{farm}, {plot}") for plot_id, farm, plot in rows]


def waters_of(session: Session, vendor_id: str) -> Sequence[tuple[str, str]]:
    """Return the water sources of a vendor by name."""
    rows = session.execute(
        sa.select(WaterSource.id, WaterSource.name)
        .where(WaterSource.vendor_id == vendor_id)
        .order_by(WaterSource.name)
        .limit(MOST)
    )
    return [(row.id, row.name) for row in rows]


def packaging_of(session: Session, vendor_id: str) -> Sequence[tuple[str, str]]:
    """Return what a vendor bought to pack into, the last first: its name, number and day."""
    rows = session.execute(
        sa.select(InputBatch.id, InputBatch.name, InputBatch.lot_code, InputBatch.bought_on)
        .where(InputBatch.vendor_id == vendor_id, InputBatch.is_packaging)
        .order_by(InputBatch.bought_on.desc(), InputBatch.id.desc())
        .limit(MOST)
    )
    return [
        (row.id, " · ".join(filter(None, (row.name, row.lot_code, f"{row.bought_on:%d/%m/%Y}"))))
        for row in rows
    ]


def lines_of(session: Session, vendor_id: str) -> Sequence[str]:
    """Return the packing lines of a vendor."""
    return _packed(session, LotPacking.line, vendor_id)


def shifts_of(session: Session, vendor_id: str) -> Sequence[str]:
    """Return the shifts in which a vendor packed."""
    return _packed(session, LotPacking.shift, vendor_id)


def inputs_of(session: Session, vendor_id: str) -> Sequence[str]:
    """Return the names of what a vendor's diaries say was put on the fields."""
    return _words(session, DiaryEntry.input_name, vendor_id)


def workers_of(session: Session, vendor_id: str) -> Sequence[str]:
    """Return who works by a vendor's diaries, or packed."""
    packers = _packed(session, LotPacking.worker, vendor_id)
    return sorted({*_words(session, DiaryEntry.worker, vendor_id), *packers})[:MOST]


def vendors_of_lots(session: Session) -> Sequence[str]:
    """Return the vendors that have lots."""
    return session.scalars(sa.select(Lot.vendor_id).distinct().limit(1000)).all()


def lots_named(session: Session, words: str, *, vendor_id: str | None) -> Sequence[tuple[str, str]]:
    """Return id and vendor of the lot with this id or code under the QR, else of those with this code.

    Vendors count their lots alike: of those there may be several; two at most are returned.
    """
    exact = sa.or_(Lot.id == words, Lot.trace_code == words.upper())
    wanted = sa.select(Lot.id, Lot.vendor_id, exact.label("exact")).where(
        sa.or_(exact, Lot.code == words.upper())
    )
    if vendor_id is not None:
        wanted = wanted.where(Lot.vendor_id == vendor_id)
    rows = session.execute(wanted.order_by(exact.desc(), Lot.id).limit(2)).all()
    return [(row.id, row.vendor_id) for row in (rows[:1] if rows and rows[0].exact else rows)]


def loads_named(
    session: Session, words: str, *, vendor_id: str | None
) -> Sequence[tuple[str, str]]:
    """Return id and vendor of the crate or pallet with this SSCC or code; SSCCs are read as printed."""
    digits = re.sub(r"^\(00\)|[\s.-]", "", words)
    # A scanner tells the application identifier 00 before the eighteen digits.
    sscc = digits[2:] if len(digits) == 20 and digits.startswith("00") else digits
    named = (LogisticUnit.id == words, LogisticUnit.code == words.upper())
    wanted = sa.select(LogisticUnit.id, LogisticUnit.vendor_id).where(
        sa.or_(*named, LogisticUnit.sscc == sscc)
    )
    if vendor_id is not None:
        wanted = wanted.where(LogisticUnit.vendor_id == vendor_id)
    return [(row.id, row.vendor_id) for row in session.execute(wanted.limit(2))]


def open_complaints(session: Session, *, vendor_id: str | None) -> int:
    """Return how many complaints wait for an answer."""
    wanted = sa.select(sa.func.count()).where(Complaint.state == ComplaintState.OPEN)
    if vendor_id is not None:
        wanted = wanted.where(Complaint.vendor_id == vendor_id)
    return session.scalar(wanted) or 0


def drill_due(session: Session, vendor_id: str, *, on: date) -> date:
    """Return until when a vendor has to try a recall out: counted from the last one, or today."""
    days = int(rule(session, DRILL_DAYS, on=on).value)
    last = session.scalar(
        sa.select(sa.func.max(Recall.closed_at, type_=Recall.closed_at.type)).where(
            Recall.vendor_id == vendor_id, Recall.state == RecallState.CLOSED
        )
    )
    return on if last is None else local_date(last) + timedelta(days=days)


def drills_due(session: Session, *, on: date, limit: int) -> Sequence[str]:
    """Return vendors with lots older than the interval that closed neither recall nor drill in it."""
    days = int(rule(session, DRILL_DAYS, on=on).value)
    since = on - timedelta(days=days)
    recent = sa.exists().where(
        Recall.vendor_id == Lot.vendor_id,
        Recall.state == RecallState.CLOSED,
        Recall.closed_at >= datetime.combine(since, time(), HANOI),
    )
    return session.scalars(
        sa.select(Lot.vendor_id)
        .where(Lot.harvested_on <= since, ~recent)
        .distinct()
        .order_by(Lot.vendor_id)
        .limit(limit)
    ).all()


def _words(
    session: Session, column: sa.SQLColumnExpression[str | None], vendor_id: str
) -> Sequence[str]:
    rows = session.scalars(
        sa.select(column)
        .join(Season, Season.id == DiaryEntry.season_id)
        .join(Plot, Plot.id == Season.plot_id)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Farm.vendor_id == vendor_id, column.is_not(None), column != "")
        .distinct()
        .order_by(column)
        .limit(MOST)
    )
    return [text for text in rows if text]


def _packed(session: Session, column: sa.SQLColumnExpression[str], vendor_id: str) -> Sequence[str]:
    return session.scalars(
        sa.select(column)
        .join(Lot, Lot.id == LotPacking.lot_id)
        .where(Lot.vendor_id == vendor_id, column != "")
        .distinct()
        .order_by(column)
        .limit(MOST)
    ).all()
