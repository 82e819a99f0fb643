"""Crates and pallets: what lies in them from when until when."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import short_code
from kernel.messages import msg
from traceability.epcis.building import aggregation_event
from traceability.errors import LotHoldsLess
from traceability.gs1 import check_digit
from traceability.gs1.ids import load_id
from traceability.models import Gs1Party, LogisticUnit, Lot, SsccCounter, UnitContent
from traceability.rules import Portion, UnitKind
from traceability.services.events import write_event
from traceability.services.ledger import carried, lock_lots, need_free
from traceability.services.lots.births import need_commissioned
from traceability.services.telling import amount_of, place_of, record_of, root_of

MOST_IN_UNIT = 200


def make_unit(
    session: Session, *, vendor_id: str, kind: UnitKind, name: str, actor: Actor, now: datetime
) -> str:
    """Make a crate or a pallet and return its id; with a GS1 prefix of its vendor it has an SSCC.

    :raises Invalid: when its name is too long.
    """
    actor.need_at(vendor_id, "recorder", "seller")
    if len(name) > 60:
        raise Invalid(msg("Write it in at most %(most)s letters."), field="name", most=60)
    unit = LogisticUnit(
        vendor_id=vendor_id,
        kind=kind,
        code=short_code(12),
        sscc=_next_sscc(session, vendor_id),
        name=name,
        made_at=now,
    )
    session.add(unit)
    session.flush()
    _record(session, unit, "made", actor, now)
    return unit.id


def pack_unit(
    session: Session,
    unit_id: str,
    *,
    portions: Sequence[Portion] = (),
    crates: Collection[str] = (),
    actor: Actor,
    now: datetime,
) -> None:
    """Put amounts of lots, or whole crates, into a unit.

    :raises LotStoppedNow: when a lot is on hold or recalled.
    :raises LotHoldsLess: when less of a lot lies outside of crates.
    :raises Conflict: when a crate stands on another pallet.
    """
    unit = own_unit(session, unit_id, actor)
    if not portions and not crates:
        raise Invalid(msg("Choose what goes in."), field="portions")
    children = _free_crates(session, unit, crates)
    inside = _lots_in(session, [child.id for child in children])
    lots = lock_lots(session, inside | {one.lot_id for one in portions}, vendor_id=unit.vendor_id)
    need_free(lots.values())
    for portion in portions:
        lot = lots[portion.lot_id]
        need_commissioned(session, lot, now=now)
        loose = lot.rest - carried(session, lot.id)
        if not 0 < portion.quantity <= loose:
            raise LotHoldsLess(lot, max(loose, 0), carried=True)
    told = _Told("ADD", portions, children, lots)
    seq = _tell(session, unit, told, actor=actor, now=now)
    for content in (
        *(UnitContent(lot_id=one.lot_id, quantity=one.quantity) for one in portions),
        *(UnitContent(child_id=child.id, quantity=1) for child in children),
    ):
        content.unit_id, content.since, content.in_seq = unit.id, now, seq
        session.add(content)
        session.flush()
    _record(session, unit, "packed", actor, now)


def unpack_unit(
    session: Session,
    unit_id: str,
    *,
    actor: Actor,
    now: datetime,
    contents: Collection[str] | None = None,
) -> None:
    """Take things out of a unit, by default all; of what is on hold, too.

    :raises Conflict: when nothing of it is in there any more.
    """
    unit = own_unit(session, unit_id, actor)
    inside = [
        row
        for row in contents_of(session, [unit.id])
        if contents is None or row.id in set(contents)
    ]
    if not inside:
        raise Conflict(msg("There is nothing in it any more."))
    portions = [Portion(row.lot_id, row.quantity) for row in inside if row.lot_id]
    children = [session.get_one(LogisticUnit, row.child_id) for row in inside if row.child_id]
    lots = lock_lots(session, {one.lot_id for one in portions})
    told = _Told("DELETE", portions, children, lots)
    seq = _tell(session, unit, told, actor=actor, now=now)
    for row in inside:
        row.until, row.out_seq = now, seq
    session.flush()
    _record(session, unit, "unpacked", actor, now)


def own_unit(session: Session, unit_id: str, actor: Actor) -> LogisticUnit:
    """Return a unit of the actor's vendor, locked.

    :raises NotFound: when there is none.
    """
    unit = lock(session, LogisticUnit, unit_id)
    if unit is None:
        raise NotFound
    actor.need_at(unit.vendor_id, "recorder", "seller")
    return unit


def contents_of(session: Session, unit_ids: Collection[str]) -> Sequence[UnitContent]:
    """Return what is in units now; the units are locked by who asks."""
    return session.scalars(
        sa.select(UnitContent)
        .where(UnitContent.unit_id.in_(unit_ids), UnitContent.until.is_(None))
        .order_by(UnitContent.id)
        .execution_options(populate_existing=True)
    ).all()


def name_of_unit(session: Session, unit: LogisticUnit) -> str:
    """Return what a unit is called in events."""
    return load_id(root_of(session), sscc=unit.sscc, code=unit.code)


def _free_crates(
    session: Session, unit: LogisticUnit, crates: Collection[str]
) -> list[LogisticUnit]:
    """Return crates that stand on no pallet, locked."""
    if not crates:
        return []
    if unit.kind is not UnitKind.PALLET:
        raise Invalid(msg("Crates are put on pallets only."), field="crates")
    rows = session.scalars(
        sa.select(LogisticUnit)
        .where(
            LogisticUnit.id.in_(set(crates)),
            LogisticUnit.vendor_id == unit.vendor_id,
            LogisticUnit.kind == UnitKind.CRATE,
        )
        .order_by(LogisticUnit.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    if len(rows) != len(set(crates)):
        raise NotFound
    taken = session.scalar(
        sa.select(UnitContent.id)
        .where(UnitContent.child_id.in_(set(crates)), UnitContent.until.is_(None))
        .limit(1)
    )
    if taken is not None:
        raise Conflict(msg("One of these crates stands on a pallet: take it off first."))
    return list(rows)


def _lots_in(session: Session, unit_ids: Collection[str]) -> set[str]:
    """Return which lots lie in units now; the units are locked by who asks."""
    return {row.lot_id for row in contents_of(session, unit_ids) if row.lot_id}


@dataclass(frozen=True)
class _Told:
    """What is put into a unit or taken out of it."""

    action: str
    portions: Sequence[Portion]
    children: Sequence[LogisticUnit]
    lots: Mapping[str, Lot]


def _tell(session: Session, unit: LogisticUnit, told: _Told, *, actor: Actor, now: datetime) -> int:
    place = place_of(session, None, vendor_id=unit.vendor_id)
    body = aggregation_event(
        action=told.action,
        biz_step="packing" if told.action == "ADD" else "unpacking",
        disposition="in_progress",
        at=now,
        read_point=place,
        biz_location=place,
        parent=name_of_unit(session, unit),
        children=tuple(name_of_unit(session, child) for child in told.children),
        child_quantities=tuple(
            amount_of(session, told.lots[one.lot_id], one.quantity) for one in told.portions
        ),
    )
    body |= record_of(session, actor, vendor_id=unit.vendor_id)
    return write_event(session, body, vendor_id=unit.vendor_id, now=now)


def _next_sscc(session: Session, vendor_id: str) -> str | None:
    """Return the next number of a load under the vendor's GS1 prefix; None: it has no prefix."""
    prefix = session.scalar(
        sa.select(Gs1Party.company_prefix).where(Gs1Party.vendor_id == vendor_id)
    )
    if prefix is None:
        return None
    engine = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    counted = session.scalars(
        engine.insert(SsccCounter)
        .values(vendor_id=vendor_id, prefix=prefix, last=1)
        .on_conflict_do_update(
            index_elements=["vendor_id", "prefix"], set_={"last": SsccCounter.last + 1}
        )
        .returning(SsccCounter.last)
    ).one()
    # One extension digit, then prefix and serial fill sixteen, then the check digit.
    room = 16 - len(prefix)
    extension, serial = divmod(counted, 10**room)
    if extension > 9:
        raise Conflict(msg("All numbers of this GS1 prefix are used up."))
    digits = f"{extension}{prefix}{serial:0{room}d}"
    return digits + check_digit(digits)


def _record(session: Session, unit: LogisticUnit, action: str, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        f"logistic_unit.{action}",
        actor=actor,
        subject=("logistic_unit", unit.id),
        now=now,
        code=unit.code,
    )
