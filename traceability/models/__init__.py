"""Tables of farms, diaries, lots, and of what happened to them."""

from traceability.models.diary import DiaryEntry
from traceability.models.events import EventField, EventValue, EventWhat, TraceEvent
from traceability.models.land import Farm, Plot, Season
from traceability.models.links import DlLink, Gs1Party
from traceability.models.lots import Lot, LotCounter, LotEdge, LotStep
from traceability.models.partners import CaptureJob, NamedQuery, PartnerToken
from traceability.models.proof import (
    Commitment,
    LogCheckpoint,
    LogHead,
    LogLeaf,
    SigningKey,
    Witness,
    WitnessReceipt,
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
    "CaptureJob",
    "Commitment",
    "DiaryEntry",
    "DlLink",
    "EventField",
    "EventValue",
    "EventWhat",
    "Farm",
    "Gs1Party",
    "LogCheckpoint",
    "LogHead",
    "LogLeaf",
    "LogisticUnit",
    "Lot",
    "LotCounter",
    "LotEdge",
    "LotHold",
    "LotMove",
    "LotStep",
    "NamedQuery",
    "PartnerToken",
    "Plot",
    "Season",
    "Shipment",
    "ShipmentLine",
    "SigningKey",
    "SsccCounter",
    "TraceEvent",
    "UnitContent",
    "Witness",
    "WitnessReceipt",
]
