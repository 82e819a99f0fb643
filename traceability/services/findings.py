"""What in a diary does not fit: warnings on the record and on the office's watch list.

The entry is a fact and stays; these are questions about it.
"""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.quantity import Unit
from traceability.models import (
    Crop,
    DiaryEntry,
    EntryInput,
    InputProduct,
    Lot,
    Plot,
    Season,
    Variety,
    grew_in,
    is_latest,
    seasons_of_lots,
)
from traceability.queries.land import related_plots
from traceability.queries.yields import bound_for
from traceability.rules import (
    Activity,
    Application,
    Block,
    Bound,
    EntryStatus,
    LotKind,
    WatchKind,
    days_since,
    is_in_season,
    kg_per_ha,
    labels_on,
    least_days,
    most_uses,
)
from traceability.services.entering import entered_too_soon, may_enter_from
from traceability.services.judging import crop_of, with_labels
from traceability.services.watching import open_matter, settle_matter

_BLOCKS = {
    Block.BANNED: WatchKind.BANNED,
    Block.UNREGISTERED: WatchKind.UNREGISTERED,
    Block.UNKNOWN: WatchKind.UNKNOWN,
}
_LONGEST_REENTRY = timedelta(14)
# Work that brings people among the plants; spraying itself is done in protection.
NO_WORK = frozenset({Activity.SPRAY, Activity.LAB_TEST})
_WORK = frozenset(Activity) - NO_WORK


def watch_entry(
    session: Session, season: Season, entry_id: str, *, vendor_id: str, now: datetime
) -> None:
    """Ask of an entry what does not fit, and take off the list what fits again."""
    entry = session.get_one(DiaryEntry, entry_id)
    before = session.get(DiaryEntry, entry.revision_of) if entry.revision_of else None
    told = [one for one in (before, entry) if one is not None]
    for name, day in {(one.input_name, one.done_on) for one in told}:
        _watch_blocks(session, season, name, day, vendor_id, now)
    for product in _products(session, told):
        _watch_uses(session, season, entry, product, vendor_id, now)
    _watch_entering(session, season, entry, vendor_id, now)


def watch_harvest(session: Session, lot: Lot, *, now: datetime) -> None:
    """Ask of a harvest whether the field can give so much, and in this month."""
    season = session.get(Season, lot.season_id) if lot.season_id else None
    if season is None:
        return
    months = _months(session, season)
    about = {"season_id": season.id, "lot_id": lot.id, "vendor_id": lot.vendor_id}
    key = f"out_of_season:{lot.id}"
    if is_in_season(lot.harvested_on, months):
        settle_matter(session, key, now=now)
    else:
        told = {"lot": lot.code, "day": lot.harvested_on.isoformat()}
        open_matter(session, WatchKind.OUT_OF_SEASON, key, detail=told, now=now, **about)
    for one in _grown_in(session, lot):
        watch_yield(session, one, lot, now=now)
    if lot.harvest_id is not None:
        entry = session.get_one(DiaryEntry, lot.harvest_id)
        _watch_entering(session, season, entry, lot.vendor_id, now)


def _grown_in(session: Session, lot: Lot) -> list[Season]:
    grown = seasons_of_lots([lot.id])
    wanted = sa.select(Season).join(grown, grown.c.season_id == Season.id).order_by(Season.id)
    return list(session.scalars(wanted))


def watch_yield(session: Session, season: Season, lot: Lot, *, now: datetime) -> None:
    """Hold what a season gave against the bound of its last day of harvest; name one of its lots."""
    key = f"yield:{season.id}"
    about = {"season_id": season.id, "lot_id": lot.id, "vendor_id": lot.vendor_id}
    found, last_on = _yield_of(session, season.id)
    bound = _bound(session, season, last_on or lot.harvested_on)
    if bound is None or bound.most is None or found <= bound.most:
        settle_matter(session, key, now=now)
        return
    detail = {"found": str(found), "most": str(bound.most)}
    detail |= {"since": bound.valid_from.isoformat(), "source": bound.source}
    open_matter(session, WatchKind.YIELD, key, detail=detail, now=now, **about)


