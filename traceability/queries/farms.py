"""Reads of farms, plots, seasons and their diaries."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.models import DiaryEntry, Farm, Lot, Plot, Season, is_latest, seasons_of_lots
from traceability.queries.land import sprays
from traceability.queries.lots import LotCard, lots_of_season
from traceability.rules import (
    Activity,
    Block,
    Clearance,
    EntryStatus,
    Spray,
    is_same_crop,
    judge_harvest,
)


@dataclass(frozen=True)
class FarmCard:
    """A farm as other trades and the public see it."""

    id: str
    vendor_id: str
    code: str
    name: str
    commune: str
    address: str
    lat: float | None
    lon: float | None
    story: dict[str, str]


@dataclass(frozen=True)
class SeasonCard:
    """A crop on a plot."""

    id: str
    plot_id: str
    code: str
    crop: dict[str, str]
    variety: str
    started_on: date
    ended_on: date | None
    # What of the office's lists it is.
    crop_id: str | None = None
    variety_id: str | None = None

    @property
    def is_over(self) -> bool:
        """Tell whether its last harvest is done."""
        return self.ended_on is not None


@dataclass(frozen=True)
class Sister:
    """A season whose harvest may go into the same lot as that of another."""

    id: str
    plot: str
    farm: str
    crop: dict[str, str]
    variety: str


@dataclass(frozen=True)
class PlotCard:
    """A piece of land and what grows on it, the newest season first."""

    id: str
    farm_id: str
    code: str
    name: str
    area_m2: int
    planting_area_code: str | None
    retired_on: date | None = None
    seasons: tuple[SeasonCard, ...] = ()

    @property
    def is_retired(self) -> bool:
        """Tell whether other plots stand in its place."""
        return self.retired_on is not None

    @property
    def is_growing(self) -> bool:
        """Tell whether a season goes on here."""
        return not all(season.is_over for season in self.seasons)


@dataclass(frozen=True)
class Holding:
    """A farm with its plots."""

    farm: FarmCard
    plots: tuple[PlotCard, ...]


@dataclass(frozen=True)
class DiaryLine:
    """One entry of a diary as it is shown; who worked is for the vendor's eyes only."""

    id: str
    activity: Activity
    done_on: date
    note: dict[str, str]
    input_name: str | None
    active_ingredient: str | None
    dose: str | None
    phi_days: int | None
    worker: str
    status: EntryStatus = EntryStatus.DONE
    ended_on: date | None = None
    block: Block | None = None
    root_id: str = ""
    revision_of: str | None = None
    # Digests of stored pictures.
    media: list[str] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Tell whether it took place."""
        return self.status is EntryStatus.DONE

    @property
    def spray(self) -> Spray:
        """The entry as the waiting-time rule reads it."""
        return Spray(
            self.input_name or "",
            self.done_on,
            self.phi_days,
            self.ended_on,
            self.block,
            self.root_id,
        )


@dataclass(frozen=True)
class SeasonPage:
    """A season with its diary (latest entry first) and lots."""

    season: SeasonCard
    plot: PlotCard
    farm: FarmCard
    entries: tuple[DiaryLine, ...]
    lots: tuple[LotCard, ...]
    clearance: Clearance


_FARM = (
    Farm.id,
    Farm.vendor_id,
    Farm.code,
    Farm.name,
    Farm.commune,
    Farm.address,
    Farm.lat,
    Farm.lon,
    Farm.story,
)
_PLOT = (
    Plot.id,
    Plot.farm_id,
    Plot.code,
    Plot.name,
    Plot.area_m2,
    Plot.planting_area_code,
    Plot.retired_on,
)
_SEASON = (
    Season.id,
    Season.plot_id,
    Season.code,
    Season.crop,
    Season.variety,
    Season.started_on,
    Season.ended_on,
    Season.crop_id,
    Season.variety_id,
)
_LINE = (
    DiaryEntry.id,
    DiaryEntry.activity,
    DiaryEntry.done_on,
    DiaryEntry.note,
    DiaryEntry.input_name,
    DiaryEntry.active_ingredient,
    DiaryEntry.dose,
    DiaryEntry.phi_days,
    DiaryEntry.worker,
    DiaryEntry.status,
    DiaryEntry.ended_on,
    DiaryEntry.block,
    DiaryEntry.root_id,
    DiaryEntry.revision_of,
    DiaryEntry.media,
)


def farms_of(session: Session, *, vendor_id: str) -> list[FarmCard]:
    """Return a vendor's farms by code."""
    rows = session.execute(sa.select(*_FARM).where(Farm.vendor_id == vendor_id).order_by(Farm.code))
    return [FarmCard(**row._mapping) for row in rows]


def farm_cards(session: Session, ids: Collection[str]) -> dict[str, FarmCard]:
    """Return farms by id."""
    if not ids:
        return {}
    rows = session.execute(sa.select(*_FARM).where(Farm.id.in_(set(ids))))
    return {row.id: FarmCard(**row._mapping) for row in rows}


def farm_of(session: Session, farm_id: str, *, vendor_id: str) -> FarmCard | None:
    """Return one farm of a vendor."""
    row = session.execute(
        sa.select(*_FARM).where(Farm.id == farm_id, Farm.vendor_id == vendor_id)
    ).first()
    return FarmCard(**row._mapping) if row else None


def plot_of(session: Session, plot_id: str, *, vendor_id: str) -> PlotCard | None:
    """Return one plot of a vendor, without its seasons."""
    row = session.execute(
        sa.select(*_PLOT)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Plot.id == plot_id, Farm.vendor_id == vendor_id)
    ).first()
    return PlotCard(**row._mapping) if row else None


