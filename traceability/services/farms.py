"""Farms, plots and seasons: what a diary is written about."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel import audit, places
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import Base, lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.messages import msg
from traceability.gs1 import extension_of
from traceability.models import Crop, DiaryEntry, Farm, Lot, Plot, Season, Variety
from traceability.rules import need_season_days
from traceability.services.holding import lock_land


@dataclass(frozen=True)
class FarmFacts:
    """What a vendor says of a farm; ``story`` by language, degrees as WGS 84."""

    name: str
    commune: str
    address: str
    story: dict[str, str]
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True)
class PlotFacts:
    """What a vendor says of a plot."""

    name: str
    area_m2: int
    planting_area_code: str | None = None


@dataclass(frozen=True)
class SeasonFacts:
    """What is grown from when on; ``crop`` by language, ids of the office's lists."""

    crop: dict[str, str]
    variety: str
    started_on: date
    crop_id: str | None = None
    variety_id: str | None = None


def create_farm(
    session: Session, *, vendor_id: str, facts: FarmFacts, actor: Actor, now: datetime
) -> str:
    """Open a farm of a vendor and return its id.

    :raises Invalid: for an unknown commune.
    """
    actor.need_at(vendor_id, "recorder")
    places.commune(facts.commune)
    code = _next_code(session, Farm.code, Farm.vendor_id == vendor_id, "F")
    farm = Farm(vendor_id=vendor_id, code=code, created_at=now, **asdict(facts))
    _insert(session, farm)
    _note(session, "farm.created", farm, actor, now, vendor_id=vendor_id)
    return farm.id


def change_farm(
    session: Session, farm_id: str, *, facts: FarmFacts, actor: Actor, now: datetime
) -> None:
    """Correct what is said of a farm.

    :raises Invalid: for an unknown commune.
    """
    farm = session.get(Farm, farm_id)
    if farm is None:
        raise NotFound
    actor.need_at(farm.vendor_id, "recorder")
    places.commune(facts.commune)
    before = asdict(facts) | {name: getattr(farm, name) for name in asdict(facts)}
    for name, value in asdict(facts).items():
        setattr(farm, name, value)
    audit.record(
        session,
        "farm.changed",
        actor=actor,
        subject=("farm", farm.id),
        now=now,
        before=before,
        after=asdict(facts),
    )


def create_plot(
    session: Session, farm_id: str, *, facts: PlotFacts, actor: Actor, now: datetime
) -> str:
    """Add a plot to a farm and return its id.

    :raises Invalid: for an area of nothing.
    """
    farm = session.get(Farm, farm_id)
    if farm is None:
        raise NotFound
    actor.need_at(farm.vendor_id, "recorder")
    if facts.area_m2 <= 0:
        raise Invalid(msg("The area is more than nothing."), field="area_m2")
    code = _next_code(session, Plot.code, Plot.farm_id == farm.id, "P")
    plot = Plot(farm_id=farm.id, code=code, extension=extension_of(code), **asdict(facts))
    _insert(session, plot)
    _note(session, "plot.created", plot, actor, now, farm_id=farm.id)
    return plot.id


def start_season(
    session: Session, plot_id: str, *, facts: SeasonFacts, actor: Actor, now: datetime
) -> str:
    """Begin a crop on a plot and return the season's id.

    :raises Invalid: for a start in the future, or when other plots stand in its place by then.
    """
    plot = lock(session, Plot, plot_id)
    if plot is None:
        raise NotFound
    actor.need_at(vendor_of(session, plot), "recorder")
    need_season_days(facts.started_on, None, today=local_date(now))
    if plot.retired_on is not None and facts.started_on >= plot.retired_on:
        raise Invalid(
            msg("Other plots stand in the place of this one by then."), field="started_on"
        )
    need_listed(session, facts.crop_id, facts.variety_id)
    month = f"{facts.started_on:%y%m}"
    code = _next_code(session, Season.code, Season.plot_id == plot.id, f"{month}-")
    season = Season(plot_id=plot.id, code=code, **asdict(facts))
    _insert(session, season)
    _note(session, "season.started", season, actor, now, plot_id=plot.id)
    return season.id


def need_listed(session: Session, crop_id: str | None, variety_id: str | None) -> None:
    """Refuse a crop that is not on the office's list, or a variety of another crop.

    :raises Invalid: then.
    """
    variety = session.get(Variety, variety_id) if variety_id else None
    if crop_id and session.get(Crop, crop_id) is None:
        raise Invalid(msg("This crop is not on the list."), field="listed")
    if variety_id and (variety is None or variety.crop_id != crop_id):
        raise Invalid(msg("This crop is not on the list."), field="listed")


def end_season(
    session: Session, season_id: str, *, ended_on: date, actor: Actor, now: datetime
) -> None:
    """Close a season after its last harvest.

    :raises Conflict: when it is over already.
    :raises Invalid: for a day before what its diary tells, or in the future.
    """
    vendor_id = season_of(session, season_id)[1]
    actor.need_at(vendor_id, "recorder")
    lock_land(session, vendor_id)
    season = lock(session, Season, season_id)
    if season is None:
        raise NotFound
    if season.ended_on is not None:
        raise Conflict(msg("This season is over already."))
    need_season_days(season.started_on, ended_on, today=local_date(now))
    last = session.scalar(
        sa.select(sa.func.max(DiaryEntry.done_on)).where(DiaryEntry.season_id == season.id)
    )
    if last is not None and last > ended_on:
        raise Invalid(msg("The diary tells of a later day."), field="ended_on")
    season.ended_on = ended_on
    _note(session, "season.ended", season, actor, now, ended_on=ended_on.isoformat())


def season_of(session: Session, season_id: str) -> tuple[Season, str]:
    """Return a season and the id of its vendor.

    :raises NotFound: when there is none.
    """
    row = session.execute(
        sa.select(Season, Farm.vendor_id)
        .join(Plot, Plot.id == Season.plot_id)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Season.id == season_id)
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def vendor_of(session: Session, plot: Plot) -> str:
    """Return the id of a plot's vendor."""
    return session.scalars(sa.select(Farm.vendor_id).where(Farm.id == plot.farm_id)).one()


def _next_code(
    session: Session,
    column: sa.orm.InstrumentedAttribute[str],
    among: sa.ColumnElement[bool],
    prefix: str,
) -> str:
    """Return the next free code of a list that is short by nature."""
    taken = set(session.scalars(sa.select(column).where(among)))
    number = 1
    while f"{prefix}{number}" in taken:
        number += 1
    return f"{prefix}{number}"


def _insert(session: Session, row: Base) -> None:
    """Add a row.

    :raises Conflict: when somebody took its code in this moment.
    """
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Conflict from None


def _note(
    session: Session,
    action: str,
    row: Farm | Plot | Season | Lot,
    actor: Actor,
    now: datetime,
    **detail: Any,
) -> None:
    kind = action.partition(".")[0]
    audit.record(session, action, actor=actor, subject=(kind, row.id), now=now, **detail)
