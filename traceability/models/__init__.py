"""Tables of farms, diaries, lots, and of what happened to them."""

from traceability.models.diary import DiaryEntry
from traceability.models.events import EventField, EventWhat, TraceEvent
from traceability.models.land import Farm, Plot, Season
from traceability.models.links import DlLink, Gs1Party
from traceability.models.lots import Lot, LotCounter, LotEdge, LotStep
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
    "Commitment",
    "DiaryEntry",
    "DlLink",
    "EventField",
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
    "Plot",
    "Season",
    "SigningKey",
    "TraceEvent",
    "Witness",
    "WitnessReceipt",
]
