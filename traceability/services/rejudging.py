"""What the diary tells is judged anew when the lists, or what a season grows, are put right."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from traceability.models import (
    DiaryEntry,
    EntryInput,
    Farm,
    InputProduct,
    Lot,
    Plot,
    Season,
    is_latest,
    seasons_of_lots,
)
from traceability.queries.supplies import find_crop
from traceability.rules import Activity, Judged, LotKind, name_key
from traceability.services.findings import watch_entry, watch_yield
from traceability.services.holding import lock_land, settle_land
from traceability.services.judging import judge_used


def rejudge_product(session: Session, product_id: str, *, actor: Actor, now: datetime) -> None:
    """Judge anew what was done with a product, as the lists say now; holds follow."""
    used = sa.select(EntryInput.entry_id).where(EntryInput.product_id == product_id)
    _rejudge(session, DiaryEntry.id.in_(used), actor, now)


def rejudge_season(session: Session, season_id: str, *, actor: Actor, now: datetime) -> None:
    """Judge anew what was used in a season, by the labels of what it grows now; holds follow."""
    _rejudge(session, DiaryEntry.season_id == season_id, actor, now)


def rejudge_yields(session: Session, crop_id: str, *, since: date, now: datetime) -> None:
    """Judge anew what the fields of a crop gave that were harvested on a day or later."""
    seasons = _seasons_of(session, crop_id)
    for vendor_id in sorted(set(seasons.values())):
        lock_land(session, vendor_id)
    harvests = sa.select(Lot.id).where(Lot.kind == LotKind.HARVEST, Lot.harvested_on >= since)
    grown = seasons_of_lots(harvests)
    rows = session.execute(
        sa.select(Season, Lot)
        .join(grown, grown.c.season_id == Season.id)
        .join(Lot, Lot.id == grown.c.lot_id)
        .order_by(Lot.harvested_on, Lot.id)
    )
    last = {season: lot for season, lot in rows if season.id in seasons}
    for season, lot in last.items():
        watch_yield(session, season, lot, now=now)


def _seasons_of(session: Session, crop_id: str) -> dict[str, str]:
    """Return the seasons that grow a crop, by its link or its name, with their vendors."""
    rows = session.execute(
        sa.select(Season.id, Season.crop_id, Season.crop, Farm.vendor_id)
        .join(Plot, Plot.id == Season.plot_id)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(sa.or_(Season.crop_id == crop_id, Season.crop_id.is_(None)))
    ).all()
    unlinked = {tuple(sorted(row.crop.items())) for row in rows if row.crop_id is None}
    named = {names for names in unlinked if find_crop(session, dict(names)) == crop_id}
    return {
        row.id: row.vendor_id
        for row in rows
        if row.crop_id == crop_id or tuple(sorted(row.crop.items())) in named
    }


def _rejudge(session: Session, wanted: sa.ColumnElement[bool], actor: Actor, now: datetime) -> None:
    rows = session.execute(
        sa.select(DiaryEntry, Season, Farm.vendor_id)
        .join(Season, Season.id == DiaryEntry.season_id)
        .join(Plot, Plot.id == Season.plot_id)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(wanted, DiaryEntry.id.in_(sa.select(EntryInput.entry_id)), is_latest())
        .order_by(Farm.vendor_id, DiaryEntry.id)
    ).all()
    for vendor_id in dict.fromkeys(row.vendor_id for row in rows):
        lock_land(session, vendor_id)
    for entry, season, vendor_id in rows:
        if _judge_again(session, entry, season, vendor_id):
            _note_judged(session, entry, actor, now)
            settle_land(session, season.plot_id, since=entry.done_on, now=now)
        watch_entry(session, season, entry.id, vendor_id=vendor_id, now=now)


def _judge_again(session: Session, entry: DiaryEntry, season: Season, vendor_id: str) -> bool:
    """Bring what counts of an entry up to date; tell whether it changed."""
    products = session.execute(
        sa.select(InputProduct.id, InputProduct.name)
        .join(EntryInput, EntryInput.product_id == InputProduct.id)
        .where(EntryInput.entry_id == entry.id)
        .order_by(EntryInput.position)
    ).all()
    names = [one.name for one in products]
    said = entry.input_name or ""
    # The names of a mix stand in their order, cut off as they were stored.
    listed = {name_key(" + ".join(names)[:120]), *map(name_key, names)}
    used = judge_used(
        session,
        season,
        day=entry.done_on,
        typed=(
            "" if name_key(said) in listed else said,
            entry.typed_phi_days,
            entry.active_ingredient or "",
        ),
        product_ids=tuple(one.id for one in products),
        batch_ids=(),
        vendor_id=vendor_id,
    )
    return _take(entry, used.judged, is_banned=used.is_banned)


def _take(entry: DiaryEntry, judged: Judged, *, is_banned: bool) -> bool:
    is_spray = entry.activity is Activity.SPRAY
    before = (entry.phi_days, entry.block, entry.reentry_hours)
    entry.phi_days = judged.phi_days if is_spray else None
    entry.block = judged.block if is_spray or is_banned else None
    entry.reentry_hours = judged.reentry_hours if is_spray else None
    return before != (entry.phi_days, entry.block, entry.reentry_hours)


def _note_judged(session: Session, entry: DiaryEntry, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        "diary.judged",
        actor=actor,
        subject=("diary_entry", entry.id),
        now=now,
        phi_days=entry.phi_days,
        block=entry.block.value if entry.block else None,
    )
