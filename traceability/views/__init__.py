"""The farm in a vendor's workspace: land, diary, harvest, lots, labels."""

from traceability.views import carrying, diary, labels, land, lots, stock
from traceability.views.blueprint import blueprint

__all__ = ["blueprint", "carrying", "diary", "labels", "land", "lots", "stock"]
