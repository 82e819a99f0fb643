"""What another vendor shipped comes in: counted, and a lot of one's own from then on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.messages import msg
from traceability.epcis.building import transformation_event
from traceability.models import Lot, LotEdge, Shipment, ShipmentLine
from traceability.rules import LotKind
from traceability.services.events import write_event
from traceability.services.ledger import lock_lots
from traceability.services.lots.births import name_lot, next_code, store_lot
from traceability.services.lots.shipping import lines_of, name_of_party
from traceability.services.steps import inherit
from traceability.services.telling import (
    Words,
    amount_of,
    place_of,
    record_of,
    root_of,
    tell_object,
)


def receive_shipment(
    session: Session,
    shipment_id: str,
    *,
    counted: Mapping[str, int],
    actor: Actor,
    now: datetime,
) -> tuple[str, ...]:
    """Receive a shipment: ``counted`` says by line what came; return the ids of the new lots.

    What is on hold or recalled by now is received, too: it is there, and stays on hold.

    :raises Conflict: when it was received or called off already.
    :raises Invalid: when more came than was sent, or a line is not counted.
    """
    shipment = _under_way(session, shipment_id, actor)
    lines = lines_of(session, shipment.id)
    _check(lines, counted)
    lots = lock_lots(session, {line.lot_id for line in lines})
    shipment.received_at = now
    _tell_received(session, shipment, lines, lots, counted, actor=actor, now=now)
    made = []
    for line in lines:
        line.received = counted[line.id]
        if line.received:
            line.became_id = _become(session, shipment, line, lots[line.lot_id], actor, now)
            made.append(line.became_id)
    session.flush()
    came = {line.id: counted[line.id] for line in lines}
    subject, code = ("shipment", shipment.id), shipment.code
    audit.record(
        session,
        "shipment.received",
        actor=actor,
        subject=subject,
        now=now,
        code=code,
        counted=came,
    )
    return tuple(made)


def _under_way(session: Session, shipment_id: str, actor: Actor) -> Shipment:
    """Return a shipment that can be received by the actor's vendor, locked."""
    shipment = lock(session, Shipment, shipment_id)
    if shipment is None or shipment.to_vendor_id is None:
        raise NotFound
    actor.need_at(shipment.to_vendor_id, "recorder", "seller")
    if shipment.received_at is not None or shipment.voided_at is not None:
        raise Conflict(msg("This shipment was received or called off already."))
    return shipment


def _check(lines: Sequence[ShipmentLine], counted: Mapping[str, int]) -> None:
    for line in lines:
        came = counted.get(line.id)
        if came is None or came < 0:
            raise Invalid(msg("Write how much came of each lot; 0 if nothing."), field=line.id)
        if came > line.quantity:
            raise Invalid(
                msg("More came than was sent: let the sender call it off and ship it anew."),
                field=line.id,
            )


def _tell_received(
    session: Session,
    shipment: Shipment,
    lines: Sequence[ShipmentLine],
    lots: Mapping[str, Lot],
    counted: Mapping[str, int],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    amounts = [(lots[line.lot_id], counted[line.id]) for line in lines if counted[line.id]]
    if not amounts:
        return
    words = Words(
        "OBSERVE",
        "receiving",
        "in_progress",
        transactions=(
            ("desadv", f"{root_of(session)}/d/{shipment.code}"),
            ("recadv", f"{root_of(session)}/d/{shipment.code}/received"),
        ),
        sources=(("owning_party", name_of_party(session, shipment.vendor_id)),),
        destinations=(("owning_party", name_of_party(session, shipment.to_vendor_id or "")),),
    )
    receiver = shipment.to_vendor_id
    tell_object(session, amounts, words, at=now, now=now, by=actor, vendor_id=receiver)


def _become(
    session: Session,
    shipment: Shipment,
    line: ShipmentLine,
    source: Lot,
    actor: Actor,
    now: datetime,
) -> str:
    """Store the lot that a line becomes in the books of the receiver."""
    vendor_id, came = shipment.to_vendor_id or "", line.received or 0
    lot = Lot(
        vendor_id=vendor_id,
        kind=LotKind.RECEIVED,
        code=next_code(session, vendor_id=vendor_id, harvested_on=local_date(now)),
        product=source.product,
        unit=source.unit,
        quantity=came,
        harvested_on=source.harvested_on,
        packed_on=source.packed_on,
        best_before=source.best_before,
    )
    name_lot(lot, now=now)
    body = _became(session, source, lot, actor=actor, now=now)
    seq = write_event(session, body, vendor_id=vendor_id, now=now)
    lot.commissioned_seq = seq
    store_lot(session, lot, actor=actor, now=now)
    session.add(LotEdge(src_id=source.id, dst_id=lot.id, event_seq=seq, quantity=came, at=now))
    session.flush()
    inherit(session, lot, [source.id], now=now)
    return lot.id


def _became(
    session: Session, source: Lot, lot: Lot, *, actor: Actor, now: datetime
) -> dict[str, Any]:
    """Return the event by which a lot of the sender becomes one of the receiver."""
    place = place_of(session, None, vendor_id=lot.vendor_id)
    return transformation_event(
        biz_step="receiving",
        disposition="active",
        at=now,
        read_point=place,
        biz_location=place,
        inputs=(amount_of(session, source, lot.quantity),),
        outputs=(amount_of(session, lot, lot.quantity),),
        ilmd={"cbvmda:lotNumber": lot.code},
        extensions=record_of(session, actor, vendor_id=lot.vendor_id),
    )
