"""Crates, pallets and shipments: what is in them now, and what was in them then."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from kernel.pages import Page
from kernel.quantity import written
from traceability.models import LogisticUnit, Shipment, ShipmentLine, UnitContent
from traceability.queries.lots import LotCard, lot_cards
from traceability.rules import UnitKind


@dataclass(frozen=True)
class UnitCard:
    """A crate or a pallet, and how many things lie in it now."""

    id: str
    vendor_id: str
    kind: UnitKind
    code: str
    sscc: str | None
    name: str
    made_at: datetime
    things: int = 0
    # The pallet it stands on now.
    parent_id: str | None = None


@dataclass(frozen=True)
class Content:
    """Something in a unit: an amount of a lot, or a crate; half-open in time."""

    id: str
    lot: LotCard | None
    crate: UnitCard | None
    quantity: int
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Amount:
    """So much of one lot, in its base unit."""

    lot_id: str
    quantity: int


@dataclass(frozen=True)
class ShipmentCard:
    """A shipment in a list."""

    id: str
    vendor_id: str
    to_vendor_id: str | None
    to_name: str
    to_address: str
    to_gln: str | None
    code: str
    document: str
    shipped_at: datetime
    received_at: datetime | None
    voided_at: datetime | None

    @property
    def is_under_way(self) -> bool:
        """Tell whether it may still be received or called off."""
        return self.received_at is None and self.voided_at is None


@dataclass(frozen=True)
class ShippedLine:
    """What is in a shipment, and what came of it."""

    id: str
    lot: LotCard
    unit_code: str | None
    quantity: int
    received: int | None
    became_id: str | None

    @property
    def typed(self) -> str:
        """Return what was sent as a person would type it."""
        return written(self.quantity, self.lot.unit)


_UNIT = [
    getattr(LogisticUnit, name)
    for name in ("id", "vendor_id", "kind", "code", "sscc", "name", "made_at")
]
_SHIPMENT = [getattr(Shipment, name) for name in ShipmentCard.__dataclass_fields__]


def units_of(session: Session, *, vendor_id: str, page: int = 1, size: int = 30) -> Page[UnitCard]:
    """Return a vendor's crates and pallets, the newest first (one statement)."""
    rows = session.execute(
        _units()
        .where(LogisticUnit.vendor_id == vendor_id)
        .order_by(LogisticUnit.id.desc())
        .offset((page - 1) * size)
        .limit(size + 1)
    )
    return Page.cut([UnitCard(**row._mapping) for row in rows], page, size)


def unit_of(session: Session, unit_id: str, *, vendor_id: str) -> UnitCard | None:
    """Return one unit of a vendor."""
    row = session.execute(
        _units().where(LogisticUnit.id == unit_id, LogisticUnit.vendor_id == vendor_id)
    ).first()
    return UnitCard(**row._mapping) if row else None


def filled_units(session: Session, *, vendor_id: str, limit: int = 60) -> list[UnitCard]:
    """Return units that stand by themselves and have something in them: they can be shipped."""
    rows = session.execute(
        _units()
        .where(LogisticUnit.vendor_id == vendor_id, _things() > 0, _parent().is_(None))
        .order_by(LogisticUnit.id.desc())
        .limit(limit)
    )
    return [UnitCard(**row._mapping) for row in rows]


def contents(session: Session, unit_id: str) -> list[Content]:
    """Return what is and was in a unit, the latest first (three statements)."""
    rows = session.scalars(
        sa.select(UnitContent)
        .where(UnitContent.unit_id == unit_id)
        .order_by(UnitContent.until.is_not(None), UnitContent.id.desc())
        .limit(200)
        .execution_options(populate_existing=True)
    ).all()
    lots = lot_cards(session, {row.lot_id for row in rows if row.lot_id})
    crates = _crates(session, {row.child_id for row in rows if row.child_id})
    return [
        Content(
            row.id,
            lots.get(row.lot_id or ""),
            crates.get(row.child_id or ""),
            row.quantity,
            row.since,
            row.until,
        )
        for row in rows
    ]


