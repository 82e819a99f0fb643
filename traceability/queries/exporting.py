"""Farms, diaries and lots of a vendor, for the vendor itself; and what is forgotten with it."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.export import Sheet, read_sheet
from traceability.models import (
    DiaryEntry,
    DlLink,
    Farm,
    Gs1Party,
    LogisticUnit,
    Lot,
    LotMove,
    LotStep,
    Plot,
    Season,
    Shipment,
)


def farm_sheets(session: Session, vendor_id: str) -> list[Sheet]:
    """Return a vendor's land, diary, lots with what happened to them, shipments, numbers and links."""
    farms = sa.select(Farm.id).where(Farm.vendor_id == vendor_id)
    plots = sa.select(Plot.id).where(Plot.farm_id.in_(farms))
    seasons = sa.select(Season.id).where(Season.plot_id.in_(plots))
    asked = {
        "farms": (Farm, Farm.vendor_id == vendor_id),
        "plots": (Plot, Plot.farm_id.in_(farms)),
        "seasons": (Season, Season.plot_id.in_(plots)),
        "diary": (DiaryEntry, DiaryEntry.season_id.in_(seasons)),
        "lots": (Lot, Lot.vendor_id == vendor_id),
        "crates_and_pallets": (LogisticUnit, LogisticUnit.vendor_id == vendor_id),
        "shipments": (Shipment, Shipment.vendor_id == vendor_id),
        "gs1_numbers": (Gs1Party, Gs1Party.vendor_id == vendor_id),
        "code_links": (DlLink, DlLink.vendor_id == vendor_id),
    }
    sheets = [
        read_sheet(session, name, sa.select(*kind.__table__.columns).where(mine))
        for name, (kind, mine) in asked.items()
    ]
    told = (Lot.code.label("lot_code"), LotStep.action, LotStep.state, LotStep.reason, LotStep.at)
    history = sa.select(*told).join(Lot, Lot.id == LotStep.lot_id).where(Lot.vendor_id == vendor_id)
    named = Lot.code.label("lot_code")
    moved = sa.select(named, LotMove.kind, LotMove.quantity, LotMove.reason, LotMove.at)
    moves = moved.join(Lot, Lot.id == LotMove.lot_id).where(Lot.vendor_id == vendor_id)
    return [
        *sheets,
        read_sheet(session, "lot_history", history),
        read_sheet(session, "lot_moves", moves),
    ]


def lot_ids(session: Session, vendor_id: str) -> list[str]:
    """Return the lots of a vendor."""
    return list(session.scalars(sa.select(Lot.id).where(Lot.vendor_id == vendor_id)))
