"""The trade office's desk: the queue and the dossier."""

from vendors.desk import decisions, dossier, queue, register, statistics, viewer
from vendors.desk.blueprint import blueprint

__all__ = ["blueprint", "decisions", "dossier", "queue", "register", "statistics", "viewer"]