def _yield_of(session: Session, season_id: str) -> tuple[int, date | None]:
    """Return the kilograms a hectare of a season, and its last day of harvest.

    Plots share their lots by their area.
    """
    lots = sa.select(Lot.id).where(
        grew_in([season_id]), Lot.unit == Unit.GRAM, Lot.kind == LotKind.HARVEST
    )
    grown = seasons_of_lots(lots)
    rows = session.execute(
        sa.select(
            Lot.id, Lot.quantity, Lot.harvested_on, sa.func.sum(Plot.area_m2).label("area_m2")
        )
        .join(grown, grown.c.lot_id == Lot.id)
        .join(Season, Season.id == grown.c.season_id)
        .join(Plot, Plot.id == Season.plot_id)
        .group_by(Lot.id, Lot.quantity, Lot.harvested_on)
    ).all()
    by_area: dict[int, int] = {}
    for row in rows:
        by_area[int(row.area_m2)] = by_area.get(int(row.area_m2), 0) + row.quantity
    found = sum(kg_per_ha(grams, area) for area, grams in by_area.items())
    return found, max((row.harvested_on for row in rows), default=None)


def _watch_blocks(
    session: Session, season: Season, name: str | None, day: date, vendor_id: str, now: datetime
) -> None:
    """Ask what forbids a product; used several times on one day it is one matter, of the first."""
    rows = session.scalars(
        sa.select(DiaryEntry)
        .where(
            DiaryEntry.season_id == season.id,
            DiaryEntry.done_on == day,
            DiaryEntry.input_name.is_not_distinct_from(name),
            is_latest(),
        )
        .order_by(DiaryEntry.root_id)
    ).all()
    for block, kind in _BLOCKS.items():
        first = next(
            (row for row in rows if row.status is EntryStatus.DONE and row.block is block), None
        )
        for row in rows:
            key = f"{kind.value}:{row.root_id}"
            if row is not first:
                settle_matter(session, key, now=now)
                continue
            told = {"product": row.input_name or "", "day": row.done_on.isoformat()}
            about = {"vendor_id": vendor_id, **_about(row)}
            open_matter(session, kind, key, detail=told, now=now, **about)


def _watch_uses(
    session: Session,
    season: Season,
    entry: DiaryEntry,
    product: InputProduct,
    vendor_id: str,
    now: datetime,
) -> None:
    """Count a product's uses in a season, and the days between them, by the label of each day."""
    uses = sorted(uses_of(session, season.id, product.id), key=lambda use: use.first_on)
    labels = with_labels(session, [product], crop_of(session, season))[0].labels
    about = {"season_id": season.id, "vendor_id": vendor_id}
    most = most_uses(labels_on(labels, uses[-1].first_on)) if uses else None
    key = f"too_many:{season.id}:{product.id}"
    if most is not None and len(uses) > most:
        told = {"product": product.name, "found": str(len(uses)), "most": str(most)}
        about["entry_id"] = uses[-1].entry_root
        open_matter(session, WatchKind.TOO_MANY, key, detail=told, now=now, **about)
    else:
        settle_matter(session, key, now=now)
    days, since = {use.entry_root: use.first_on for use in uses}, days_since(uses)
    for root in sorted({entry.root_id, *days}):
        least = least_days(labels_on(labels, days[root])) if root in days else None
        about["entry_id"] = root
        _watch_spacing(session, product, since.get(root), least, about, now)


def _watch_spacing(
    session: Session,
    product: InputProduct,
    days: int | None,
    least: int | None,
    about: dict[str, str],
    now: datetime,
) -> None:
    key = f"too_close:{about['entry_id']}:{product.id}"
    if least is None or days is None or days >= least:
        settle_matter(session, key, now=now)
        return
    told = {"product": product.name, "found": str(days), "least": str(least)}
    open_matter(session, WatchKind.TOO_CLOSE, key, detail=told, now=now, **about)


