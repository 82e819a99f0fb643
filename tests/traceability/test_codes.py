"""A vendor's numbers and links, through its pages."""

from tests.traceability.land import count
from traceability.models import DlLink
from traceability.queries.codes import links_of_vendor, numbers_of, places_of
