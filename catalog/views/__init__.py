"""The vendor's workspace: what is offered, at what price, how much there is."""

from catalog.views import grid, history, languages, listings, photos, plans
from catalog.views.blueprint import blueprint

__all__ = ["blueprint", "grid", "history", "languages", "listings", "photos", "plans"]
