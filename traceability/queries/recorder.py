"""What a phone pulls to write a diary for days without network."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.models import DiaryEntry, DiaryPhoto, Farm, Plot, Season
from traceability.queries.tasks import TaskRow, tasks_of
from traceability.rules import Activity, Spray
from traceability.rules.tasks import is_for

SHOWN_DAYS = 90
MOST_ENTRIES = 200
MOST_PRODUCTS = 100
MOST_PEOPLE = 50


@dataclass(frozen=True)
class PhoneSpray:
    """A spraying, for the waiting time that the phone reckons by itself."""

    id: str
    key: str
    name: str
    done_on: date
    phi_days: int | None


@dataclass(frozen=True)
class PhoneSeason:
    """A crop on a plot: what is sprayed there, which tasks are offered."""

    id: str
    plot_id: str
    plot: str
    farm: str
    code: str
    crop: dict[str, str]
    variety: str
    started_on: date
    ended_on: date | None
    sprays: tuple[PhoneSpray, ...]
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class PhoneProduct:
    """Something put on plants or soil before, with what was written of it last."""

    activity: Activity
    name: str
    active_ingredient: str
    dose: str
    phi_days: int | None


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


@dataclass(frozen=True)
class Reference:
    """All that a phone keeps of a vendor."""

    vendor_id: str
    seasons: tuple[PhoneSeason, ...]
    products: tuple[PhoneProduct, ...]
    people: tuple[str, ...]
    tasks: tuple[TaskRow, ...]
    entries: tuple[PhoneEntry, ...]


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
    DiaryEntry.phi_days,
    DiaryEntry.worker,
)


def reference(session: Session, *, vendor_id: str, today: date) -> Reference:
    """Return what a phone needs of a vendor's diary (four statements)."""
    tasks = tuple(tasks_of(session, vendor_id=vendor_id))
    entries = _entries(session, vendor_id, today)
    return Reference(
        vendor_id=vendor_id,
        seasons=_seasons(session, vendor_id, today, tasks),
        products=_products(entries),
        people=tuple(dict.fromkeys(one.worker for one in entries if one.worker))[:MOST_PEOPLE],
        tasks=tasks,
        entries=tuple(entries[:MOST_ENTRIES]),
    )


def missing_photos(session: Session, *, vendor_id: str, digests: list[str]) -> list[str]:
    """Return which of these pictures have not come yet."""
    here = set(
        session.scalars(
            sa.select(DiaryPhoto.digest).where(
                DiaryPhoto.vendor_id == vendor_id,
                DiaryPhoto.digest.in_(digests),
                DiaryPhoto.stored_at.is_not(None),
            )
        )
    )
    return [digest for digest in digests if digest not in here]


def _entries(session: Session, vendor_id: str, today: date) -> list[PhoneEntry]:
    """Return the entries of the last year, the latest first: what the next ones most likely repeat."""
    rows = session.execute(
        sa.select(*_ENTRY)
        .join(Season, Season.id == DiaryEntry.season_id)
        .join(Plot, Plot.id == Season.plot_id)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Farm.vendor_id == vendor_id, DiaryEntry.done_on >= today - timedelta(days=366))
        .order_by(DiaryEntry.done_on.desc(), DiaryEntry.id.desc())
        .limit(1000)
    )
    return [PhoneEntry(**row._mapping) for row in rows]


def _seasons(
    session: Session, vendor_id: str, today: date, tasks: tuple[TaskRow, ...]
) -> tuple[PhoneSeason, ...]:
    recent = today - timedelta(days=SHOWN_DAYS)
    rows = session.execute(
        sa.select(
            Season.id,
            Season.plot_id,
            Plot.name.label("plot"),
            Farm.name.label("farm"),
            Season.code,
            Season.crop,
            Season.variety,
            Season.started_on,
            Season.ended_on,
        )
        .join(Plot, Plot.id == Season.plot_id)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Farm.vendor_id == vendor_id)
        .where(sa.or_(Season.ended_on.is_(None), Season.ended_on >= recent))
        .order_by(Farm.code, Plot.code, Season.started_on.desc())
    ).all()
    sprayed = _sprays(session, {row.plot_id for row in rows}, today)
    return tuple(
        PhoneSeason(
            **row._mapping,
            sprays=sprayed.get(row.plot_id, ()),
            tasks=tuple(task.id for task in tasks if is_for(task.crops, row.crop)),
        )
        for row in rows
    )


def _sprays(session: Session, plot_ids: set[str], today: date) -> dict[str, tuple[PhoneSpray, ...]]:
    """Return the sprays of a year by plot, whatever grew there."""
    found: dict[str, tuple[PhoneSpray, ...]] = {}
    for row in session.execute(
        sa.select(
            Season.plot_id,
            DiaryEntry.id,
            DiaryEntry.client_key,
            DiaryEntry.input_name,
            DiaryEntry.done_on,
            DiaryEntry.phi_days,
        )
        .join(Season, Season.id == DiaryEntry.season_id)
        .where(
            Season.plot_id.in_(plot_ids),
            DiaryEntry.activity == Activity.SPRAY,
            DiaryEntry.done_on >= today - timedelta(days=366),
        )
        .order_by(DiaryEntry.done_on, DiaryEntry.id)
    ):
        spray = Spray(row.input_name or "", row.done_on, row.phi_days)
        made = PhoneSpray(row.id, row.client_key, spray.name, spray.done_on, spray.phi_days)
        found[row.plot_id] = (*found.get(row.plot_id, ()), made)
    return found


def _products(entries: list[PhoneEntry]) -> tuple[PhoneProduct, ...]:
    """Return each product once, as it was written last."""
    found: dict[tuple[Activity, str], PhoneProduct] = {}
    for one in entries:
        if one.input_name:
            product = PhoneProduct(
                one.activity,
                one.input_name,
                one.active_ingredient or "",
                one.dose or "",
                one.phi_days,
            )
            found.setdefault((one.activity, one.input_name.lower()), product)
    return tuple(found.values())[:MOST_PRODUCTS]
