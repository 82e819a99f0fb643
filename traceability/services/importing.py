"""Farms, plots, seasons, diaries and lots from the office's tables: made new or brought up to date.

Every row names what it belongs to by code. A refusal's ``field`` is the column.
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit, places
from kernel.actor import Actor
from kernel.db import Base
from kernel.errors import Invalid
from kernel.events import emit
from kernel.ids import new_id
from kernel.messages import msg
from kernel.quantity import Unit
from traceability.events import LotChanged, LotShrank
from traceability.gs1 import extension_of, read_gtin
from traceability.models import DiaryEntry, Farm, Lot, LotCounter, Plot, Season, is_latest
from traceability.rules import (
    Activity,
    LotState,
    checked_lot_code,
    is_trace_code,
    lot_number,
    need_reason,
    need_spray_facts,
)
from traceability.services.diary import EntryFacts, tell_entry
from traceability.services.findings import watch_harvest
from traceability.services.holding import lock_land, settle_lot
from traceability.services.lots import bear, made_anew, need_free_gtin
from traceability.services.steps import move
from vendors.queries import vendor_ids_by_code


@dataclass(frozen=True)
class FarmRow:
    """One farm; vendor and code are the key."""

    vendor_code: str
    code: str
    name: str
    commune: str
    address: str = ""
    lat: float | None = None
    lon: float | None = None
    story: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PlotRow:
    """One plot; vendor, farm and code are the key."""

    vendor_code: str
    farm_code: str
    code: str
    name: str
    area_m2: int
    planting_area_code: str | None = None


@dataclass(frozen=True)
class SeasonRow:
    """One season; vendor, farm, plot and code are the key."""

    vendor_code: str
    farm_code: str
    plot_code: str
    code: str
    crop: dict[str, str]
    started_on: date
    ended_on: date | None = None
    variety: str = ""


@dataclass(frozen=True)
class DiaryRow:
    """One diary entry; its season and ``key`` (any text, unique within the season) are the key."""

    vendor_code: str
    farm_code: str
    plot_code: str
    season_code: str
    key: str
    activity: Activity
    done_on: date
    note: dict[str, str] = field(default_factory=dict)
    worker: str = ""
    input_name: str = ""
    active_ingredient: str = ""
    dose: str = ""
    phi_days: int | None = None


@dataclass(frozen=True)
class LotRow:
    """One lot; vendor and code are the key.

    Without a season (all three codes empty) it is a made good. ``state`` counts
    for new lots only: afterwards a lot moves by decisions. A lot harvested
    inside a waiting time is held, whatever the row says.
    """

    vendor_code: str
    code: str
    product: dict[str, str]
    unit: Unit
    quantity: int
    harvested_on: date
    farm_code: str = ""
    plot_code: str = ""
    season_code: str = ""
    packed_on: date | None = None
    best_before: date | None = None
    gtin: str | None = None
    trace_code: str | None = None
    state: LotState = LotState.OPEN
    state_reason: str = ""


def import_farm(session: Session, row: FarmRow, *, actor: Actor, now: datetime) -> str:
    """Make a farm, or bring it up to date; return its id.

    :raises Invalid: for an unknown vendor or commune.
    """
    places.commune(row.commune)
    vendor_id = _vendor(session, row.vendor_code)
    farm = session.scalar(
        sa.select(Farm).where(Farm.vendor_id == vendor_id, Farm.code == row.code)
    ) or Farm(vendor_id=vendor_id, code=row.code, created_at=now)
    _copy(row, farm, "name", "commune", "address", "lat", "lon", "story")
    return _save(session, farm, "farm", row.code, actor, now)


def import_plot(session: Session, row: PlotRow, *, actor: Actor, now: datetime) -> str:
    """Make a plot, or bring it up to date; return its id.

    :raises Invalid: for an unknown farm or no area.
    """
    farm_id = _farm(session, row.vendor_code, row.farm_code)
    if row.area_m2 <= 0:
        raise Invalid(msg("The area is more than nothing."), field="area_m2")
    plot = session.scalar(
        sa.select(Plot).where(Plot.farm_id == farm_id, Plot.code == row.code)
    ) or Plot(farm_id=farm_id, code=row.code, extension=extension_of(row.code))
    _copy(row, plot, "name", "area_m2", "planting_area_code")
    return _save(session, plot, "plot", row.code, actor, now)


def import_season(session: Session, row: SeasonRow, *, actor: Actor, now: datetime) -> str:
    """Make a season, or bring it up to date; return its id.

    :raises Invalid: for an unknown plot or an end before the start.
    """
    plot_id = _plot(session, row.vendor_code, row.farm_code, row.plot_code)
    if row.ended_on is not None and row.ended_on < row.started_on:
        raise Invalid(msg("A season ends after it began."), field="ended_on")
    season = session.scalar(
        sa.select(Season).where(Season.plot_id == plot_id, Season.code == row.code)
    ) or Season(plot_id=plot_id, code=row.code)
    _copy(row, season, "crop", "variety", "started_on", "ended_on")
    return _save(session, season, "season", row.code, actor, now)


def import_diary(session: Session, row: DiaryRow, *, actor: Actor, now: datetime) -> str:
    """Write a diary entry, or bring it up to date; return its id.

    :raises Invalid: for an unknown season, or a spraying without product and waiting time.
    """
    season = _season(session, row)
    if row.activity is Activity.SPRAY:
        need_spray_facts(row.input_name, row.phi_days)
    key = "i" + hashlib.sha256(f"{season.id}/{row.key}".encode()).hexdigest()[:39]
    facts = EntryFacts(client_key=key, **{name: getattr(row, name) for name in _DIARY})
    vendor_id = _vendor(session, row.vendor_code)
    first = session.scalar(sa.select(DiaryEntry).where(DiaryEntry.client_key == key))
    if first is None:
        return tell_entry(session, season, vendor_id, facts, actor=actor, now=now)
    newest = session.scalars(
        sa.select(DiaryEntry).where(DiaryEntry.root_id == first.root_id, is_latest())
    ).one()
    if _tells(newest, facts):
        return newest.id
    again = replace(facts, client_key=new_id())
    old = (newest, IMPORTED)
    return tell_entry(session, season, vendor_id, again, actor=actor, now=now, old=old)


_DIARY = (
    "activity",
    "done_on",
    "note",
    "worker",
    "input_name",
    "active_ingredient",
    "dose",
    "phi_days",
)

IMPORTED = msg("Corrected by a table.")


def _tells(entry: DiaryEntry, facts: EntryFacts) -> bool:
    """Tell whether an entry says just what a row says."""
    said = {name: getattr(entry, name) or "" for name in _DIARY if name != "phi_days"}
    wanted = {name: getattr(facts, name) or "" for name in _DIARY if name != "phi_days"}
    return said == wanted and entry.typed_phi_days == facts.phi_days


def import_lot(session: Session, row: LotRow, *, actor: Actor, now: datetime) -> str:
    """Make a lot, or bring it up to date; return its id.

    :raises Invalid: when a value cannot be used.
    """
    vendor_id = _vendor(session, row.vendor_code)
    values = _lot_values(session, row, vendor_id)
    season = _season(session, row) if row.season_code else None
    values["season_id"] = season.id if season else None
    lock_land(session, vendor_id)
    lot = session.scalar(
        sa.select(Lot).where(Lot.vendor_id == vendor_id, Lot.code == values["code"])
    )
    if lot is None:
        lot = Lot(vendor_id=vendor_id, **values)
        bear(session, lot, actor=actor, now=now)
        settle_lot(session, lot, now=now)
        watch_harvest(session, lot, now=now)
        _count(session, lot)
        _bring_to_state(session, lot, row, actor, now)
        return lot.id
    moved = (lot.season_id, lot.harvested_on) != (values["season_id"], row.harvested_on)
    _requantify(session, lot, row, actor=actor, now=now)
    for name, value in values.items():
        if name != "trace_code" or value:
            setattr(lot, name, value)
    if moved:
        settle_lot(session, lot, now=now)
    emit(session, LotChanged(lot.id, lot.vendor_id), now=now)
    return _save(session, lot, "lot", lot.code, actor, now)


def _requantify(session: Session, lot: Lot, row: LotRow, *, actor: Actor, now: datetime) -> None:
    """Let a table say anew what a lot was made with; what went out of it stays gone.

    :raises Invalid: when more went out already, or its unit would change meanwhile.
    """
    change = row.quantity - lot.quantity
    if lot.unit is not row.unit and lot.rest != lot.quantity:
        raise Invalid(msg("Something was taken of this lot: its unit stays."), field="unit")
    if lot.rest + change < 0:
        raise Invalid(msg("More than that went out of this lot already."), field="quantity")
    if change:
        lot.rest += change
        session.add(made_anew(lot, change, actor=actor, now=now))
    if change < 0:
        emit(session, LotShrank(lot.id, lot.vendor_id), now=now)


def _lot_values(session: Session, row: LotRow, vendor_id: str) -> dict[str, object]:
    if row.quantity < 0:
        raise Invalid(msg("An amount is never less than nothing."), field="quantity")
    if row.best_before is not None and row.best_before < row.harvested_on:
        raise Invalid(msg("It cannot be best before it was harvested."), field="best_before")
    trace_code = row.trace_code.strip().upper() if row.trace_code else None
    if trace_code and not is_trace_code(trace_code):
        raise Invalid(msg("A trace code has 6 to 16 capitals and digits."), field="trace_code")
    gtin = read_gtin(row.gtin) if row.gtin else None
    need_free_gtin(session, gtin, vendor_id)
    values: dict[str, object] = {
        "code": checked_lot_code(row.code),
        "gtin": gtin,
        "trace_code": trace_code,
    }
    for name in ("product", "unit", "quantity", "harvested_on", "packed_on", "best_before"):
        values[name] = getattr(row, name)
    return values


def _bring_to_state(session: Session, lot: Lot, row: LotRow, actor: Actor, now: datetime) -> None:
    """Take a new lot to the state of its row; one that the rule holds stays held."""
    action = {LotState.HELD: "hold", LotState.RECALLED: "recall"}.get(row.state)
    if action and lot.state is not row.state:
        try:
            reason = need_reason(row.state_reason)
        except Invalid as refusal:
            raise Invalid(refusal.message, field="state_reason") from None
        move(session, lot, action, reason=reason, actor=actor, now=now)


def _count(session: Session, lot: Lot) -> None:
    """Let the running number of a month go on behind the codes that came with tables."""
    found = lot_number(lot.code)
    if found is None:
        return
    month, number = found
    counter = session.get(LotCounter, (lot.vendor_id, month), with_for_update=True)
    if counter is None:
        session.add(LotCounter(vendor_id=lot.vendor_id, month=month, last=number))
    elif counter.last < number:
        counter.last = number


def _vendor(session: Session, code: str) -> str:
    found = vendor_ids_by_code(session, [code]).get(code)
    if found is None:
        raise Invalid(msg("There is no vendor %(code)s."), field="vendor_code", code=code)
    return found


def _farm(session: Session, vendor_code: str, code: str) -> str:
    vendor_id = _vendor(session, vendor_code)
    found = session.scalar(sa.select(Farm.id).where(Farm.vendor_id == vendor_id, Farm.code == code))
    if found is None:
        raise Invalid(msg("There is no farm %(code)s."), field="farm_code", code=code)
    return found


def _plot(session: Session, vendor_code: str, farm_code: str, code: str) -> str:
    farm_id = _farm(session, vendor_code, farm_code)
    found = session.scalar(sa.select(Plot.id).where(Plot.farm_id == farm_id, Plot.code == code))
    if found is None:
        raise Invalid(msg("There is no plot %(code)s."), field="plot_code", code=code)
    return found


def _season(session: Session, row: DiaryRow | LotRow) -> Season:
    plot_id = _plot(session, row.vendor_code, row.farm_code, row.plot_code)
    season = session.scalar(
        sa.select(Season).where(Season.plot_id == plot_id, Season.code == row.season_code)
    )
    if season is None:
        raise Invalid(
            msg("There is no season %(code)s."), field="season_code", code=row.season_code
        )
    return season


def _copy(row: object, target: Base, *names: str) -> None:
    for name in names:
        setattr(target, name, getattr(row, name))


def _save(
    session: Session,
    target: Farm | Plot | Season | DiaryEntry | Lot,
    kind: str,
    code: str,
    actor: Actor,
    now: datetime,
) -> str:
    """Store a row and note it."""
    session.add(target)
    session.flush()
    audit.record(
        session, f"{kind}.imported", actor=actor, subject=(kind, target.id), now=now, code=code
    )
    return target.id
