"""Tables of farms, diaries, lots, and of what happened to them."""

from traceability.models.checks import LabResult, LabTest, LotHold, WatchItem
from traceability.models.diary import DiaryEntry, EntryInput, EntryQuantity, is_latest
from traceability.models.events import EventField, EventWhat, TraceEvent
from traceability.models.labels import LabelBatch, SerialUnit
from traceability.models.land import Farm, Plot, PlotHeritage, Season
from traceability.models.links import DlLink, Gs1Party
from traceability.models.lots import Lot, LotCounter, LotEdge, LotSeason, LotStep
from traceability.models.scans import Scan, ScanAlert
from traceability.models.supplies import (
    Crop,
    InputBatch,
    InputLabel,
    InputMove,
    InputProduct,
    Variety,
)

__all__ = [
    "Crop",
    "DiaryEntry",
    "DlLink",
    "EntryInput",
    "EntryQuantity",
    "EventField",
    "EventWhat",
    "Farm",
    "Gs1Party",
    "InputBatch",
    "InputLabel",
    "InputMove",
    "InputProduct",
    "LabResult",
    "LabTest",
    "LabelBatch",
    "Lot",
    "LotCounter",
    "LotEdge",
    "LotHold",
    "LotSeason",
    "LotStep",
    "Plot",
    "PlotHeritage",
    "Scan",
    "ScanAlert",
    "Season",
    "SerialUnit",
    "TraceEvent",
    "Variety",
    "WatchItem",
    "is_latest",
]
