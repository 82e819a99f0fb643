"""What a phone pulls to write a diary for days without network."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.quantity import Unit, written
from kernel.rules_table import rule
from traceability.models import (
    DiaryEntry,
    Farm,
    Lot,
    LotMove,
    Plot,
    PlotHeritage,
    Season,
    is_latest,
)
from traceability.queries.supplies_of_phone import (
    PhoneBatch,
    PhoneProduct,
    batches_of,
    crop_finder,
    listed_products,
)
from traceability.queries.tasks import TaskRow, tasks_of
from traceability.rules import (
    LONGEST_INTERVAL_DAYS,
    Activity,
    Block,
    EntryStatus,
    MoveKind,
    overlapping,
    relatives,
)
from traceability.rules.tasks import is_for

SHOWN_DAYS = 90
MOST_ENTRIES = 200
MOST_PRODUCTS = 400
MOST_PEOPLE = 50


@dataclass(frozen=True)
class PhoneSpray:
    """A spraying, for the waiting time that the phone reckons by itself."""

    id: str
    key: str
    name: str
    done_on: date
    last_on: date | None
    phi_days: int | None
    block: Block | None


@dataclass(frozen=True)
class PhoneSeason:
    """A crop on a plot: what is sprayed there, which tasks are offered."""

    id: str
    plot_id: str
    plot: str
    farm: str
    code: str
    crop: dict[str, str]
    crop_id: str | None
    variety: str
    started_on: date
    ended_on: date | None
    sprays: tuple[PhoneSpray, ...]
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class PhoneEntry:
    """An entry as it stands now."""

    id: str
    key: str
    season_id: str
    activity: Activity
    done_on: date
    note: dict[str, str]
    input_name: str | None
    active_ingredient: str | None
    dose: str | None
    phi_days: int | None
    worker: str
    status: EntryStatus
    media: list[str]
    # Of a harvest: how much it was, measured in, and its lot.
    quantity_text: str | None = None
    unit: str | None = None
    lot: str | None = None


@dataclass(frozen=True)
class Reference:
    """All that a phone keeps of a vendor."""

    vendor_id: str
    seasons: tuple[PhoneSeason, ...]
    products: tuple[PhoneProduct, ...]
    batches: tuple[PhoneBatch, ...]
    people: tuple[str, ...]
    tasks: tuple[TaskRow, ...]
    entries: tuple[PhoneEntry, ...]


_SEASON = (
    Season.id,
    Season.plot_id,
    Plot.name.label("plot"),
    Farm.name.label("farm"),
    Season.code,
    Season.crop,
    Season.crop_id,
    Season.variety,
    Season.started_on,
    Season.ended_on,
)
_ENTRY = (
    DiaryEntry.id,
    DiaryEntry.client_key.label("key"),
    DiaryEntry.season_id,
    DiaryEntry.activity,
    DiaryEntry.done_on,
    DiaryEntry.note,
    DiaryEntry.input_name,
    DiaryEntry.active_ingredient,
    DiaryEntry.dose,
    DiaryEntry.typed_phi_days.label("phi_days"),
    DiaryEntry.worker,
    DiaryEntry.status,
    DiaryEntry.media,
    Lot.code.label("lot"),
    Lot.unit.label("base_unit"),
    sa.select(sa.func.sum(LotMove.quantity))
    .where(LotMove.lot_id == Lot.id, LotMove.kind == MoveKind.MADE)
    .scalar_subquery()
    .label("made"),
)


def reference(session: Session, *, vendor_id: str, today: date) -> Reference:
    """Return what a phone needs of a vendor's diary (nine statements)."""
    tasks = tuple(tasks_of(session, vendor_id=vendor_id))
    entries = _entries(session, vendor_id, today)
    return Reference(
        vendor_id=vendor_id,
        seasons=_seasons(session, vendor_id, today, tasks),
        products=_products(entries, listed_products(session, today=today)),
        batches=tuple(batches_of(session, vendor_id=vendor_id)),
        people=tuple(dict.fromkeys(one.worker for one in entries if one.worker))[:MOST_PEOPLE],
        tasks=tasks,
        entries=tuple(entries[:MOST_ENTRIES]),
    )


def _entries(session: Session, vendor_id: str, today: date) -> list[PhoneEntry]:
    """Return the entries of the last year, the latest first: what the next ones most likely repeat."""
    rows = session.execute(
        sa.select(*_ENTRY)
        .join(Season, Season.id == DiaryEntry.season_id)
        .join(Plot, Plot.id == Season.plot_id)
        .join(Farm, Farm.id == Plot.farm_id)
        .outerjoin(Lot, Lot.harvest_id == DiaryEntry.root_id)
        .where(Farm.vendor_id == vendor_id, DiaryEntry.done_on >= today - timedelta(days=366))
        .where(is_latest())
        .order_by(DiaryEntry.done_on.desc(), DiaryEntry.id.desc())
        .limit(1000)
    )
    return [_entry(dict(row._mapping)) for row in rows]


