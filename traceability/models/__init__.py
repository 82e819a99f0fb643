"""Tables of farms, diaries, lots, and of what happened to them."""

from traceability.models.diary import DiaryEntry
from traceability.models.events import EventField, EventWhat, TraceEvent
from traceability.models.land import Farm, Plot, Season
from traceability.models.lots import Lot, LotCounter, LotEdge, LotStep

__all__ = [
    "DiaryEntry",
    "EventField",
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
