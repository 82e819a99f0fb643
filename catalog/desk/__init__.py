"""The trade office's desk of goods."""

from catalog.desk import moderation, search_reports, searching, synonyms
from catalog.desk.blueprint import blueprint

__all__ = ["blueprint", "moderation", "search_reports", "searching", "synonyms"]
