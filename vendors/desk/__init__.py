"""The trade office's desk: the queue and the dossier."""

from vendors.desk import dossier, queue, statistics
from vendors.desk.blueprint import blueprint

__all__ = ["blueprint", "dossier", "queue", "statistics"]
