"""The farm in a vendor's workspace: land, diary, harvest, lots, labels."""

from traceability.views import codes, diary, labels, land, lots, scans
from traceability.views.blueprint import blueprint

__all__ = ["blueprint", "codes", "diary", "labels", "land", "lots", "scans"]
