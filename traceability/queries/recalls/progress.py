"""How far a recall is with stopping its lots."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.models import RecallLot


@dataclass(frozen=True)
class Progress:
    """How many lots a recall has to stop, and how many of them are stopped by now."""

    stopped: int
    all: int

    @property
    def is_done(self) -> bool:
        """Tell whether none waits any more."""
        return self.stopped == self.all


def progress_of(session: Session, recall_id: str) -> Progress:
    """Return how far a recall is with stopping its lots (one statement)."""
    row = session.execute(
        sa.select(
            sa.func.count(sa.case((RecallLot.moved & ~RecallLot.waits, 1))).label("stopped"),
            sa.func.count(sa.case((RecallLot.waits, 1))).label("waits"),
        ).where(RecallLot.recall_id == recall_id)
    ).one()
    return Progress(row.stopped, row.stopped + row.waits)


def count_waiting(session: Session, recall_id: str) -> int:
    """Return how many lots of a recall still wait to be stopped."""
    waiting = sa.select(sa.func.count()).select_from(RecallLot)
    return session.scalar(waiting.where(RecallLot.recall_id == recall_id, RecallLot.waits)) or 0
