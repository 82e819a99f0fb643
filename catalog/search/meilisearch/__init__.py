"""The search engine on a server of its own: Meilisearch, for markets of more than one machine."""

from catalog.search.meilisearch.engine import MeiliEngine
from catalog.search.meilisearch.link import TaskRefused

__all__ = ["MeiliEngine", "TaskRefused"]
