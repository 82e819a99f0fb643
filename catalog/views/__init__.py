"""The vendor's workspace: what is offered, at what price, how much there is."""

from catalog.views import alts, attributes, listings, photos
from catalog.views.blueprint import blueprint

__all__ = ["alts", "attributes", "blueprint", "listings", "photos"]
