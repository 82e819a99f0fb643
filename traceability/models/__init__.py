"""Tables of farms, diaries, lots, and of what happened to them."""

from traceability.models.diary import DiaryEntry
from traceability.models.events import EventField, EventWhat, TraceEvent
from traceability.models.land import Farm, Plot, Season
from traceability.models.links import DlLink, Gs1Party
from traceability.models.lots import Lot, LotCounter, LotEdge, LotStep
from traceability.models.recalls import (
    Complaint,
    Recall,
    RecallAction,
    RecallCount,
    RecallLot,
    RecallNotice,
)
from traceability.models.stock import (
    LogisticUnit,
    LotHold,
    LotMove,
    Shipment,
    ShipmentLine,
    SsccCounter,
    UnitContent,
)

__all__ = [
    "Complaint",
    "DiaryEntry",
    "DlLink",
    "EventField",
    "EventWhat",
    "Farm",
    "Gs1Party",
    "LogisticUnit",
    "Lot",
    "LotCounter",
    "LotEdge",
    "LotHold",
    "LotMove",
    "LotStep",
    "Plot",
    "Recall",
    "RecallAction",
    "RecallCount",
    "RecallLot",
    "RecallNotice",
    "Season",
    "Shipment",
    "ShipmentLine",
    "SsccCounter",
    "TraceEvent",
    "UnitContent",
]
