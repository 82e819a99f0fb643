"""Tables of farms, diaries, lots, and of what happened to them."""

from traceability.models.diary import DiaryEntry
from traceability.models.events import EventField, EventValue, EventWhat, TraceEvent
from traceability.models.land import Farm, Plot, Season
from traceability.models.links import DlLink, Gs1Party
from traceability.models.lots import Lot, LotCounter, LotEdge, LotStep
from traceability.models.partners import CaptureJob, NamedQuery, PartnerToken

__all__ = [
    "CaptureJob",
    "DiaryEntry",
    "DlLink",
    "EventField",
    "EventValue",
    "EventWhat",
    "Farm",
    "Gs1Party",
    "Lot",
    "LotCounter",
    "LotEdge",
    "LotStep",
    "NamedQuery",
    "PartnerToken",
    "Plot",
    "Season",
    "TraceEvent",
]
