"""Finding by words: results with filters and facets, and ways on while typing."""

from shop.find.views import blueprint

__all__ = ["blueprint"]
