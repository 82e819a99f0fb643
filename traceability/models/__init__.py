"""Tables of farms, diaries, lots, and of what happened to them."""

from traceability.models.diary import DiaryEntry
from traceability.models.events import EventField, EventWhat, TraceEvent
from traceability.models.labels import LabelBatch, SerialUnit
from traceability.models.land import Farm, Plot, Season
from traceability.models.links import DlLink, Gs1Party
from traceability.models.lots import Lot, LotCounter, LotEdge, LotStep
from traceability.models.scans import Scan, ScanAlert

__all__ = [
    "DiaryEntry",
    "DlLink",
    "EventField",
    "EventWhat",
    "Farm",
    "Gs1Party",
    "LabelBatch",
    "Lot",
    "LotCounter",
    "LotEdge",
    "LotStep",
    "Plot",
    "Scan",
    "ScanAlert",
    "Season",
    "SerialUnit",
    "TraceEvent",
]
