"""Lots go to the buyers of orders: picked, sent off, handed over, or put back.

Orders call this in their own transactions; what an order is, nobody here knows: it has a
name for the paper, and each portion the name of what it is for.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.many import among
from kernel.quantity import Unit
from traceability.models import Lot
from traceability.rules import STOPPED, MoveKind, Portion
from traceability.services.ledger import Why, lock_lots, need_free, put, take
from traceability.services.lots.births import need_commissioned
from traceability.services.telling import Words, root_of, tell_object


@dataclass(frozen=True)
class Parcel:
    """What of lots belongs to one order of one vendor; pairs of a portion and what it is for."""

    vendor_id: str
    order: str
    portions: tuple[tuple[Portion, str], ...]


@dataclass(frozen=True)
class Holding:
    """What a lot holds, in its base unit; ``is_stopped``: it is on hold or recalled."""

    code: str
    unit: Unit
    rest: int
    is_stopped: bool


def lock_holdings(
    session: Session, lot_ids: Collection[str], *, vendor_id: str
) -> dict[str, Holding]:
    """Lock those lots of a vendor that hold something, and return what each holds.

    Until the end of the transaction nobody else takes of them.
    """
    rows = session.execute(
        sa.select(Lot.id, Lot.code, Lot.unit, Lot.rest, Lot.state)
        .where(among(session, Lot.id, lot_ids), Lot.vendor_id == vendor_id, Lot.rest > 0)
        .order_by(Lot.id)
        .with_for_update(key_share=True)
    ).all()
    return {row.id: Holding(row.code, row.unit, row.rest, row.state in STOPPED) for row in rows}


def pick_portions(session: Session, parcel: Parcel, *, actor: Actor, now: datetime) -> None:
    """Take what an order gets out of its lots.

    :raises LotStoppedNow: when one of them is on hold or recalled.
    :raises LotHoldsLess: when one of them does not hold so much.
    """
    lots = _lots(session, parcel)
    need_free(lots.values())
    for lot in lots.values():
        need_commissioned(session, lot, now=now)
    seq = _tell(session, parcel, lots, ("OBSERVE", "picking", "reserved"), by=actor, now=now)
    for portion, ref in parcel.portions:
        why = Why(actor, now, seq, parcel.order, ref)
        take(session, lots[portion.lot_id], portion.quantity, MoveKind.SOLD, why)


def put_back(
    session: Session, parcel: Parcel, *, was_sent: bool, actor: Actor, now: datetime
) -> None:
    """Put back what an order does not get after all; ``was_sent``: it was on its way already."""
    lots = _lots(session, parcel)
    words = ("OBSERVE", "receiving", "returned") if was_sent else ("OBSERVE", "stocking", "active")
    seq = _tell(session, parcel, lots, words, by=actor, now=now)
    for portion, ref in parcel.portions:
        why = Why(actor, now, seq, parcel.order, ref)
        put(session, lots[portion.lot_id], portion.quantity, MoveKind.RETURNED, why)


def send_off(session: Session, parcel: Parcel, *, actor: Actor, now: datetime) -> int:
    """Tell that what was picked is on its way, or waits to be fetched.

    :raises LotStoppedNow: when one of the lots is on hold or recalled by now.
    """
    lots = _lots(session, parcel)
    need_free(lots.values())
    words = ("OBSERVE", "shipping", "in_transit")
    return _tell(session, parcel, lots, words, by=actor, now=now)


def hand_over(session: Session, parcel: Parcel, *, actor: Actor, now: datetime) -> int:
    """Tell that the buyer has it: what a buyer has is no stock of anybody any more."""
    lots, words = _lots(session, parcel), ("DELETE", "retail_selling", "retail_sold")
    return _tell(session, parcel, lots, words, by=actor, now=now)


def _lots(session: Session, parcel: Parcel) -> dict[str, Lot]:
    ids = {portion.lot_id for portion, _ in parcel.portions}
    return lock_lots(session, ids, vendor_id=parcel.vendor_id)


def _tell(
    session: Session,
    parcel: Parcel,
    lots: dict[str, Lot],
    words: tuple[str, str, str],
    *,
    by: Actor,
    now: datetime,
) -> int:
    sums: dict[str, int] = {}
    for portion, _ in parcel.portions:
        sums[portion.lot_id] = sums.get(portion.lot_id, 0) + portion.quantity
    amounts: Sequence[tuple[Lot, int]] = [(lots[key], quantity) for key, quantity in sums.items()]
    paper = (("po", f"{root_of(session)}/o/{parcel.order}"),)
    told = Words(*words, transactions=paper)
    return tell_object(session, amounts, told, at=now, now=now, by=by)
