"""What the diary tells is judged anew when the lists, or what a season grows, are put right."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from traceability.models import (
    DiaryEntry,
    EntryInput,
    Farm,
    InputProduct,
    Plot,
    Season,
    is_latest,
)
from traceability.rules import Activity, Judged, name_key
from traceability.services.findings import watch_entry
from traceability.services.holding import lock_land, settle_land
from traceability.services.judging import judge_used


def rejudge_product(session: Session, product_id: str, *, actor: Actor, now: datetime) -> None:
    """Judge anew what was done with a product, as the lists say now; holds follow."""
    used = sa.select(EntryInput.entry_id).where(EntryInput.product_id == product_id)
    _rejudge(session, DiaryEntry.id.in_(used), actor, now)


def rejudge_season(session: Session, season_id: str, *, actor: Actor, now: datetime) -> None:
    """Judge anew what was used in a season, by the labels of what it grows now; holds follow."""
    _rejudge(session, DiaryEntry.season_id == season_id, actor, now)


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
