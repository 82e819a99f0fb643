"""Search engines behind one interface."""

from catalog.search.engine import (
    EngineDown,
    FacetCount,
    Filters,
    Health,
    Results,
    SearchEngine,
    Sort,
    Suggestion,
)
from catalog.search.finding import Asked, Found, find

__all__ = [
    "Asked",
    "EngineDown",
    "FacetCount",
    "Filters",
    "Found",
    "Health",
    "Results",
    "SearchEngine",
    "Sort",
    "Suggestion",
    "find",
]
