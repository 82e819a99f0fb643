"""The trade office's desk: the queue, the dossier, visits."""

from vendors.desk import (
    decisions,
    dossier,
    queue,
    recording,
    register,
    statistics,
    viewer,
    visits,
)
from vendors.desk.blueprint import blueprint

__all__ = [
    "blueprint",
    "decisions",
    "dossier",
    "queue",
    "recording",
    "register",
    "statistics",
    "viewer",
    "visits",
]