def _watch_entering(
    session: Session, season: Season, entry: DiaryEntry, vendor_id: str, now: datetime
) -> None:
    """Hold work on a plot against the sprays before it, and a spray against the work since."""
    land = related_plots(session, season.plot_id, on=entry.done_on)
    since = entry.done_on - _LONGEST_REENTRY
    until = (entry.ended_on or entry.done_on) + _LONGEST_REENTRY
    rows = session.scalars(
        sa.select(DiaryEntry)
        .join(Season, Season.id == DiaryEntry.season_id)
        .where(
            Season.plot_id.in_(land),
            DiaryEntry.status == EntryStatus.DONE,
            DiaryEntry.done_on.between(since, until),
            is_latest(),
        )
    ).all()
    sprayed = [row for row in rows if row.reentry_hours and row.activity is Activity.SPRAY]
    work = [row for row in rows if row.activity in _WORK]
    for one in work if entry.activity is Activity.SPRAY else [entry]:
        _tell_entering(session, one, sprayed, vendor_id, now)


def _tell_entering(
    session: Session, work: DiaryEntry, sprayed: list[DiaryEntry], vendor_id: str, now: datetime
) -> None:
    key = f"reentry:{work.root_id}"
    counts = work.status is EntryStatus.DONE and work.activity in _WORK
    spray = next((one for one in sprayed if counts and _is_too_soon(work, one)), None)
    if spray is None:
        settle_matter(session, key, now=now)
        return
    detail = {
        "product": spray.input_name or "",
        "day": work.done_on.isoformat(),
        "hours": str(spray.reentry_hours),
    }
    about = _about(work)
    open_matter(
        session, WatchKind.REENTRY, key, vendor_id=vendor_id, detail=detail, now=now, **about
    )


def _is_too_soon(work: DiaryEntry, spray: DiaryEntry) -> bool:
    last = spray.ended_on or spray.done_on
    free_from = may_enter_from(last, spray.happened_at, spray.reentry_hours or 0)
    began_after = work.done_on > spray.done_on or (
        work.done_on == spray.done_on
        and (
            work.happened_at is None
            or spray.happened_at is None
            or work.happened_at >= spray.happened_at
        )
    )
    return began_after and entered_too_soon(work.done_on, work.happened_at, free_from)


def _about(entry: DiaryEntry) -> dict[str, str]:
    return {"season_id": entry.season_id, "entry_id": entry.id}


def _products(session: Session, entries: list[DiaryEntry]) -> list[InputProduct]:
    """Return the products of an entry and of what it was corrected from, each once."""
    used = sa.select(EntryInput.product_id).where(
        EntryInput.entry_id.in_(one.id for one in entries)
    )
    wanted = sa.select(InputProduct).where(InputProduct.id.in_(used)).order_by(InputProduct.id)
    return list(session.scalars(wanted))


def uses_of(session: Session, season_id: str, product_id: str) -> list[Application]:
    """Return how a product was sprayed in a season, as it is told last."""
    rows = session.execute(
        sa.select(DiaryEntry.root_id, DiaryEntry.done_on, DiaryEntry.ended_on)
        .join(EntryInput, EntryInput.entry_id == DiaryEntry.id)
        .where(
            DiaryEntry.season_id == season_id,
            EntryInput.product_id == product_id,
            DiaryEntry.activity == Activity.SPRAY,
            DiaryEntry.status == EntryStatus.DONE,
            is_latest(),
        )
    )
    return [Application(row.root_id, row.done_on, row.ended_on or row.done_on) for row in rows]


def _bound(session: Session, season: Season, day: date) -> Bound | None:
    crop_id = crop_of(session, season)
    return bound_for(session, crop_id, season.variety_id, on=day) if crop_id else None


def _months(session: Session, season: Season) -> list[int]:
    """Return the months in which a season's variety, else its crop, is harvested."""
    crop_id = crop_of(session, season)
    crop = session.get(Crop, crop_id) if crop_id else None
    variety = session.get(Variety, season.variety_id) if season.variety_id else None
    if crop is None:
        return []
    return (variety.harvest_months if variety else []) or crop.harvest_months
