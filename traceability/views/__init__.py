"""The farm in a vendor's workspace: land, diary, harvest, lots, labels."""

from traceability.views import diary, labels, land, lots, scans
from traceability.views.blueprint import blueprint

__all__ = ["blueprint", "diary", "labels", "land", "lots", "scans"]
