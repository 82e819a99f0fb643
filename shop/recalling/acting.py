"""The one action of a recall across the trades, in one transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from catalog.queries.affected import stock_of
from kernel.actor import Actor
from kernel.errors import NotFound
from kernel.mail import Address
from orders.queries.affected import Contact, Sold, contacts_of, sold_of
from orders.services.recalling import free_carts, stop_orders
from traceability.queries.recalls.cases import RecallCard, recall_card, scope_lots
from traceability.queries.recalls.progress import count_waiting
from traceability.rules.recalls import Measure
from traceability.services import recalls
from traceability.services.recalls.acting import Acted
from traceability.services.recalls.belonging import is_office
from traceability.services.recalls.telling import Recipient, Told, rehearse_notices


@dataclass(frozen=True)
class Outcome:
    """What one press of the button did, or one part of a recall of very many lots."""

    acted: Acted
    orders: int
    carts: int
    told: Told


def carry_out(
    session: Session, recall_id: str, *, measure: Measure, actor: Actor, now: datetime
) -> Outcome:
    """Stop lots, stock, carts and open orders, and write to buyers when it is a recall.

    A drill goes the same way: no lot moves, nothing is stopped, and there is nobody to write to.
    Of very many lots the rest follows in the worker, see ``go_on``.

    :raises Conflict, Invalid: see ``act_on_recall``.
    """
    acted = recalls.act_on_recall(session, recall_id, measure=measure, actor=actor, now=now)
    recall = _need(session, recall_id)
    if not acted.drill:
        return _stopped(session, recall, acted, actor, now)
    whose = None if is_office(actor, recall.vendor_id) else recall.vendor_id
    sold = sold_of(session, acted.lot_ids, vendor_id=whose)
    return Outcome(acted, 0, 0, _rehearse(session, recall, sold, actor, now))


def go_on(session: Session, recall_id: str, *, actor: Actor, now: datetime) -> Outcome | None:
    """Stop the next lots that wait; None when all were stopped before."""
    recall = _need(session, recall_id)
    if not count_waiting(session, recall_id):
        return None
    acted = recalls.stop_next(session, recall_id, actor=actor, now=now)
    return _stopped(session, recall, acted, actor, now)


def _stopped(
    session: Session, recall: RecallCard, acted: Acted, actor: Actor, now: datetime
) -> Outcome:
    """Stop what is made of lots that were stopped; with the last of them buyers are told."""
    stopped = stop_orders(
        session,
        acted.lot_ids,
        recalled=acted.measure is Measure.RECALL,
        reason=recall.reason,
        actor=actor,
        now=now,
    )
    buckets = {one.bucket_id for one in stock_of(session, acted.lot_ids) if one.bucket_id}
    freed = free_carts(session, buckets, now=now)
    told = Told(0)
    if acted.measure is Measure.RECALL and not acted.left:
        told = _tell(session, recall, actor, now)
    return Outcome(acted, stopped, freed, told)


def _need(session: Session, recall_id: str) -> RecallCard:
    recall = recall_card(session, recall_id)
    if recall is None:
        raise NotFound
    return recall


def _rehearse(
    session: Session, recall: RecallCard, sold: Iterable[Sold], actor: Actor, now: datetime
) -> Told:
    """Count who would be told; nothing of a buyer is read or handed on."""
    if recall.measure is not Measure.RECALL:
        return Told(0)
    vendor_ids = [vendor_id for _group, vendor_id in sorted(_by_buyer(sold))]
    return rehearse_notices(session, recall.id, vendor_ids=vendor_ids, actor=actor, now=now)


def _tell(session: Session, recall: RecallCard, actor: Actor, now: datetime) -> Told:
    """Write once to every buyer of the whole scope, as far as it is the actor's."""
    whose = None if is_office(actor, recall.vendor_id) else recall.vendor_id
    codes = {
        lot.id: lot.code
        for lot in scope_lots(session, recall.id)
        if lot.is_in and (lot.vendor_id == recall.vendor_id or is_office(actor, lot.vendor_id))
    }
    buyers = _by_buyer(sold_of(session, codes, vendor_id=whose))
    contacts = contacts_of(session, {group_id for group_id, _vendor in buyers})
    recipients = [
        _recipient(contacts[group_id], vendor_id, lines, codes)
        for (group_id, vendor_id), lines in buyers.items()
    ]
    return recalls.write_notices(session, recall.id, recipients=recipients, actor=actor, now=now)


def _by_buyer(sold: Iterable[Sold]) -> dict[tuple[str, str], list[Sold]]:
    """Return the lines of each checkout at each vendor: a buyer hears from each of them."""
    found: dict[tuple[str, str], list[Sold]] = {}
    for line in sold:
        found.setdefault((line.group_id, line.vendor_id), []).append(line)
    return found


def _recipient(
    contact: Contact, vendor_id: str, lines: list[Sold], codes: Mapping[str, str]
) -> Recipient:
    return Recipient(
        group_id=contact.group_id,
        vendor_id=vendor_id,
        to=Address(email=contact.email, phone=contact.phone, lang=contact.lang),
        values={
            "name": contact.name,
            "seller": lines[0].vendor_name,
            "orders": sorted({line.order_code for line in lines}),
            "lots": sorted({codes[line.lot_id] for line in lines}),
            "goods": [*{str(line.title): line.title for line in lines}.values()],
        },
    )
