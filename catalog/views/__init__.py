"""The vendor's workspace: what is offered, at what price, how much there is."""

from catalog.views import languages, listings, photos
from catalog.views.blueprint import blueprint

__all__ = ["blueprint", "languages", "listings", "photos"]
