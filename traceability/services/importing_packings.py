"""Packed lots from the office's tables: packed, put on a pallet and shipped as it was done."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.errors import DomainError, Invalid
from kernel.messages import msg
from kernel.quantity import Unit, parse_quantity
from traceability.models import LogisticUnit, Lot
from traceability.rules import Portion, UnitKind, checked_lot_code, is_trace_code
from traceability.services.lots import (
    PackFacts,
    ShipFacts,
    make_unit,
    pack_lots,
    pack_unit,
    ship_goods,
)
from vendors.queries import vendor_ids_by_code


@dataclass(frozen=True)
class PackingRow:
    """One packed lot; vendor and code are the key, and one that is there is kept.

    ``sources`` names lots with what was taken of each: ``L2611-001: 20 kg; L2611-002: 5 kg``.
    ``loaded`` of it stands on the pallet ``pallet``, which went to ``ship_to`` if that is named.
    """

    vendor_code: str
    code: str
    product: dict[str, str]
    sources: str
    unit: Unit
    quantity: int
    packed_on: date
    best_before: date | None = None
    trace_code: str | None = None
    pallet: str = ""
    loaded: int = 0
    ship_to: str = field(default="")


def import_packing(session: Session, row: PackingRow, *, actor: Actor, now: datetime) -> str:
    """Pack a lot from others as its table says, and return its id.

    :raises Invalid: when a value cannot be used; ``field`` is the column.
    """
    vendor_id = vendor_ids_by_code(session, [row.vendor_code]).get(row.vendor_code)
    if vendor_id is None:
        raise Invalid(
            msg("There is no vendor %(code)s."), field="vendor_code", code=row.vendor_code
        )
    code = checked_lot_code(row.code)
    known = session.scalar(sa.select(Lot.id).where(Lot.vendor_id == vendor_id, Lot.code == code))
    if known is not None:
        return known
    trace_code = row.trace_code.strip().upper() if row.trace_code else None
    if trace_code and not is_trace_code(trace_code):
        raise Invalid(msg("A trace code has 6 to 16 capitals and digits."), field="trace_code")
    owner = replace(actor, memberships={vendor_id: frozenset({"owner"})})
    facts = PackFacts(
        portions=_portions(session, row.sources, vendor_id),
        quantity=row.quantity,
        unit=row.unit,
        packed_on=row.packed_on,
        product=row.product,
        best_before=row.best_before,
        code=code,
        trace_code=trace_code,
    )
    try:
        lot_id = pack_lots(session, vendor_id=vendor_id, facts=facts, actor=owner, now=now)
        _load(session, row, lot_id, vendor_id, actor=owner, now=now)
    except DomainError as refusal:
        known_fields = {"quantity", "packed_on", "best_before"}
        where = refusal.field if refusal.field in known_fields else "sources"
        raise Invalid(refusal.message, field=where, **refusal.values) from None
    return lot_id


def _portions(session: Session, words: str, vendor_id: str) -> tuple[Portion, ...]:
    """Read which lots were packed: ``L2611-001: 20 kg; L2611-002: 5 kg``."""
    found = []
    for part in words.split(";"):
        code, colon, amount = part.partition(":")
        lot = session.execute(
            sa.select(Lot.id, Lot.unit).where(
                Lot.vendor_id == vendor_id, Lot.code == code.strip().upper()
            )
        ).first()
        if lot is None or not colon:
            raise Invalid(
                msg("There is no lot %(code)s."), field="sources", code=code.strip() or words
            )
        try:
            found.append(Portion(lot.id, parse_quantity(amount.strip(), lot.unit)))
        except Invalid as refusal:
            raise Invalid(refusal.message, field="sources", **refusal.values) from None
    return tuple(found)


def _load(
    session: Session, row: PackingRow, lot_id: str, vendor_id: str, *, actor: Actor, now: datetime
) -> None:
    """Put what stands on a pallet onto it, and send it where it went."""
    if not row.pallet or row.loaded <= 0:
        return
    unit_id = session.scalar(
        sa.select(LogisticUnit.id).where(
            LogisticUnit.vendor_id == vendor_id, LogisticUnit.name == row.pallet
        )
    ) or make_unit(
        session, vendor_id=vendor_id, kind=UnitKind.PALLET, name=row.pallet, actor=actor, now=now
    )
    portions = [Portion(lot_id, row.loaded)]
    pack_unit(session, unit_id, portions=portions, actor=actor, now=now)
    if row.ship_to:
        facts = ShipFacts(units=(unit_id,), to_name=row.ship_to)
        ship_goods(session, vendor_id=vendor_id, facts=facts, actor=actor, now=now)
