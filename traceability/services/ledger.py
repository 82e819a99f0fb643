"""What is left of lots: taken out and put in under lock, one move a change."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.errors import Invalid, NotFound
from kernel.events import emit
from kernel.messages import msg
from traceability.errors import HarvestUsed, LotHoldsLess, LotStoppedNow
from traceability.events import LotShrank
from traceability.models import DiaryEntry, Lot, LotMove, UnitContent
from traceability.rules import STOPPED, LotState, MoveKind
from traceability.services.steps import move


@dataclass(frozen=True)
class Why:
    """What moves are for: who, when, why, and what they belong to."""

    actor: Actor
    at: datetime
    seq: int | None
    reason: str = ""
    ref: str = ""


def lock_lots(
    session: Session, lot_ids: Collection[str], *, vendor_id: str | None = None
) -> dict[str, Lot]:
    """Return lots by id, locked in the order of their ids and read anew.

    :raises NotFound: when one is missing, or is not of the vendor.
    """
    wanted = set(lot_ids)
    rows = session.scalars(
        sa.select(Lot)
        .where(Lot.id.in_(wanted))
        .order_by(Lot.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    found = {lot.id: lot for lot in rows if vendor_id in {None, lot.vendor_id}}
    if len(found) != len(wanted):
        raise NotFound
    return found


def need_free(lots: Iterable[Lot]) -> None:
    """Refuse lots that are on hold or recalled: they are neither packed nor shipped nor sold.

    :raises LotStoppedNow: naming them.
    """
    stopped = sorted(lot.code for lot in lots if lot.state in STOPPED)
    if stopped:
        raise LotStoppedNow(lots=", ".join(stopped))


def take(session: Session, lot: Lot, quantity: int, kind: MoveKind, why: Why) -> None:
    """Take so much out of a lot, which is locked; with the last of it the lot is used up.

    :raises LotHoldsLess: when it does not hold so much, or holds it in crates.
    """
    if quantity <= 0:
        raise Invalid(msg("Write an amount such as 2 kg or 0,5 kg."), field="quantity")
    if lot.rest < quantity:
        raise LotHoldsLess(lot, lot.rest)
    loose = lot.rest - carried(session, lot.id)
    if loose < quantity:
        raise LotHoldsLess(lot, max(loose, 0), carried=True)
    lot.rest -= quantity
    _note(session, lot, -quantity, kind, why)
    emit(session, LotShrank(lot.id, lot.vendor_id), now=why.at)
    if lot.rest == 0 and lot.state is LotState.OPEN:
        move(session, lot, "close", reason="", actor=why.actor, now=why.at)


def put(session: Session, lot: Lot, quantity: int, kind: MoveKind, why: Why) -> None:
    """Put so much into a lot, which is locked; one that was used up is open again."""
    lot.rest += quantity
    _note(session, lot, quantity, kind, why)
    if lot.state is LotState.CLOSED:
        move(session, lot, "reopen", reason="", actor=why.actor, now=why.at)


def need_unused(session: Session, lot: Lot, *, field: str) -> None:
    """Refuse to tell anew how a lot began, once something was taken of it or it was recalled.

    :raises HarvestUsed: then.
    """
    went = sa.exists().where(LotMove.lot_id == lot.id, LotMove.kind != MoveKind.MADE)
    if (
        lot.state is LotState.RECALLED
        or carried(session, lot.id)
        or session.scalar(sa.select(went))
    ):
        raise HarvestUsed(lot, field=field)


def made_of(session: Session, lot_id: str, *, seen: DiaryEntry | None = None) -> int:
    """Return with how much a lot was made, as a revision of its harvest says (None: the last)."""
    made = sa.select(sa.func.coalesce(sa.func.sum(LotMove.quantity), 0)).where(
        LotMove.lot_id == lot_id, LotMove.kind == MoveKind.MADE
    )
    if seen is not None:
        # What a revision changed names it; revisions are in the order of their ids.
        made = made.where(LotMove.at <= seen.recorded_at, LotMove.ref <= seen.id)
    return int(session.scalar(made) or 0)


def carried(session: Session, lot_id: str) -> int:
    """Return how much of a lot lies in crates and on pallets now."""
    return int(
        session.scalar(
            sa.select(sa.func.coalesce(sa.func.sum(UnitContent.quantity), 0)).where(
                UnitContent.lot_id == lot_id, UnitContent.until.is_(None)
            )
        )
        or 0
    )


def _note(session: Session, lot: Lot, quantity: int, kind: MoveKind, why: Why) -> None:
    session.add(
        LotMove(
            lot_id=lot.id,
            kind=kind,
            quantity=quantity,
            event_seq=why.seq,
            ref=why.ref,
            reason=why.reason,
            actor_id=why.actor.user_id,
            actor_name=why.actor.name,
            at=why.at,
        )
    )
    session.flush()
