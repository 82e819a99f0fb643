"""The farm in a vendor's workspace: land, diary, harvest, shed, lots, labels."""

from traceability.views import (
    bundles,
    carrying,
    codes,
    diary,
    labels,
    land,
    lots,
    names,
    outlines,
    partners,
    recorder_sync,
    records,
    scans,
    seasons,
    shed,
    stock,
    tasks,
)
from traceability.views.blueprint import blueprint

__all__ = [
    "blueprint",
    "bundles",
    "carrying",
    "codes",
    "diary",
    "labels",
    "land",
    "lots",
    "names",
    "outlines",
    "partners",
    "recorder_sync",
    "records",
    "scans",
    "seasons",
    "shed",
    "stock",
    "tasks",
]
