"""Farms, diaries and lots of a vendor, for the vendor itself; and what is forgotten with it."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.db import Base
from kernel.export import Sheet, read_sheet
from traceability.models import (
    BarredLink,
    DiaryEntry,
    DiaryPhoto,
    DiaryTask,
    DlLink,
    EntryInput,
    EntryQuantity,
    EntryWater,
    Farm,
    Gs1Party,
    InputBatch,
    InputLabel,
    InputMove,
    InputProduct,
    IntervalHold,
    LabResult,
    LabTest,
    LogisticUnit,
    Lot,
    LotHold,
    LotMove,
    LotPackaging,
    LotPacking,
    LotSeason,
    LotStep,
    Plot,
    PlotHeritage,
    PlotWater,
    Season,
    Shipment,
    WatchItem,
    WaterSource,
    WaterTest,
)


def farm_sheets(session: Session, vendor_id: str) -> list[Sheet]:
    """Return a vendor's land, diary, lots with what happened to them, shipments, numbers and links."""
    farms = sa.select(Farm.id).where(Farm.vendor_id == vendor_id)
    plots = sa.select(Plot.id).where(Plot.farm_id.in_(farms))
    seasons = sa.select(Season.id).where(Season.plot_id.in_(plots))
    asked: dict[str, tuple[type[Base], sa.ColumnElement[bool]]] = {
        "farms": (Farm, Farm.vendor_id == vendor_id),
        "plots": (Plot, Plot.farm_id.in_(farms)),
        "seasons": (Season, Season.plot_id.in_(plots)),
        "diary": (DiaryEntry, DiaryEntry.season_id.in_(seasons)),
        "lots": (Lot, Lot.vendor_id == vendor_id),
        "crates_and_pallets": (LogisticUnit, LogisticUnit.vendor_id == vendor_id),
        "shipments": (Shipment, Shipment.vendor_id == vendor_id),
        "gs1_numbers": (Gs1Party, Gs1Party.vendor_id == vendor_id),
        "code_links": (DlLink, DlLink.vendor_id == vendor_id),
        "code_links_taken_down": (BarredLink, BarredLink.vendor_id == vendor_id),
    }
    asked |= _records(vendor_id, seasons)
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


def _records(
    vendor_id: str, seasons: sa.Select[str]
) -> dict[str, tuple[type[Base], sa.ColumnElement[bool]]]:
    """Return what belongs to the diary: what was used, the shed, tests, holds, what did not fit."""
    entries = sa.select(DiaryEntry.id).where(DiaryEntry.season_id.in_(seasons))
    batches = sa.select(InputBatch.id).where(InputBatch.vendor_id == vendor_id)
    lots = sa.select(Lot.id).where(Lot.vendor_id == vendor_id)
    waters = sa.select(WaterSource.id).where(WaterSource.vendor_id == vendor_id)
    tests = sa.select(LabTest.id).where(LabTest.vendor_id == vendor_id)
    named = sa.union(
        sa.select(EntryInput.product_id).where(EntryInput.entry_id.in_(entries)),
        sa.select(InputBatch.product_id).where(InputBatch.vendor_id == vendor_id),
    )
    heirs = sa.select(Plot.id).join(Farm, Farm.id == Plot.farm_id)
    heirs = heirs.where(Farm.vendor_id == vendor_id)
    return {
        "plot_heritage": (PlotHeritage, PlotHeritage.child_id.in_(heirs)),
        "diary_inputs": (EntryInput, EntryInput.entry_id.in_(entries)),
        "diary_quantities": (EntryQuantity, EntryQuantity.entry_id.in_(entries)),
        "diary_photos": (DiaryPhoto, DiaryPhoto.vendor_id == vendor_id),
        "diary_tasks": (DiaryTask, DiaryTask.vendor_id == vendor_id),
        "input_products": (InputProduct, InputProduct.id.in_(named)),
        "input_labels": (InputLabel, InputLabel.product_id.in_(named)),
        "input_batches": (InputBatch, InputBatch.vendor_id == vendor_id),
        "input_moves": (InputMove, InputMove.batch_id.in_(batches)),
        "water_sources": (WaterSource, WaterSource.vendor_id == vendor_id),
        "plot_water": (PlotWater, PlotWater.source_id.in_(waters)),
        "diary_water": (EntryWater, EntryWater.entry_id.in_(entries)),
        "water_tests": (WaterTest, WaterTest.source_id.in_(waters)),
        "lab_tests": (LabTest, LabTest.vendor_id == vendor_id),
        "lab_results": (LabResult, LabResult.test_id.in_(tests)),
        "lot_packing": (LotPacking, LotPacking.lot_id.in_(lots)),
        "lot_packaging": (LotPackaging, LotPackaging.lot_id.in_(lots)),
        "lot_seasons": (LotSeason, LotSeason.lot_id.in_(lots)),
        "interval_holds": (IntervalHold, IntervalHold.lot_id.in_(lots)),
        "lot_holds": (LotHold, LotHold.lot_id.in_(lots)),
        "warnings": (WatchItem, WatchItem.vendor_id == vendor_id),
    }


def lot_ids(session: Session, vendor_id: str) -> list[str]:
    """Return the lots of a vendor."""
    return list(session.scalars(sa.select(Lot.id).where(Lot.vendor_id == vendor_id)))
