"""The event repository for partners: EPCIS 2.0 by REST under ``/epcis/v2``."""

from traceability.api import capture, events, named, subscriptions, values
from traceability.api.frame import blueprint

__all__ = ["blueprint", "capture", "events", "named", "subscriptions", "values"]
