"""The vendor's workspace: what is offered, at what price, how much there is."""

from catalog.views import (
    alts,
    attributes,
    grid,
    history,
    languages,
    listings,
    photos,
    plans,
)
from catalog.views.blueprint import blueprint

__all__ = [
    "alts",
    "attributes",
    "blueprint",
    "grid",
    "history",
    "languages",
    "listings",
    "photos",
    "plans",
]