def _entry(told: dict[str, Any]) -> PhoneEntry:
    unit, made = told.pop("base_unit"), told.pop("made")
    if unit is not None:
        told |= {"quantity_text": figure(made or 0, unit), "unit": unit_key(unit)}
    return PhoneEntry(**told)


def figure(quantity: int, unit: Unit) -> str:
    """Return an amount as a phone's form has it: the bare number in kilograms, litres, pieces."""
    return written(quantity, unit).partition(" ")[0]


def unit_key(unit: Unit) -> str:
    """Return the name by which a phone's form knows a unit."""
    return {Unit.GRAM: "kg", Unit.MILLILITRE: "l"}.get(unit, "piece")


def _seasons(
    session: Session, vendor_id: str, today: date, tasks: tuple[TaskRow, ...]
) -> tuple[PhoneSeason, ...]:
    recent = today - timedelta(days=SHOWN_DAYS)
    rows = session.execute(
        sa.select(*_SEASON)
        .join(Plot, Plot.id == Season.plot_id)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Farm.vendor_id == vendor_id)
        .where(sa.or_(Season.ended_on.is_(None), Season.ended_on >= recent))
        .order_by(Farm.code, Plot.code, Season.started_on.desc())
    ).all()
    crops = crop_finder(session)
    land = _land(session, vendor_id, today)
    sprayed = _sprays(session, vendor_id, today)
    return tuple(
        PhoneSeason(
            **(dict(row._mapping) | {"crop_id": crops.find(row.crop_id, row.crop.values())}),
            sprays=tuple(spray for plot_id, spray in sprayed if plot_id in land(row.plot_id)),
            tasks=tuple(task.id for task in tasks if is_for(task.crops, row.crop)),
        )
        for row in rows
    )


def _land(session: Session, vendor_id: str, today: date) -> Callable[[str], set[str]]:
    """Return what tells which plots lie on the land of a plot: by heritage or by outline."""
    plots = session.execute(
        sa.select(Plot.id, Plot.outline)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Farm.vendor_id == vendor_id)
    ).all()
    heritage = [
        (row.parent_id, row.child_id)
        for row in session.execute(
            sa.select(PlotHeritage.parent_id, PlotHeritage.child_id).where(
                PlotHeritage.child_id.in_([plot.id for plot in plots])
            )
        )
    ]
    drawn = {plot.id: plot.outline for plot in plots if plot.outline}
    percent = rule(session, "diary.overlap_percent", on=today).value if len(drawn) > 1 else 100
    found: dict[str, set[str]] = {}

    def land(plot_id: str) -> set[str]:
        if plot_id not in found:
            over = overlapping(plot_id, drawn, percent=percent)
            found[plot_id] = relatives(plot_id, heritage) | over
        return found[plot_id]

    return land


def _sprays(session: Session, vendor_id: str, today: date) -> list[tuple[str, PhoneSpray]]:
    """Return the sprays of a year with their plots, whatever grew there."""
    rows = session.execute(
        sa.select(
            Season.plot_id,
            DiaryEntry.id,
            DiaryEntry.client_key,
            DiaryEntry.input_name,
            DiaryEntry.done_on,
            DiaryEntry.ended_on,
            DiaryEntry.phi_days,
            DiaryEntry.block,
        )
        .join(Season, Season.id == DiaryEntry.season_id)
        .join(Plot, Plot.id == Season.plot_id)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(
            Farm.vendor_id == vendor_id,
            sa.or_(DiaryEntry.activity == Activity.SPRAY, DiaryEntry.block.is_not(None)),
            DiaryEntry.status == EntryStatus.DONE,
            DiaryEntry.done_on >= today - timedelta(days=LONGEST_INTERVAL_DAYS),
            is_latest(),
        )
        .order_by(DiaryEntry.done_on, DiaryEntry.id)
    )
    return [
        (
            row.plot_id,
            PhoneSpray(
                id=row.id,
                key=row.client_key,
                name=row.input_name or "",
                done_on=row.done_on,
                last_on=row.ended_on,
                phi_days=row.phi_days,
                block=row.block,
            ),
        )
        for row in rows
    ]


def _products(entries: list[PhoneEntry], listed: list[PhoneProduct]) -> tuple[PhoneProduct, ...]:
    """Return each product once: those written before first, the latest first, then the list."""
    by_name = {(one.activity, one.name.lower()): one for one in listed}
    found: dict[tuple[Activity, str], PhoneProduct] = {}
    for entry in entries:
        if not entry.input_name:
            continue
        key = (entry.activity, entry.input_name.lower())
        written = PhoneProduct(
            entry.activity,
            entry.input_name,
            entry.active_ingredient or "",
            entry.dose or "",
            entry.phi_days,
        )
        known = by_name.get(key)
        found.setdefault(key, replace(known, dose=written.dose) if known else written)
    return tuple((found | {key: one for key, one in by_name.items() if key not in found}).values())[
        :MOST_PRODUCTS
    ]
