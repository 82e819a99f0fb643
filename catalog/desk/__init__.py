"""The trade office's desk of goods."""

from catalog.desk import moderation
from catalog.desk.blueprint import blueprint

__all__ = ["blueprint", "moderation"]
