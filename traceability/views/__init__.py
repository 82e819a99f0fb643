"""The farm in a vendor's workspace: land, diary, harvest, shed, lots, labels."""

from traceability.views import (
    diary,
    labels,
    land,
    lots,
    recorder_sync,
    records,
    shed,
    tasks,
)
from traceability.views.blueprint import blueprint

__all__ = [
    "blueprint",
    "diary",
    "labels",
    "land",
    "lots",
    "recorder_sync",
    "records",
    "shed",
    "tasks",
]
