"""What the tests of lots share: a vendor that packs, and what must hold whatever it does."""

import json

import sqlalchemy as sa

from kernel.quantity import Unit
from tests.traceability.land import NOW, TODAY, Land
from traceability.models import EventWhat, Lot, LotEdge, LotHold, LotMove, TraceEvent
from traceability.queries import lot_cards
from traceability.rules import STOPPED, LotState, Portion
from traceability.services import lots
from traceability.services.lots import PackFacts, ShipFacts

WHY = "Dập nát khi phân loại"


class Packhouse(Land):
    """A vendor's land with what is done to lots; each step runs in a transaction of its own."""

    def card(self, lot_id):
        self.session.rollback()
        return lot_cards(self.session, [lot_id])[lot_id]

    def pack(self, *portions, out=None, unit=Unit.GRAM, actor=None, **more):
        whole = tuple(Portion(*portion) for portion in portions)
        out = sum(one.quantity for one in whole) if out is None else out
        facts = PackFacts(whole, out, unit, TODAY, {}, **more)
        return self.run(
            lots.pack_lots, vendor_id=self.vendor_id, facts=facts, actor=actor or self.recorder
        )

    def split(self, lot_id, *parts):
        return self.run(lots.split_lot, lot_id, parts=parts, actor=self.recorder)

    def take(self, service, lot_id, quantity, **more):
        self.run(service, lot_id, quantity=quantity, reason=WHY, actor=self.recorder, **more)

    def ship(self, *portions, units=(), to=None, name="Siêu thị Bình An", **more):
        facts = ShipFacts(
            tuple(Portion(*portion) for portion in portions),
            tuple(units),
            to_vendor_id=to.vendor_id if to else None,
            to_name="" if to else name,
        )
        return self.run(
            lots.ship_goods, vendor_id=self.vendor_id, facts=facts, actor=self.recorder, **more
        )


def events(session, *, of=None):
    """Return the events written so far (of one lot's name), in order."""
    session.rollback()
    wanted = sa.select(TraceEvent).order_by(TraceEvent.seq)
    if of is not None:
        named = sa.select(EventWhat.event_seq).where(EventWhat.ref.endswith(of))
        wanted = wanted.where(TraceEvent.seq.in_(named))
    return [json.loads(event.body) for event in session.scalars(wanted)]


def steps_of(session, card):
    """Return what was told of a lot, as (type, action, step, disposition)."""
    return [
        (body["type"], body.get("action"), body["bizStep"], body["disposition"])
        for body in events(session, of=card.trace_code)
    ]


def check_everything(session):
    """Hold I1, I4, I7, I9 and I10 against the whole database, and the books with each other."""
    session.rollback()
    found = {lot.id: lot for lot in session.scalars(sa.select(Lot))}
    out, into, moves = {}, {}, {}
    edges = session.scalars(sa.select(LotEdge)).all()
    for edge in edges:
        out[edge.src_id] = out.get(edge.src_id, 0) + edge.quantity
        into.setdefault(edge.dst_id, []).append(edge)
    for move in session.scalars(sa.select(LotMove)):
        moves[move.lot_id] = moves.get(move.lot_id, 0) + move.quantity
        assert move.event_seq is not None  # I10
        assert move.event_seq >= found[move.lot_id].commissioned_seq  # I7
    for lot in found.values():
        assert out.get(lot.id, 0) <= lot.quantity  # I1
        assert lot.season_id or lot.id in into  # I4
        assert lot.rest == moves.get(lot.id, 0) >= 0
        assert (lot.rest == 0) == (lot.state is LotState.CLOSED) or lot.state in STOPPED
        assert lot.commissioned_seq is not None
        sources = into.get(lot.id, [])
        # What comes out is what went in, as far as it is counted alike and not counted anew.
        if sources and all(found[edge.src_id].unit is lot.unit for edge in sources):
            assert sum(edge.quantity for edge in sources) <= lot.quantity
    check_order(found, edges)
    check_holds(session, found, edges)


def check_order(found, edges):
    """Hold I9: what is made of lots is made after them, so nothing goes round."""
    for edge in edges:
        assert found[edge.src_id].commissioned_seq < edge.event_seq
        assert edge.event_seq <= found[edge.dst_id].commissioned_seq


def check_holds(session, found, edges):
    """Whatever has an open reason is stopped, and what was packed of it has it, too."""
    reasons = {}
    for hold in session.scalars(sa.select(LotHold).where(LotHold.until.is_(None))):
        reasons.setdefault(hold.lot_id, set()).add(hold.cause_id)
    for lot in found.values():
        assert lot.state in STOPPED or lot.id not in reasons
        assert lot.state is not LotState.HELD or lot.id in reasons
    for edge in edges:
        above, below = found[edge.src_id], found[edge.dst_id]
        if above.state is LotState.RECALLED:
            assert below.state is LotState.RECALLED
        elif below.state is not LotState.RECALLED:
            assert reasons.get(edge.src_id, set()) <= reasons.get(edge.dst_id, set())


__all__ = ["NOW", "TODAY", "WHY", "Packhouse", "check_everything", "events", "steps_of"]
