"""Tables of farms, diaries, lots, and of what happened to them."""

from traceability.models.checks import LabResult, LabTest, LotHold, WatchItem
from traceability.models.diary import DiaryEntry, EntryInput, EntryQuantity, is_latest
from traceability.models.events import EventWhat, TraceEvent
from traceability.models.land import Farm, Plot, PlotHeritage, Season
from traceability.models.lots import Lot, LotCounter, LotEdge, LotSeason, LotStep
from traceability.models.pulls import DiaryPull
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
    "DiaryPull",
    "EntryInput",
    "EntryQuantity",
    "EventWhat",
    "Farm",
    "InputBatch",
    "InputLabel",
    "InputMove",
    "InputProduct",
    "LabResult",
    "LabTest",
    "Lot",
    "LotCounter",
    "LotEdge",
    "LotHold",
    "LotSeason",
    "LotStep",
    "Plot",
    "PlotHeritage",
    "Season",
    "TraceEvent",
    "Variety",
    "WatchItem",
    "is_latest",
]
