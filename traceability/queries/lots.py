"""Reads of lots."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.pages import Page
from kernel.quantity import Unit
from traceability.models import Lot, LotStep, Plot, Season, grew_in
from traceability.rules import STOPPED, LotKind, LotState


@dataclass(frozen=True)
class LotCard:
    """A lot as other trades see it; ``quantity`` is what was made, ``rest`` what is left of it."""

    id: str
    code: str
    trace_code: str
    gtin: str | None
    state: LotState
    harvested_on: date
    best_before: date | None
    quantity: int
    unit: Unit
    product: dict[str, str]
    farm_id: str | None
    vendor_id: str
    season_id: str | None
    packed_on: date | None
    state_reason: str
    state_at: datetime
    inside_interval: bool
    kind: LotKind
    rest: int

    @property
    def is_open(self) -> bool:
        """Tell whether it may be sold."""
        return self.state is LotState.OPEN

    @property
    def is_stopped(self) -> bool:
        """Tell whether it is on hold or recalled."""
        return self.state in STOPPED


@dataclass(frozen=True)
class LotStepRow:
    """One line of a lot's history."""

    action: str
    state: LotState
    actor_name: str
    reason: str
    at: datetime


_COLUMNS = [getattr(Lot, field.name) for field in fields(LotCard) if field.name != "farm_id"]


def select_cards() -> sa.Select[tuple[object, ...]]:
    """Return the statement that reads lot cards; conditions are added by who asks."""
    return (
        sa.select(*_COLUMNS, Plot.farm_id)
        .outerjoin(Season, Season.id == Lot.season_id)
        .outerjoin(Plot, Plot.id == Season.plot_id)
    )


def lot_cards(session: Session, lot_ids: Collection[str]) -> dict[str, LotCard]:
    """Return lots by id, with their state of this moment."""
    if not lot_ids:
        return {}
    rows = session.execute(_by_id(), {"ids": list(set(lot_ids))})
    return {row.id: LotCard(**row._mapping) for row in rows}


@cache
def _by_id() -> sa.Select[tuple[object, ...]]:
    """Say once what is asked for every page: building it costs more than running it."""
    return select_cards().where(Lot.id.in_(sa.bindparam("ids", expanding=True)))


def open_lots(session: Session, *, vendor_id: str) -> list[LotCard]:
    """Return a vendor's hundred latest lots that may be sold, the newest harvest first."""
    return _cards(
        session,
        select_cards()
        .where(Lot.vendor_id == vendor_id, Lot.state == LotState.OPEN)
        .order_by(Lot.harvested_on.desc(), Lot.id.desc())
        .limit(100),
    )


def new_lots(session: Session, *, limit: int) -> list[LotCard]:
    """Return the lots of the market that were opened or released last."""
    return _cards(
        session,
        select_cards()
        .where(Lot.state == LotState.OPEN)
        .order_by(Lot.state_at.desc(), Lot.id.desc())
        .limit(limit),
    )


def lots_of(session: Session, *, vendor_id: str, page: int = 1, size: int = 20) -> Page[LotCard]:
    """Return a vendor's lots in any state, the newest harvest first."""
    found = _cards(
        session,
        select_cards()
        .where(Lot.vendor_id == vendor_id)
        .order_by(Lot.harvested_on.desc(), Lot.id.desc())
        .offset((page - 1) * size)
        .limit(size + 1),
    )
    return Page.cut(found, page, size)


def lots_of_season(session: Session, *, season_id: str) -> list[LotCard]:
    """Return the lots that a season went into, the newest harvest first."""
    return _cards(
        session,
        select_cards()
        .where(grew_in([season_id]))
        .order_by(Lot.harvested_on.desc(), Lot.id.desc())
        .limit(100),
    )


def find_lots(session: Session, *, code: str, limit: int = 20) -> list[LotCard]:
    """Return lots by what is printed on a bag: lot code, trace code or GTIN."""
    wanted = code.strip().upper()
    gtin = wanted.zfill(14) if wanted.isdecimal() else wanted
    return _cards(
        session,
        select_cards()
        .where(sa.or_(Lot.code == wanted, Lot.trace_code == wanted, Lot.gtin == gtin))
        .order_by(Lot.harvested_on.desc(), Lot.id.desc())
        .limit(limit),
    )


def watched_lots(session: Session, *, limit: int = 40) -> list[LotCard]:
    """Return the lots held or recalled last."""
    return _cards(
        session,
        select_cards()
        .where(Lot.state.in_([LotState.HELD, LotState.RECALLED]))
        .order_by(Lot.state_at.desc(), Lot.id.desc())
        .limit(limit),
    )


def lot_of(session: Session, lot_id: str, *, vendor_id: str) -> LotCard | None:
    """Return one lot of a vendor."""
    found = _cards(session, select_cards().where(Lot.id == lot_id, Lot.vendor_id == vendor_id))
    return found[0] if found else None


def lot_of_harvest(session: Session, entry_root: str, *, vendor_id: str) -> LotCard | None:
    """Return the lot that a harvest made, by the first entry that told of it."""
    wanted = sa.and_(Lot.harvest_id == entry_root, Lot.vendor_id == vendor_id)
    found = _cards(session, select_cards().where(wanted))
    return found[0] if found else None


def lot_steps(session: Session, lot_id: str) -> list[LotStepRow]:
    """Return the history of a lot, the latest first."""
    rows = session.execute(
        sa.select(LotStep.action, LotStep.state, LotStep.actor_name, LotStep.reason, LotStep.at)
        .where(LotStep.lot_id == lot_id)
        .order_by(LotStep.at.desc(), LotStep.id.desc())
        .limit(100)
    )
    return [LotStepRow(**row._mapping) for row in rows]


def _cards(session: Session, statement: sa.Select[tuple[object, ...]]) -> list[LotCard]:
    return [LotCard(**row._mapping) for row in session.execute(statement)]
