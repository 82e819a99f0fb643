"""Goods go from a vendor to somebody: another vendor of the market, or a partner outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import short_code
from kernel.messages import msg
from traceability.gs1 import read_gln
from traceability.gs1.ids import party_id
from traceability.models import Gs1Party, LogisticUnit, Lot, Shipment, ShipmentLine
from traceability.rules import MoveKind, Portion, need_reason
from traceability.services.events import declare_wrong
from traceability.services.ledger import Why, lock_lots, need_free, put, take
from traceability.services.lots.births import need_commissioned
from traceability.services.lots.carrying import contents_of, name_of_unit, own_unit
from traceability.services.telling import Words, root_of, tell_object
from vendors.queries import vendor_cards

MOST_LINES = 200


@dataclass(frozen=True)
class ShipFacts:
    """What goes to whom: loose ``portions`` of lots, and whole crates and pallets (``units``).

    ``to_vendor_id`` is a vendor of the market; else ``to_name`` names a partner outside,
    with its GLN where it has one. ``document`` is the number of a paper of the vendor's own.
    """

    portions: tuple[Portion, ...] = ()
    units: tuple[str, ...] = ()
    to_vendor_id: str | None = None
    to_name: str = ""
    to_address: str = ""
    to_gln: str = ""
    document: str = ""


@dataclass(frozen=True)
class _Load:
    """One line of what goes."""

    portion: Portion
    unit_id: str | None = None


def ship_goods(
    session: Session, *, vendor_id: str, facts: ShipFacts, actor: Actor, now: datetime
) -> str:
    """Ship goods, and return the id of the shipment; what is in its units leaves with them.

    :raises LotStoppedNow: when a lot is on hold or recalled.
    :raises LotHoldsLess: when a lot does not hold so much.
    :raises Invalid: when nothing goes, or to nobody.
    """
    actor.need_at(vendor_id, "recorder", "seller")
    to_name, to_gln = _receiver(session, facts, vendor_id)
    units = [own_unit(session, unit_id, actor) for unit_id in sorted(set(facts.units))]
    if any(unit.vendor_id != vendor_id for unit in units):
        raise NotFound
    loads = [*map(_Load, facts.portions), *_empty(session, units, now)]
    if not 0 < len(loads) <= MOST_LINES:
        raise Invalid(
            msg("Choose what is shipped: at most %(most)s lots."), field="portions", most=MOST_LINES
        )
    lots = lock_lots(session, {load.portion.lot_id for load in loads}, vendor_id=vendor_id)
    need_free(lots.values())
    for lot in lots.values():
        need_commissioned(session, lot, now=now)
    shipment = Shipment(
        vendor_id=vendor_id,
        to_vendor_id=facts.to_vendor_id,
        to_name=to_name,
        to_address=facts.to_address,
        to_gln=to_gln,
        code=short_code(10),
        document=facts.document,
        shipped_at=now,
    )
    _store(session, shipment, units, loads, lots, actor=actor, now=now)
    return shipment.id


def void_shipment(
    session: Session, shipment_id: str, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Call a shipment off: it did not leave, or came back before it was received.

    That it was sent is told once more as what did not occur, with what voids it as the correction.

    :raises Conflict: when it was received or called off already.
    """
    shipment = lock(session, Shipment, shipment_id)
    if shipment is None:
        raise NotFound
    actor.need_at(shipment.vendor_id, "recorder", "seller")
    if shipment.received_at is not None or shipment.voided_at is not None:
        raise Conflict(msg("This shipment was received or called off already."))
    said, lines = need_reason(reason), lines_of(session, shipment.id)
    lots = lock_lots(session, {line.lot_id for line in lines})
    shipment.voided_at = now
    words = Words("OBSERVE", "void_shipping", "active", transactions=_paper(session, shipment))
    amounts = [(lots[line.lot_id], line.quantity) for line in lines]
    seq = tell_object(session, amounts, words, at=now, now=now, by=actor)
    declare_wrong(session, shipment.event_seq, reason="did_not_occur", correctives=[seq], now=now)
    for line in lines:
        why = Why(actor, now, seq, said, shipment.id)
        put(session, lots[line.lot_id], line.quantity, MoveKind.VOIDED, why)
    _record(session, shipment, "voided", actor, now)


