"""Lots are packed from others, merged, worked over, split: nothing comes out that did not go in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.clock import local_date
from kernel.errors import Invalid
from kernel.messages import msg
from kernel.quantity import Unit
from traceability.epcis.building import transformation_event
from traceability.models import Lot, LotEdge
from traceability.rules import MOST_PARTS, MoveKind, Portion, kind_of_packed, parted
from traceability.services.events import write_event
from traceability.services.ledger import Why, lock_lots, need_free, take
from traceability.services.lots.births import (
    name_lot,
    need_commissioned,
    need_free_gtin,
    next_code,
    store_lot,
)
from traceability.services.lots.packaging import How, note_packing
from traceability.services.telling import amount_of, moment_of, place_of, record_of


@dataclass(frozen=True)
class PackFacts:
    """What is packed: ``portions`` go in, ``quantity`` in base units of ``unit`` comes out.

    Where both are counted alike, what does not come out is waste of the packing.
    ``product`` empty: called as what went in. ``reason``: why it is worked over.
    """

    portions: tuple[Portion, ...]
    quantity: int
    unit: Unit
    packed_on: date
    product: dict[str, str]
    best_before: date | None = None
    gtin: str | None = None
    reason: str = ""
    # A code of the vendor's own, of a table; empty: the next of its month.
    code: str = ""
    trace_code: str | None = None
    how: How = field(default_factory=How)


@dataclass(frozen=True)
class _Source:
    """A lot under lock, what is taken of it, and how much of that comes out again."""

    lot: Lot
    taken: int
    kept: int


@dataclass(frozen=True)
class _Why:
    """Why lots are worked over (empty: they are packed), and what the event says besides."""

    reason: str = ""
    told: Mapping[str, str] = field(default_factory=dict)


PACKED = _Why()


def pack_lots(
    session: Session, *, vendor_id: str, facts: PackFacts, actor: Actor, now: datetime
) -> str:
    """Pack one lot from others, and return its id; merging and working over are the same.

    :raises LotStoppedNow: when one of them is on hold or recalled.
    :raises LotHoldsLess: when one of them does not hold so much.
    :raises Invalid: when more comes out than goes in, or a day cannot be.
    """
    actor.need_at(vendor_id, "recorder", "seller")
    _check_portions(facts.portions)
    ids = [portion.lot_id for portion in facts.portions]
    lots = lock_lots(session, ids, vendor_id=vendor_id)
    need_free(lots.values())
    sources = _sources(lots, facts)
    _check_facts(session, facts, [one.lot for one in sources], vendor_id, today=local_date(now))
    lot = _new_lot(session, [one.lot for one in sources], facts, now=now)
    why = _Why(facts.reason, facts.how.told)
    _carry_over(session, sources, [(lot, facts.quantity)], actor=actor, now=now, why=why)
    note_packing(session, lot, facts.how, actor=actor, now=now)
    return lot.id


def split_lot(
    session: Session, lot_id: str, *, parts: Sequence[int], actor: Actor, now: datetime
) -> tuple[str, ...]:
    """Split parts off a lot, each a lot of its own; what is left stays. Return the ids of the parts.

    :raises LotStoppedNow: when it is on hold or recalled.
    :raises LotHoldsLess: when it does not hold so much.
    """
    found = lock_lots(session, [lot_id])[lot_id]
    actor.need_at(found.vendor_id, "recorder", "seller")
    need_free([found])
    if not 0 < len(parts) <= MOST_PARTS or min(parts) <= 0:
        raise Invalid(
            msg("Write 1 to %(most)s parts, each more than nothing."),
            field="parts",
            most=MOST_PARTS,
        )
    made: list[tuple[Lot, int]] = []
    for part in parts:
        facts = PackFacts(
            (Portion(lot_id, part),), part, found.unit, local_date(now), {}, gtin=found.gtin
        )
        made.append((_new_lot(session, [found], facts, now=now), part))
    whole = sum(parts)
    _carry_over(session, [_Source(found, whole, whole)], made, actor=actor, now=now)
    return tuple(lot.id for lot, _ in made)


def _check_portions(portions: Sequence[Portion]) -> None:
    if not 0 < len(portions) <= MOST_PARTS:
        raise Invalid(
            msg("Choose 1 to %(most)s lots to pack from."), field="portions", most=MOST_PARTS
        )
    if len({portion.lot_id for portion in portions}) != len(portions):
        raise Invalid(msg("Each lot is named once."), field="portions")
    if min(portion.quantity for portion in portions) <= 0:
        raise Invalid(msg("Write how much goes in of each lot."), field="portions")


def _sources(lots: dict[str, Lot], facts: PackFacts) -> list[_Source]:
    """Return what goes in, in the order of ids; alike in unit, the loss is shared by weight."""
    portions = sorted(facts.portions, key=lambda portion: portion.lot_id)
    taken = [portion.quantity for portion in portions]
    if facts.quantity <= 0:
        raise Invalid(msg("Write how much was packed."), field="quantity")
    kept: Sequence[int] = taken
    if all(lots[portion.lot_id].unit is facts.unit for portion in portions):
        if facts.quantity > sum(taken):
            raise Invalid(msg("More comes out than goes in."), field="quantity")
        kept = parted(facts.quantity, taken)
    return [
        _Source(lots[portion.lot_id], quantity, rest)
        for portion, quantity, rest in zip(portions, taken, kept, strict=True)
    ]


def _check_facts(
    session: Session, facts: PackFacts, lots: Sequence[Lot], vendor_id: str, *, today: date
) -> None:
    if facts.packed_on > today:
        raise Invalid(msg("This day is still to come."), field="packed_on")
    if any(facts.packed_on < (lot.packed_on or lot.harvested_on) for lot in lots):
        raise Invalid(msg("One of the lots was made later than that."), field="packed_on")
    if facts.best_before is not None and facts.best_before < facts.packed_on:
        raise Invalid(msg("It cannot be best before it was packed."), field="best_before")
    need_free_gtin(session, facts.gtin, vendor_id)


def _new_lot(session: Session, sources: Sequence[Lot], facts: PackFacts, *, now: datetime) -> Lot:
    """Return the lot that comes of others, not yet stored: first an event has to tell of it."""
    first = sources[0]
    seasons = {lot.season_id for lot in sources}
    good = [lot.best_before for lot in sources if lot.best_before is not None]
    lot = Lot(
        vendor_id=first.vendor_id,
        season_id=first.season_id if len(seasons) == 1 else None,
        kind=kind_of_packed(lot.kind for lot in sources),
        code=facts.code
        or next_code(session, vendor_id=first.vendor_id, harvested_on=facts.packed_on),
        trace_code=facts.trace_code,
        gtin=facts.gtin,
        product=facts.product or first.product,
        unit=facts.unit,
        quantity=facts.quantity,
        harvested_on=min(lot.harvested_on for lot in sources),
        packed_on=facts.packed_on,
        best_before=facts.best_before or min(good, default=None),
    )
    name_lot(lot, now=now)
    return lot


def _carry_over(
    session: Session,
    sources: Sequence[_Source],
    made: Sequence[tuple[Lot, int]],
    *,
    actor: Actor,
    now: datetime,
    why: _Why = PACKED,
) -> None:
    """Write the event, store what was made, take what went in, and draw the edges between."""
    for source in sources:
        need_commissioned(session, source.lot, now=now)
    first = made[0][0]
    lots = [lot for lot, _ in made]
    seq = _tell(session, sources, lots, by=actor, now=now, why=why)
    for lot, _ in made:
        lot.commissioned_seq = seq
        store_lot(session, lot, actor=actor, now=now)
    refs = first.id if len(made) == 1 else ""
    for source in sources:
        kept, lost = Why(actor, now, seq, why.reason, refs), source.taken - source.kept
        take(session, source.lot, source.kept, MoveKind.PACKED, kept)
        if lost:
            take(session, source.lot, lost, MoveKind.WASTE, kept)
        for lot, part in made:
            quantity = source.kept if len(made) == 1 else part
            session.add(
                LotEdge(
                    src_id=source.lot.id, dst_id=lot.id, event_seq=seq, quantity=quantity, at=now
                )
            )
    session.flush()


def _tell(
    session: Session,
    sources: Sequence[_Source],
    made: Sequence[Lot],
    *,
    by: Actor,
    now: datetime,
    why: _Why,
) -> int:
    first = made[0]
    place = place_of(session, first.season_id, vendor_id=first.vendor_id)
    at = moment_of(first.packed_on or local_date(now), now)
    ilmd = {"cbvmda:lotNumber": first.code, "cbvmda:countryOfOrigin": "VN"}
    if first.best_before is not None:
        ilmd["cbvmda:bestBeforeDate"] = first.best_before.isoformat()
    body = transformation_event(
        biz_step="repackaging" if why.reason else "packing",
        disposition="active",
        at=at,
        read_point=place,
        biz_location=place,
        inputs=tuple(amount_of(session, one.lot, one.taken) for one in sources),
        outputs=tuple(amount_of(session, lot, lot.quantity) for lot in made),
        ilmd=ilmd if len(made) == 1 else None,
        extensions=dict(why.told) | record_of(session, by, vendor_id=first.vendor_id),
    )
    return write_event(session, body, vendor_id=first.vendor_id, now=now)
