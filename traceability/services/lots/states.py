"""Lots are held, released, called back: by their vendor, or by the office."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.errors import NotFound
from traceability.errors import SecondPersonNeeded
from traceability.models import DiaryEntry, Lot, LotStep
from traceability.rules import need_reason
from traceability.services.steps import lock_family, release_family, stop_family

OFFICE = ("reviewer", "approver")


def hold_lot(session: Session, lot_id: str, *, reason: str, actor: Actor, now: datetime) -> None:
    """Hold a lot and everything packed from it: by its vendor, or by the office.

    :raises Conflict: when it is not open.
    """
    lot = _own(session, lot_id, actor, "recorder", "seller")
    stop_family(session, lot, "hold", reason=need_reason(reason), actor=actor, now=now)


def release_lot(session: Session, lot_id: str, *, reason: str, actor: Actor, now: datetime) -> None:
    """Release a lot that was held, with the reason why it may be sold.

    :raises SecondPersonNeeded: when a waiting time was broken and who recorded
        the harvest would release it.
    """
    lot = _own(session, lot_id, actor)
    # What a spray told only now makes of it must be seen, so it is read under the lock.
    lock_family(session, lot.id)
    if lot.inside_interval and actor.user_id in _recorders(session, lot):
        raise SecondPersonNeeded
    release_family(session, lot, reason=need_reason(reason), actor=actor, now=now)


def recall_lot(session: Session, lot_id: str, *, reason: str, actor: Actor, now: datetime) -> None:
    """Call a lot and everything packed from it back for good: by an owner of its vendor, or by the office.

    :raises Conflict: when it is recalled already.
    """
    lot = _own(session, lot_id, actor)
    stop_family(session, lot, "recall", reason=need_reason(reason), actor=actor, now=now)


def _own(session: Session, lot_id: str, actor: Actor, *roles: str) -> Lot:
    """Return a lot for its vendor's owner (or roles) or for the office."""
    lot = session.get(Lot, lot_id)
    if lot is None:
        raise NotFound
    if not actor.has(*OFFICE):
        actor.need_at(lot.vendor_id, *roles)
    return lot


def _recorders(session: Session, lot: Lot) -> set[str | None]:
    """Return who wrote down the harvest or made the lot."""
    wrote = sa.select(DiaryEntry.recorded_by).where(DiaryEntry.id == lot.harvest_id)
    made = sa.select(LotStep.actor_id).where(LotStep.lot_id == lot.id, LotStep.action == "create")
    return {*session.scalars(wrote), *session.scalars(made)} - {None}
