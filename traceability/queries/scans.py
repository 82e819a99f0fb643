"""Reads of scans: the history of a number for its buyer, signs of copies for vendor and office."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.db import joined
from kernel.pages import Page
from traceability.models import LabelClaim, Lot, Scan, ScanAlert, SerialUnit
from traceability.rules.copies import AlertState, Sign
from traceability.rules.labels import SerialState


@dataclass(frozen=True)
class SerialStory:
    """What is known of one number; ``state`` is None where it was never issued for the lot.

    ``scans`` are those before, ``by_me`` how many of them this telephone made today.
    """

    serial: str
    state: SerialState | None
    activated_at: datetime | None
    sold_at: datetime | None
    voided_at: datetime | None
    scans: int
    first_at: datetime | None
    last_at: datetime | None
    devices: int
    by_me: int
    signs: tuple[Sign, ...]
    # It has a secret code under a scratch field, and when that was claimed.
    has_claim: bool = False
    claimed_at: datetime | None = None

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing speaks against the label."""
        in_use = self.state in {SerialState.ACTIVATED, SerialState.SOLD}
        return in_use and not self.signs

    @property
    def others(self) -> int:
        """Return how many scans were not made by this telephone today."""
        return self.scans - self.by_me


@dataclass(frozen=True)
class AlertCard:
    """A sign of copies with the lot it concerns."""

    id: str
    lot_id: str
    vendor_id: str
    serial: str
    sign: Sign
    first_at: datetime
    last_at: datetime
    facts: dict[str, Any]
    state: AlertState
    note: str
    checked_name: str
    checked_at: datetime | None
    lot_code: str
    product: dict[str, str]


@dataclass(frozen=True)
class LotScans:
    """How often a lot was scanned since its first scan was kept."""

    lot_id: str
    lot_code: str
    product: dict[str, str]
    scans: int
    devices: int
    last_at: datetime


def serial_story(session: Session, *, lot_id: str, serial: str, device: str) -> SerialStory:
    """Return what is known of a number of a lot (one statement)."""
    asked = {"lot_id": lot_id, "serial": serial, "device": device}
    told = dict(session.execute(_serial(), asked).one()._mapping)
    found = set((told.pop("found") or "").split(","))
    swept, is_harmless = told.pop("swept"), told.pop("is_harmless")
    if swept and not is_harmless:
        found.add(Sign.SWEEP.value)
    return SerialStory(
        serial=serial, **told, signs=tuple(sign for sign in Sign if sign.value in found)
    )


@cache
def _serial() -> sa.Select[*tuple[Any, ...]]:
    """Say once what is asked for every page: building it costs more than running it."""
    lot_id: sa.BindParameter[str] = sa.bindparam("lot_id")
    serial: sa.BindParameter[str] = sa.bindparam("serial")
    by_me = sa.case((Scan.device == sa.bindparam("device"), 1), else_=0)
    scanned = (
        sa.select(
            sa.func.count().label("scans"),
            sa.func.min(Scan.at).label("first_at"),
            sa.func.max(Scan.at).label("last_at"),
            sa.func.count(sa.func.nullif(Scan.device, "").distinct()).label("devices"),
            sa.func.coalesce(sa.func.sum(by_me), 0).label("by_me"),
            sa.func.max(sa.case((Scan.swept, 1), else_=0)).label("swept"),
        )
        .where(Scan.lot_id == lot_id, Scan.serial == serial)
        .subquery()
    )
    unit = (
        sa.select(SerialUnit, LabelClaim.claimed_at, LabelClaim.digest)
        .outerjoin(LabelClaim, LabelClaim.serial == SerialUnit.serial)
        .where(SerialUnit.serial == serial, SerialUnit.lot_id == lot_id)
        .subquery()
    )
    return sa.select(
        unit.c.state,
        unit.c.activated_at,
        unit.c.sold_at,
        unit.c.voided_at,
        unit.c.claimed_at,
        unit.c.digest.is_not(None).label("has_claim"),
        *scanned.c,
        *_raised(lot_id, serial),
    ).select_from(scanned.outerjoin(unit, sa.true()))


def _raised(
    lot_id: sa.BindParameter[str], serial: sa.BindParameter[str]
) -> tuple[sa.Label[str], sa.Label[bool]]:
    """Return the signs of a number, and whether sweeps of its lot were found harmless."""
    of_lot = ScanAlert.lot_id == lot_id
    signs = sa.select(joined(sa.cast(ScanAlert.sign, sa.String))).where(
        of_lot, ScanAlert.serial == serial, ScanAlert.state != AlertState.HARMLESS
    )
    harmless = sa.exists().where(
        of_lot, ScanAlert.sign == Sign.SWEEP, ScanAlert.state == AlertState.HARMLESS
    )
    return signs.scalar_subquery().label("found"), harmless.label("is_harmless")


def alerts_of(
    session: Session,
    *,
    vendor_id: str | None = None,
    is_open: bool = True,
    page: int = 1,
    size: int = 30,
) -> Page[AlertCard]:
    """Return signs of copies, the latest first: of one vendor, or of all."""
    names = [n for n in AlertCard.__dataclass_fields__ if n not in {"lot_code", "product"}]
    statement = (
        sa.select(
            *(getattr(ScanAlert, name) for name in names), Lot.code.label("lot_code"), Lot.product
        )
        .join(Lot, Lot.id == ScanAlert.lot_id)
        .where((ScanAlert.state == AlertState.OPEN) == is_open)
        .order_by(ScanAlert.last_at.desc(), ScanAlert.id.desc())
        .offset((page - 1) * size)
        .limit(size + 1)
    )
    if vendor_id is not None:
        statement = statement.where(ScanAlert.vendor_id == vendor_id)
    cards = [AlertCard(**row._mapping) for row in session.execute(statement)]
    return Page.cut(cards, page, size)


def scans_of_lots(session: Session, *, vendor_id: str, most: int = 20) -> list[LotScans]:
    """Return which lots of a vendor are scanned, those scanned last first."""
    last = sa.func.max(Scan.at)
    rows = session.execute(
        sa.select(
            Lot.id.label("lot_id"),
            Lot.code.label("lot_code"),
            Lot.product,
            sa.func.count().label("scans"),
            sa.func.count(sa.func.nullif(Scan.device, "").distinct()).label("devices"),
            last.label("last_at"),
        )
        .join(Scan, Scan.lot_id == Lot.id)
        .where(Lot.vendor_id == vendor_id)
        .group_by(Lot.id)
        .order_by(last.desc())
        .limit(most)
    )
    return [LotScans(**row._mapping) for row in rows]
