"""Tables of farms, diaries, lots, and of what happened to them."""

from traceability.models.barred import BarredLink
from traceability.models.checks import IntervalHold, LabResult, LabTest, WatchItem
from traceability.models.claims import LabelClaim
from traceability.models.diary import (
    DiaryEntry,
    EntryInput,
    EntryQuantity,
    is_latest,
)
from traceability.models.events import EventField, EventValue, EventWhat, TraceEvent
from traceability.models.labels import LabelBatch, SerialUnit
from traceability.models.land import Farm, Plot, PlotHeritage, Season
from traceability.models.links import DlLink, Gs1Party
from traceability.models.lots import (
    Lot,
    LotCounter,
    LotEdge,
    LotSeason,
    LotStep,
    grew_in,
    seasons_of_lots,
)
from traceability.models.packing import LotPackaging, LotPacking
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
from traceability.models.pulls import DiaryPull
from traceability.models.recalls import (
    Complaint,
    Recall,
    RecallAction,
    RecallCount,
    RecallLot,
    RecallNotice,
)
from traceability.models.recorder import DiaryPhoto, DiaryPiece, DiaryTask
from traceability.models.scans import Scan, ScanAlert
from traceability.models.stock import (
    LogisticUnit,
    LotHold,
    LotMove,
    Shipment,
    ShipmentLine,
    SsccCounter,
    UnitContent,
)
from traceability.models.subscriptions import Subscription
from traceability.models.supplies import (
    Crop,
    InputBatch,
    InputLabel,
    InputMove,
    InputProduct,
    Variety,
)
from traceability.models.water import EntryWater, PlotWater, WaterSource, WaterTest
from traceability.models.yields import YieldBound

__all__ = [
    "BarredLink",
    "CaptureJob",
    "Commitment",
    "Complaint",
    "Crop",
    "DiaryEntry",
    "DiaryPhoto",
    "DiaryPiece",
    "DiaryPull",
    "DiaryTask",
    "DlLink",
    "EntryInput",
    "EntryQuantity",
    "EntryWater",
    "EventField",
    "EventValue",
    "EventWhat",
    "Farm",
    "Gs1Party",
    "InputBatch",
    "InputLabel",
    "InputMove",
    "InputProduct",
    "IntervalHold",
    "LabResult",
    "LabTest",
    "LabelBatch",
    "LabelClaim",
    "LogCheckpoint",
    "LogHead",
    "LogLeaf",
    "LogisticUnit",
    "Lot",
    "LotCounter",
    "LotEdge",
    "LotHold",
    "LotMove",
    "LotPackaging",
    "LotPacking",
    "LotSeason",
    "LotStep",
    "NamedQuery",
    "PartnerToken",
    "Plot",
    "PlotHeritage",
    "PlotWater",
    "Recall",
    "RecallAction",
    "RecallCount",
    "RecallLot",
    "RecallNotice",
    "Scan",
    "ScanAlert",
    "Season",
    "SerialUnit",
    "Shipment",
    "ShipmentLine",
    "SigningKey",
    "SsccCounter",
    "Subscription",
    "TraceEvent",
    "UnitContent",
    "Variety",
    "WatchItem",
    "WaterSource",
    "WaterTest",
    "Witness",
    "WitnessReceipt",
    "YieldBound",
    "grew_in",
    "is_latest",
    "seasons_of_lots",
]