def lines_of(session: Session, shipment_id: str) -> Sequence[ShipmentLine]:
    """Return what is in a shipment."""
    return session.scalars(
        sa.select(ShipmentLine)
        .where(ShipmentLine.shipment_id == shipment_id)
        .order_by(ShipmentLine.id)
    ).all()


def name_of_party(session: Session, vendor_id: str) -> str:
    """Return what a vendor is called in events."""
    gln = session.scalar(sa.select(Gs1Party.gln).where(Gs1Party.vendor_id == vendor_id))
    slug = vendor_cards(session, [vendor_id])[vendor_id].slug
    return party_id(root_of(session), gln=gln, slug=slug)


def _receiver(session: Session, facts: ShipFacts, vendor_id: str) -> tuple[str, str | None]:
    if facts.to_vendor_id == vendor_id:
        raise Invalid(msg("Goods are shipped to somebody else."), field="to_vendor_id")
    if facts.to_vendor_id is not None:
        card = vendor_cards(session, [facts.to_vendor_id]).get(facts.to_vendor_id)
        if card is None or not card.is_open:
            raise Invalid(msg("There is no such vendor."), field="to_vendor_id")
        return card.name, None
    if not facts.to_name:
        raise Invalid(msg("Write who gets it."), field="to_name")
    return facts.to_name[:120], read_gln(facts.to_gln, field="to_gln") if facts.to_gln else None


def _empty(session: Session, units: Sequence[LogisticUnit], now: datetime) -> list[_Load]:
    """Take what is in units, and in the crates on them, out of the stock with them."""
    above: dict[str, str] = {unit.id: unit.id for unit in units}
    rows = list(contents_of(session, list(above)))
    above |= {row.child_id: above[row.unit_id] for row in rows if row.child_id}
    rows += contents_of(session, [row.child_id for row in rows if row.child_id])
    for row in rows:
        row.until = now
    session.flush()
    return [
        _Load(Portion(row.lot_id, row.quantity), above[row.unit_id]) for row in rows if row.lot_id
    ]


def _store(
    session: Session,
    shipment: Shipment,
    units: Sequence[LogisticUnit],
    loads: Sequence[_Load],
    lots: dict[str, Lot],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    shipment.event_seq = _tell(session, shipment, units, loads, lots, actor=actor, now=now)
    session.add(shipment)
    session.flush()
    for load in loads:
        why = Why(actor, now, shipment.event_seq, shipment.to_name, shipment.id)
        take(session, lots[load.portion.lot_id], load.portion.quantity, MoveKind.SHIPPED, why)
        session.add(
            ShipmentLine(
                shipment_id=shipment.id,
                lot_id=load.portion.lot_id,
                unit_id=load.unit_id,
                quantity=load.portion.quantity,
            )
        )
    session.flush()
    _record(session, shipment, "shipped", actor, now)


def _tell(
    session: Session,
    shipment: Shipment,
    units: Sequence[LogisticUnit],
    loads: Sequence[_Load],
    lots: dict[str, Lot],
    *,
    actor: Actor,
    now: datetime,
) -> int:
    words = Words(
        "OBSERVE",
        "shipping",
        "in_transit",
        transactions=_paper(session, shipment),
        sources=(("owning_party", name_of_party(session, shipment.vendor_id)),),
        destinations=_destination(session, shipment),
        units=tuple(name_of_unit(session, unit) for unit in units),
    )
    amounts = [(lots[load.portion.lot_id], load.portion.quantity) for load in loads]
    return tell_object(session, amounts, words, at=now, now=now, by=actor)


def _destination(session: Session, shipment: Shipment) -> tuple[tuple[str, str], ...]:
    if shipment.to_vendor_id is not None:
        return (("owning_party", name_of_party(session, shipment.to_vendor_id)),)
    if shipment.to_gln is not None:
        name = party_id(root_of(session), gln=shipment.to_gln, slug="")
        return (("owning_party", name),)
    return ()


def _paper(session: Session, shipment: Shipment) -> tuple[tuple[str, str], ...]:
    return (("desadv", f"{root_of(session)}/d/{shipment.code}"),)


def _record(session: Session, shipment: Shipment, action: str, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        f"shipment.{action}",
        actor=actor,
        subject=("shipment", shipment.id),
        now=now,
        code=shipment.code,
        to=shipment.to_name,
    )
