"""The trade office's desk: the queue, the dossier, visits."""

from vendors.desk import (
    authority,
    clocks,
    decisions,
    dossier,
    judging,
    noticing,
    queue,
    recording,
    register,
    statistics,
    viewer,
    visits,
)
from vendors.desk.blueprint import blueprint

__all__ = [
    "authority",
    "blueprint",
    "clocks",
    "decisions",
    "dossier",
    "judging",
    "noticing",
    "queue",
    "recording",
    "register",
    "statistics",
    "viewer",
    "visits",
]
