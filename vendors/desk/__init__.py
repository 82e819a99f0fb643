"""The trade office's desk: the queue and the dossier."""

from vendors.desk import decisions, dossier, judging, queue, register, statistics, viewer
from vendors.desk.blueprint import blueprint

__all__ = [
    "blueprint",
    "decisions",
    "dossier",
    "judging",
    "queue",
    "register",
    "statistics",
    "viewer",
]