def contents_at(session: Session, unit_id: str, at: datetime) -> list[Amount]:
    """Return the lots that lay in a unit at an instant, those in the crates on it then, too.

    A crate counts for the time it stood there, and only what lay in it at the instant.
    """
    below = aliased(UnitContent)
    units = sa.union(
        sa.select(sa.literal(unit_id, sa.String(26)).label("id")),
        sa.select(below.child_id).where(
            below.unit_id == unit_id, below.child_id.is_not(None), *_lasts(below, at)
        ),
    ).subquery()
    rows = session.execute(
        sa.select(UnitContent.lot_id, sa.func.sum(UnitContent.quantity))
        .where(
            UnitContent.unit_id.in_(sa.select(units.c.id)),
            UnitContent.lot_id.is_not(None),
            *_lasts(UnitContent, at),
        )
        .group_by(UnitContent.lot_id)
        .order_by(UnitContent.lot_id)
    )
    return [Amount(str(lot_id), int(quantity)) for lot_id, quantity in rows]


def shipments_of(
    session: Session, *, vendor_id: str, page: int = 1, size: int = 20
) -> Page[ShipmentCard]:
    """Return what a vendor shipped or gets, the newest first (one statement)."""
    rows = session.execute(
        sa.select(*_SHIPMENT)
        .where(_concerns(vendor_id))
        .order_by(Shipment.shipped_at.desc(), Shipment.id.desc())
        .offset((page - 1) * size)
        .limit(size + 1)
    )
    return Page.cut([ShipmentCard(**row._mapping) for row in rows], page, size)


def shipment_of(session: Session, shipment_id: str, *, vendor_id: str) -> ShipmentCard | None:
    """Return a shipment to those two whom it concerns."""
    row = session.execute(
        sa.select(*_SHIPMENT).where(Shipment.id == shipment_id, _concerns(vendor_id))
    ).first()
    return ShipmentCard(**row._mapping) if row else None


def shipped_lines(session: Session, shipment_id: str) -> list[ShippedLine]:
    """Return what is in a shipment (two statements)."""
    rows = session.execute(
        sa.select(ShipmentLine, LogisticUnit.code)
        .outerjoin(LogisticUnit, LogisticUnit.id == ShipmentLine.unit_id)
        .where(ShipmentLine.shipment_id == shipment_id)
        .order_by(ShipmentLine.id)
        .execution_options(populate_existing=True)
    ).all()
    lots = lot_cards(session, {line.lot_id for line, _ in rows})
    return [
        ShippedLine(line.id, lots[line.lot_id], code, line.quantity, line.received, line.became_id)
        for line, code in rows
    ]


def _concerns(vendor_id: str) -> sa.ColumnElement[bool]:
    return sa.or_(Shipment.vendor_id == vendor_id, Shipment.to_vendor_id == vendor_id)


def _lasts(content: type[UnitContent], at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return content.since <= at, sa.or_(content.until.is_(None), content.until > at)


def _things() -> sa.ScalarSelect[int]:
    inside = aliased(UnitContent)
    return (
        sa.select(sa.func.count())
        .where(inside.unit_id == LogisticUnit.id, inside.until.is_(None))
        .scalar_subquery()
    )


def _parent() -> sa.ScalarSelect[str]:
    above = aliased(UnitContent)
    return (
        sa.select(sa.func.max(above.unit_id))
        .where(above.child_id == LogisticUnit.id, above.until.is_(None))
        .scalar_subquery()
    )


def _units() -> sa.Select[*tuple[object, ...]]:
    return sa.select(*_UNIT, _things().label("things"), _parent().label("parent_id"))


def _crates(session: Session, ids: Collection[str]) -> dict[str, UnitCard]:
    if not ids:
        return {}
    rows = session.execute(_units().where(LogisticUnit.id.in_(ids)))
    return {row.id: UnitCard(**row._mapping) for row in rows}
