"""Search engines behind one interface."""

from catalog.search.engine import (
    EngineDown,
    FacetCount,
    Filters,
    Health,
    IndexGone,
    Results,
    SearchEngine,
    Sort,
    Suggestion,
)

__all__ = [
    "EngineDown",
    "FacetCount",
    "Filters",
    "Health",
    "IndexGone",
    "Results",
    "SearchEngine",
    "Sort",
    "Suggestion",
]
