"""The trade office's desk of goods."""

from catalog.desk import (
    attributes,
    categories,
    moderation,
    search_reports,
    searching,
    synonyms,
)
from catalog.desk.blueprint import blueprint

__all__ = [
    "attributes",
    "blueprint",
    "categories",
    "moderation",
    "search_reports",
    "searching",
    "synonyms",
]
