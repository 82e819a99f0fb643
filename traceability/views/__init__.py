"""The farm in a vendor's workspace: land, diary, harvest, lots, labels."""

from traceability.views import bundles, diary, labels, land, lots, partners
from traceability.views.blueprint import blueprint

__all__ = ["blueprint", "bundles", "diary", "labels", "land", "lots", "partners"]
