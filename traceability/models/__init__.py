"""Tables of farms, diaries, lots, and of what happened to them."""

from traceability.models.diary import DiaryEntry
from traceability.models.events import EventWhat, TraceEvent
from traceability.models.land import Farm, Plot, Season
from traceability.models.lots import Lot, LotCounter, LotEdge, LotStep
from traceability.models.recalls import (
    Complaint,
    Recall,
    RecallAction,
    RecallCount,
    RecallLot,
    RecallNotice,
)

__all__ = [
    "Complaint",
    "DiaryEntry",
    "EventWhat",
    "Farm",
    "Lot",
    "LotCounter",
    "LotEdge",
    "LotStep",
    "Plot",
    "Recall",
    "RecallAction",
    "RecallCount",
    "RecallLot",
    "RecallNotice",
    "Season",
    "TraceEvent",
]
