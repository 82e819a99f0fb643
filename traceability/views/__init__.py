"""The farm in a vendor's workspace: land, diary, harvest, lots, labels."""

from traceability.views import bundles, carrying, codes, diary, labels, land, lots, partners, stock
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
    "partners",
    "stock",
]
