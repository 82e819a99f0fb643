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
    "Lot",
    "LotCounter",
    "LotEdge",
    "LotStep",
    "NamedQuery",
    "PartnerToken",
    "Plot",
    "Season",
    "SigningKey",
    "TraceEvent",
    "Witness",
    "WitnessReceipt",
]
