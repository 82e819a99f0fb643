"""Arrows of lots' lives: the row, its history, the event, the audit log, the word to the house.

A lot that is held holds everything that was packed from it, and what is called back calls it
back, too: each reason is a row of ``lot_hold``, and only the last one to go lets a lot go.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from kernel import audit
from kernel.actor import HOUSE, Actor
from kernel.errors import Conflict
from kernel.events import Event, emit
from kernel.messages import msg
from traceability.events import LotChanged, LotHeld, LotRecalled, LotReleased
from traceability.models import Lot, LotHold, LotStep
from traceability.queries.family import descendants, descendants_of
from traceability.rules import INSIDE_INTERVAL, STOPPED, LotKind, LotState, after
from traceability.services.telling import MOST_IN_ONE, Words, tell_object

_EVENTS: dict[str, type[LotHeld] | type[LotReleased] | type[LotRecalled]] = {
    "hold": LotHeld,
    "release": LotReleased,
    "recall": LotRecalled,
}

_WORDS = {
    "hold": Words("OBSERVE", "holding", "non_sellable_other", set_="non_sellable_other"),
    "release": Words("OBSERVE", "inspecting", "conformant", unset="non_sellable_other"),
    "recall": Words("OBSERVE", "holding", "recalled", set_="recalled"),
}
"""What is told of an arrow; closing and opening again are told by what emptied or filled the lot."""


def move(
    session: Session, lot: Lot, action: str, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Take one lot along an arrow of the state table.

    :raises Conflict: when there is no such arrow.
    """
    _arrow(session, lot, action, reason=reason, actor=actor, now=now)
    _tell(session, [lot], action, by=actor, now=now)