def season_of(session: Session, season_id: str, *, vendor_id: str) -> SeasonCard | None:
    """Return one season of a vendor."""
    row = session.execute(
        sa.select(*_SEASON)
        .join(Plot, Plot.id == Season.plot_id)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Season.id == season_id, Farm.vendor_id == vendor_id)
    ).first()
    return SeasonCard(**row._mapping) if row else None


def holdings(session: Session, *, vendor_id: str) -> list[Holding]:
    """Return a vendor's farms with plots and seasons (three statements)."""
    farms = farms_of(session, vendor_id=vendor_id)
    plots: dict[str, list[PlotCard]] = {farm.id: [] for farm in farms}
    seasons: dict[str, list[SeasonCard]] = {}
    if farms:
        for row in session.execute(
            sa.select(*_SEASON)
            .join(Plot, Plot.id == Season.plot_id)
            .where(Plot.farm_id.in_(list(plots)))
            .order_by(Season.started_on.desc(), Season.id.desc())
        ):
            seasons.setdefault(row.plot_id, []).append(SeasonCard(**row._mapping))
        for piece in session.execute(
            sa.select(*_PLOT)
            .where(Plot.farm_id.in_(list(plots)))
            # P10 comes after P9.
            .order_by(sa.func.length(Plot.code), Plot.code)
        ):
            grown = tuple(seasons.get(piece.id, ()))
            plots[piece.farm_id].append(PlotCard(**piece._mapping, seasons=grown))
    return [Holding(farm, tuple(plots[farm.id])) for farm in farms]


def season_page(
    session: Session, season_id: str, *, vendor_id: str, today: date
) -> SeasonPage | None:
    """Return a season of a vendor with its diary and lots, and whether may be harvested today."""
    found = session.execute(
        sa.select(*_SEASON, Plot.farm_id)
        .join(Plot, Plot.id == Season.plot_id)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Season.id == season_id, Farm.vendor_id == vendor_id)
    ).first()
    if found is None:
        return None
    told = dict(found._mapping)
    del told["farm_id"]
    plot = session.execute(sa.select(*_PLOT).where(Plot.id == found.plot_id)).one()
    return SeasonPage(
        season=SeasonCard(**told),
        plot=PlotCard(**plot._mapping),
        farm=farm_cards(session, [found.farm_id])[found.farm_id],
        entries=tuple(reversed(diary(session, season_id=season_id))),
        lots=tuple(lots_of_season(session, season_id=season_id)),
        clearance=judge_harvest(sprays(session, plot_id=found.plot_id, until=today), today),
    )


def sisters_of(session: Session, season_id: str) -> list[Sister]:
    """Return the seasons of a vendor that may go into one lot with one: of its crop, going on."""
    mine = (
        sa.select(Farm.vendor_id, Season.crop_id, Season.crop)
        .join(Plot, Plot.farm_id == Farm.id)
        .join(Season, Season.plot_id == Plot.id)
        .where(Season.id == season_id)
    )
    own = session.execute(mine).one()
    rows = session.execute(
        sa.select(*_SEASON, Plot.name.label("plot"), Farm.name.label("farm"))
        .join(Plot, Plot.id == Season.plot_id)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Farm.vendor_id == own.vendor_id, Season.id != season_id, Season.ended_on.is_(None))
        .order_by(Farm.code, Plot.code, Season.started_on)
    )
    return [
        Sister(row.id, row.plot, row.farm, row.crop, row.variety)
        for row in rows
        if is_same_crop((own.crop_id, own.crop), (row.crop_id, row.crop))
    ]


def diary(session: Session, *, season_id: str, most: int = 400) -> list[DiaryLine]:
    """Return the latest entries of a season's diary in the order of what was done."""
    rows = session.execute(_lines(DiaryEntry.season_id == season_id, most)).all()
    return [DiaryLine(**row._mapping) for row in reversed(rows)]


def diary_of_lot(session: Session, lot_id: str, *, most: int = 400) -> list[DiaryLine]:
    """Return the latest entries of every season that went into a lot, as ``diary`` does."""
    rows = session.execute(_of_lot(), {"lot_id": lot_id, "most": most}).all()
    return [DiaryLine(**row._mapping) for row in reversed(rows)]


@cache
def _of_lot() -> sa.Select[*tuple[Any, ...]]:
    """Say once what is asked for every page: building it costs more than running it."""
    grown = seasons_of_lots(sa.select(Lot.id).where(Lot.id == sa.bindparam("lot_id")))
    return _lines(
        DiaryEntry.season_id.in_(sa.select(grown.c.season_id)),
        sa.bindparam("most", type_=sa.Integer),
    )


def _lines(
    mine: sa.ColumnElement[bool], most: int | sa.BindParameter[int]
) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(*_LINE)
        .where(mine, is_latest())
        .order_by(DiaryEntry.done_on.desc(), DiaryEntry.id.desc())
        .limit(most)
    )


def last_entry(session: Session, *, vendor_id: str, activity: Activity) -> DiaryLine | None:
    """Return a vendor's latest entry of a kind: what the next one most likely repeats."""
    row = session.execute(
        sa.select(*_LINE)
        .join(Season, Season.id == DiaryEntry.season_id)
        .join(Plot, Plot.id == Season.plot_id)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Farm.vendor_id == vendor_id, DiaryEntry.activity == activity, is_latest())
        .order_by(DiaryEntry.recorded_at.desc(), DiaryEntry.id.desc())
        .limit(1)
    ).first()
    return DiaryLine(**row._mapping) if row else None
