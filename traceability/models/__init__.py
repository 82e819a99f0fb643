"""Tables of farms, diaries, lots, and of what happened to them."""

from traceability.models.diary import DiaryEntry
from traceability.models.events import EventWhat, TraceEvent
from traceability.models.land import Farm, Plot, Season
from traceability.models.lots import Lot, LotCounter, LotEdge, LotStep
from traceability.models.recorder import DiaryPhoto, DiaryTask

__all__ = [
    "DiaryEntry",
    "DiaryPhoto",
    "DiaryTask",
    "EventWhat",
    "Farm",
    "Lot",
    "LotCounter",
    "LotEdge",
    "LotStep",
    "Plot",
    "Season",
    "TraceEvent",
]