def stop_family(
    session: Session, lot: Lot, action: str, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Hold or recall a lot and everything packed from it; the family is locked.

    :raises Conflict: when it is held for a reason of its own already, or recalled.
    """
    family = lock_family(session, lot.id)
    opened = _open_holds(session, [one.id for one in family], cause_id=lot.id)
    if action == "recall" or lot.state is not LotState.HELD or lot.id in opened:
        _arrow(session, lot, action, reason=reason, actor=actor, now=now)
    else:
        # Held for the sake of another lot so far: from now on for its own, too.
        lot.state_reason, lot.state_at = reason, now
        add_step(session, lot, action, actor=actor, now=now)
    others = [one for one in family if one is not lot and one.state is not LotState.RECALLED]
    if action == "hold":
        _note_holds(session, [lot, *others], opened, cause=lot, reason=reason, now=now)
        others = [one for one in others if one.state is not LotState.HELD]
    _arrows(session, others, action, reason=reason, actor=actor, now=now, cause=lot)
    _tell(session, [lot, *others], action, by=actor, now=now)


def release_family(session: Session, lot: Lot, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take back the reason of a lot; it and what was packed from it go when no other is left.

    :raises Conflict: when it is held only for the sake of another lot.
    """
    family = lock_family(session, lot.id)
    after(lot.state, "release")
    mine = _open_holds(session, [one.id for one in family], cause_id=lot.id)
    held = _held_by_others(session, lot.id)
    if lot.id in held and lot.id not in mine:
        raise Conflict(msg("It is held because of a lot it was packed from: release that one."))
    session.execute(
        sa.update(LotHold)
        .where(LotHold.cause_id == lot.id, LotHold.until.is_(None))
        .values(until=now)
    )
    freed = [
        one
        for one in family
        if one.state is LotState.HELD and one.id not in held and (one is lot or one.id in mine)
    ]
    _arrows(session, freed, "release", reason=reason, actor=actor, now=now, cause=lot)
    if lot not in freed:
        add_step(session, lot, "release", actor=actor, now=now, reason=reason)
    if freed:
        _tell(session, freed, "release", by=actor, now=now)
    for one in freed:
        if one.rest == 0:
            _arrow(session, one, "close", reason="", actor=HOUSE, now=now)


def tell_arrow(
    session: Session, lots: Sequence[Lot], action: str, *, actor: Actor, now: datetime
) -> None:
    """Write the events of lots that were taken along an arrow elsewhere, many at once."""
    _tell(session, lots, action, by=actor, now=now)


def add_step(
    session: Session,
    lot: Lot,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Note what happened to a lot, for those who look after it."""
    session.add(
        LotStep(
            lot_id=lot.id,
            action=action,
            state=lot.state,
            actor_id=actor.user_id,
            actor_name=actor.name,
            reason=lot.state_reason if reason is None else reason,
            at=now,
        )
    )


def hold_inside_interval(
    session: Session, lot: Lot, *, now: datetime, reason: str = INSIDE_INTERVAL
) -> None:
    """Hold a lot whose harvest broke a waiting time: the rule acts, not a person."""
    if lot.state is LotState.RECALLED or lot.kind is not LotKind.HARVEST:
        # What was packed follows the harvests it was packed from.
        return
    known, lot.inside_interval = lot.inside_interval, True
    if lot.state is not LotState.HELD or lot.id not in _open_holds(
        session, [lot.id], cause_id=lot.id
    ):
        stop_family(session, lot, "hold", reason=reason, actor=HOUSE, now=now)
        return
    if known:
        return
    # Held already for another reason: from now on it needs a second person, too.
    audit.record(session, "lot.inside_interval", actor=HOUSE, subject=("lot", lot.id), now=now)


def inherit(session: Session, lot: Lot, sources: Collection[str], *, now: datetime) -> None:
    """Hand the open holds of lots on to what came of them while they were held.

    Nobody packs what is held; but what a partner sent may be held before it is received.
    """
    causes = session.execute(
        sa.select(LotHold.cause_id, sa.func.min(LotHold.reason))
        .where(LotHold.lot_id.in_(sources), LotHold.until.is_(None))
        .group_by(LotHold.cause_id)
    ).all()
    for cause_id, reason in causes:
        session.add(LotHold(lot_id=lot.id, cause_id=cause_id, reason=reason, since=now))
    if causes and lot.state not in STOPPED:
        move(session, lot, "hold", reason=causes[0][1], actor=HOUSE, now=now)
    recalled = session.scalar(
        sa.select(Lot.state_reason)
        .where(Lot.id.in_(sources), Lot.state == LotState.RECALLED)
        .limit(1)
    )
    if recalled is not None:
        move(session, lot, "recall", reason=recalled, actor=HOUSE, now=now)


def lock_family(session: Session, lot_id: str) -> Sequence[Lot]:
    """Return a lot and everything packed from it, locked in the order of ids and read anew.

    What was packed while we waited for the locks belongs to it, too.
    """
    session.flush()
    while True:
        family = session.scalars(
            sa.select(Lot)
            .where(Lot.id.in_(descendants_of(lot_id)))
            .order_by(Lot.id)
            .with_for_update(key_share=True, of=Lot)
            .execution_options(populate_existing=True)
        ).all()
        if descendants(session, lot_id) <= {lot.id for lot in family}:
            return family


def _arrow(
    session: Session, lot: Lot, action: str, *, reason: str, actor: Actor, now: datetime
) -> None:
    before = lot.state
    # Why it was released stays known when it is used up.
    lot.state, lot.state_at = after(before, action), now
    lot.state_reason = reason or lot.state_reason
    add_step(session, lot, action, actor=actor, now=now, reason=reason)
    _record(session, lot, before, action, reason=reason, actor=actor, now=now)


def _record(
    session: Session,
    lot: Lot,
    before: LotState,
    action: str,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    of: Lot | None = None,
) -> None:
    """Note an arrow, and tell the house; ``of``: the lot for whose sake it is."""
    cause = None if of is lot else of
    audit.record(
        session,
        f"lot.{action}",
        actor=actor,
        subject=("lot", lot.id),
        now=now,
        before={"state": before.value},
        after={"state": lot.state.value},
        code=lot.code,
        reason=reason,
        cause=cause.code if cause else "",
    )
    emit(session, _event(action, lot, cause), now=now)


def _arrows(
    session: Session,
    lots: Sequence[Lot],
    action: str,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    cause: Lot,
) -> None:
    """Take locked lots along an arrow, all at once: a family may be large."""
    if not lots:
        return
    session.flush()
    before = {lot.id: lot.state for lot in lots}
    values = {"state": after(lots[0].state, action), "state_reason": reason, "state_at": now}
    for some in _cut([lot.id for lot in lots]):
        session.execute(
            sa.update(Lot)
            .where(Lot.id.in_(some))
            .values(**values, version=Lot.version + 1)
            .execution_options(synchronize_session=False)
        )
    for lot in lots:
        after(before[lot.id], action)
        for name, value in {**values, "version": lot.version + 1}.items():
            set_committed_value(lot, name, value)
        _record(session, lot, before[lot.id], action, reason=reason, actor=actor, now=now, of=cause)
    who = {"actor_id": actor.user_id, "actor_name": actor.name, "reason": reason, "at": now}
    steps = [{"lot_id": lot.id, "action": action, "state": lot.state, **who} for lot in lots]
    session.execute(sa.insert(LotStep), steps)


def _note_holds(
    session: Session,
    lots: Sequence[Lot],
    opened: Collection[str],
    *,
    cause: Lot,
    reason: str,
    now: datetime,
) -> None:
    """Give lots one more reason to be held, where they do not have it yet."""
    what = {"cause_id": cause.id, "reason": reason, "since": now}
    rows = [{"lot_id": lot.id, **what} for lot in lots if lot.id not in opened]
    if rows:
        session.execute(sa.insert(LotHold), rows)


def _cut(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + 5000] for start in range(0, len(ids), 5000))


def _event(action: str, lot: Lot, cause: Lot | None) -> Event:
    kind = _EVENTS.get(action)
    if kind is None:
        return LotChanged(lot.id, lot.vendor_id)
    told = cause is not None and cause.vendor_id == lot.vendor_id
    return kind(lot.id, lot.vendor_id, cause.id if cause and told else "")


def _tell(session: Session, lots: Sequence[Lot], action: str, *, by: Actor, now: datetime) -> None:
    """Write the events of an arrow: one for each vendor and so many lots."""
    words = _WORDS.get(action)
    if words is None:
        return
    vendors: dict[str, list[Lot]] = {}
    for lot in lots:
        vendors.setdefault(lot.vendor_id, []).append(lot)
    for mine in vendors.values():
        for start in range(0, len(mine), MOST_IN_ONE):
            some = [(lot, None) for lot in mine[start : start + MOST_IN_ONE]]
            tell_object(session, some, words, at=now, now=now, by=by)


def _open_holds(session: Session, lot_ids: Collection[str], *, cause_id: str) -> dict[str, LotHold]:
    """Return the open reasons that a lot gives to its family, by lot."""
    session.flush()
    wanted = set(lot_ids)
    rows = session.scalars(
        sa.select(LotHold)
        .where(LotHold.cause_id == cause_id, LotHold.until.is_(None))
        .execution_options(populate_existing=True)
    )
    return {hold.lot_id: hold for hold in rows if hold.lot_id in wanted}


def _held_by_others(session: Session, lot_id: str) -> set[str]:
    """Return which lots of a family are held for the sake of a lot other than its head."""
    rows = session.scalars(
        sa.select(LotHold.lot_id).where(
            LotHold.lot_id.in_(descendants_of(lot_id)),
            LotHold.cause_id != lot_id,
            LotHold.until.is_(None),
        )
    )
    return set(rows)
