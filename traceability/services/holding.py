"""The guard of the waiting time: which lots the rule holds, and why, at every moment.

A hold has a row for each cause. Causes come and go with the diary; a hold that a second
person cleared stays cleared until the same spraying is told to be worse.
"""

from collections.abc import Collection
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import HOUSE, Actor
from kernel.events import emit
from kernel.messages import msg
from traceability.errors import SecondPersonNeeded, TestFailed, TestNeeded
from traceability.events import LotChanged, SprayToldLate
from traceability.models import (
    DiaryEntry,
    Farm,
    IntervalHold,
    LabTest,
    Lot,
    LotStep,
    Season,
    grew_in,
    seasons_of_lots,
)
from traceability.queries.land import related_plots, sprays_on
from traceability.rules import (
    HOLD_REASONS,
    HoldEnd,
    LotState,
    Spray,
    Verdict,
    WatchKind,
)
from traceability.services.ledger import need_unused
from traceability.services.steps import hold_inside_interval, release_family
from traceability.services.watching import open_matter, settle_matter

FREED = msg("The diary was corrected: the waiting time was kept.")


def lock_land(session: Session, vendor_id: str) -> None:
    """Lock a vendor's farms: one at a time sprays or harvests on their land."""
    session.execute(
        sa.select(Farm.id)
        .where(Farm.vendor_id == vendor_id)
        .order_by(Farm.id)
        .with_for_update(key_share=True)
    )


def settle_land(session: Session, plot_id: str, *, since: date, now: datetime) -> None:
    """Judge the lots of a plot's land anew that were harvested on a day or later."""
    plots = related_plots(session, plot_id, on=since)
    seasons = sa.select(Season.id).where(Season.plot_id.in_(plots))
    lots = session.scalars(
        sa.select(Lot)
        .where(grew_in(seasons), Lot.harvested_on >= since)
        .order_by(Lot.id)
        .with_for_update(of=Lot)
        .execution_options(populate_existing=True)
    ).all()
    late = [(lot, spray) for lot in lots if (spray := settle_lot(session, lot, now=now))]
    _tell_late(session, late, now)


def settle_lot(session: Session, lot: Lot, *, now: datetime) -> Spray | None:
    """Bring the holds of a lot to what the sprays on its land say now; its family follows it.

    Return the spraying for which a lot is held now that was there before.
    """
    session.flush()
    causes = [spray for spray in sprays_of(session, lot) if spray.forbids(lot.harvested_on)]
    own = _holds(session, lot.id)
    new = [spray for spray in causes if not any(_is_known(row, spray) for row in own)]
    told = [row for row in own if row.closed_at is None and not _still(row, causes)]
    for spray in new:
        _open(session, lot, spray, now)
    for row in told:
        _close(row, HoldEnd.CORRECTED, now)
    session.flush()
    if new:
        hold_inside_interval(session, lot, now=now, reason=HOLD_REASONS[new[0].why])
    if told and not new:
        free_lot(session, lot, reason=FREED, now=now)
    # A product sprayed twice on one day forbids the harvest twice, but is told of once.
    known = {_words(row) for row in own if row.closed_at is None}
    first = next((spray for spray in new if _words_of(spray) not in known), None)
    if first is None:
        return None
    _watch(session, lot, first, now)
    return first if lot.created_at < now else None


def sprays_of(session: Session, lot: Lot) -> list[Spray]:
    """Return the sprays on the land of every season that went into a lot."""
    grown = seasons_of_lots([lot.id])
    plots = session.scalars(
        sa.select(Season.plot_id).join(grown, grown.c.season_id == Season.id).distinct()
    ).all()
    land: set[str] = set()
    for plot_id in plots:
        land |= related_plots(session, plot_id, on=lot.harvested_on)
    return sprays_on(session, land, until=lot.harvested_on) if land else []


