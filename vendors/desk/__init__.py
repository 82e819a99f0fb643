"""The trade office's desk: the queue and the dossier."""

from vendors.desk import (
    authority,
    clocks,
    decisions,
    dossier,
    judging,
    noticing,
    queue,
    register,
    statistics,
    viewer,
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
    "register",
    "statistics",
    "viewer",
]