def move_harvest(session: Session, entry_root: str, day: date, *, now: datetime) -> None:
    """Let the lot of a harvest follow the corrected day, and judge it anew.

    :raises HarvestUsed: for another day of a lot that went on meanwhile.
    """
    lot = session.scalar(
        sa.select(Lot)
        .where(Lot.harvest_id == entry_root)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if lot is None:
        return
    if lot.harvested_on != day:
        need_unused(session, lot, field="done_on")
    lot.harvested_on = day
    emit(session, LotChanged(lot.id, lot.vendor_id), now=now)
    spray = settle_lot(session, lot, now=now)
    _tell_late(session, [(lot, spray)] if spray else [], now)


def free_lot(session: Session, lot: Lot, *, reason: str, now: datetime) -> None:
    """Free a lot whose last hold ended by itself; one held for another reason stays held."""
    if any(row.closed_at is None for row in _holds(session, lot.id)):
        return
    lot.inside_interval = False
    settle_matter(session, f"early:{lot.id}", now=now)
    if lot.state is LotState.HELD and lot.state_reason in HOLD_REASONS.values():
        release_family(session, lot, reason=reason, actor=HOUSE, now=now)
        detail = {"lot": lot.code, "reason": reason}
        about = {"lot_id": lot.id, "vendor_id": lot.vendor_id}
        open_matter(session, WatchKind.FREED, f"freed:{lot.id}", detail=detail, now=now, **about)


def clear_holds(session: Session, lot: Lot, *, actor: Actor, now: datetime) -> None:
    """Clear a lot of its broken waiting time: a second person, on a passing test of that lot.

    :raises SecondPersonNeeded: for who recorded the harvest, the spraying or the lot.
    :raises TestNeeded: when there is no test of the lot.
    :raises TestFailed: when the latest one failed.
    """
    rows = [row for row in _holds(session, lot.id) if row.closed_at is None]
    if actor.user_id is None or actor.user_id in _recorders(session, lot, rows):
        raise SecondPersonNeeded
    test = session.scalar(
        sa.select(LabTest)
        .where(LabTest.lot_id == lot.id)
        .order_by(LabTest.sampled_on.desc(), LabTest.recorded_at.desc(), LabTest.id.desc())
        .limit(1)
    )
    if test is None:
        raise TestNeeded
    if test.verdict is not Verdict.PASSED:
        raise TestFailed
    for row in rows:
        _close(row, HoldEnd.CLEARED, now)
        row.closed_by, row.test_id = actor.user_id, test.id
    session.flush()


def _holds(session: Session, lot_id: str) -> list[IntervalHold]:
    return list(
        session.scalars(
            sa.select(IntervalHold).where(IntervalHold.lot_id == lot_id).order_by(IntervalHold.id)
        )
    )


def _still(row: IntervalHold, causes: Collection[Spray]) -> bool:
    return any(_same(row, spray) for spray in causes)


def _words(row: IntervalHold) -> tuple[object, ...]:
    return row.block, row.product, row.sprayed_on, row.free_from


def _words_of(spray: Spray) -> tuple[object, ...]:
    return spray.why, spray.name, spray.end_on, spray.free_from


def _same(row: IntervalHold, spray: Spray) -> bool:
    told = (spray.entry_root, spray.why, spray.free_from, spray.name)
    return (row.entry_root, row.block, row.free_from, row.product) == told


def _is_known(row: IntervalHold, spray: Spray) -> bool:
    """Tell whether a hold stands for a cause already, or was cleared of it or of worse."""
    if row.closed_at is None:
        return _same(row, spray)
    if row.closed_how is not HoldEnd.CLEARED:
        return False
    if (row.entry_root, row.block, row.product) != (spray.entry_root, spray.why, spray.name):
        return False
    return row.free_from is None or (
        spray.free_from is not None and spray.free_from <= row.free_from
    )


def _open(session: Session, lot: Lot, spray: Spray, now: datetime) -> None:
    session.add(
        IntervalHold(
            lot_id=lot.id,
            block=spray.why,
            entry_root=spray.entry_root,
            product=spray.name,
            sprayed_on=spray.end_on,
            free_from=spray.free_from,
            opened_at=now,
        )
    )


def _close(row: IntervalHold, how: HoldEnd, now: datetime) -> None:
    row.closed_at, row.closed_how = now, how


def _watch(session: Session, lot: Lot, spray: Spray, now: datetime) -> None:
    """Tell the office: a harvest that broke the rule, or a spraying told after the harvest."""
    if lot.created_at < now:
        _watch_late(session, lot, spray.name, now)
        return
    detail = {"lot": lot.code, "product": spray.name, "day": lot.harvested_on.isoformat()}
    about = {"lot_id": lot.id, "season_id": lot.season_id}
    open_matter(
        session,
        WatchKind.EARLY_HARVEST,
        f"early:{lot.id}",
        vendor_id=lot.vendor_id,
        detail=detail,
        now=now,
        **about,
    )


def _tell_late(session: Session, late: list[tuple[Lot, Spray]], now: datetime) -> None:
    """Let vendor and office hear at once of lots that may be sold already: a letter a spraying."""
    by_spray: dict[Spray, list[str]] = {}
    for lot, spray in late:
        by_spray.setdefault(spray, []).append(lot.id)
    for spray, lot_ids in by_spray.items():
        told = (spray.name, spray.end_on.isoformat(), lot_ids)
        emit(session, SprayToldLate(late[0][0].vendor_id, *told), now=now)


def _watch_late(session: Session, lot: Lot, product: str, now: datetime) -> None:
    detail = {"lot": lot.code, "product": product, "day": lot.harvested_on.isoformat()}
    about = {"lot_id": lot.id, "season_id": lot.season_id}
    open_matter(
        session,
        WatchKind.LATE_SPRAY,
        f"late:{lot.id}",
        vendor_id=lot.vendor_id,
        detail=detail,
        now=now,
        **about,
    )


def _recorders(session: Session, lot: Lot, rows: list[IntervalHold]) -> set[str]:
    """Return who wrote down the harvest or the spraying in any revision, or made the lots."""
    causes = {row.entry_root for row in rows}
    wrote = sa.select(DiaryEntry.recorded_by).where(
        DiaryEntry.root_id.in_({lot.harvest_id, *causes} - {None})
    )
    made = sa.select(LotStep.actor_id).where(LotStep.lot_id == lot.id, LotStep.action == "create")
    return {who for who in (*session.scalars(wrote), *session.scalars(made)) if who}
