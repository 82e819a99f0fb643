"""What happened to a dossier, and what officers noted about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from vendors.models import VendorNote, VendorStep
from vendors.rules import INSIDE_STEPS, VendorState

MOST_STEPS = 1000
"""Steps and notes of a dossier that are read at once."""


@dataclass(frozen=True)
class Step:
    """One line of a dossier's history."""

    action: str
    state: VendorState
    actor_name: str
    reason: str
    ground: str
    at: datetime


@dataclass(frozen=True)
class Note:
    """What an officer noted about a dossier; the vendor never reads it."""

    author_name: str
    text: str
    at: datetime


def history(
    session: Session, vendor_id: str, *, inside: bool
) -> tuple[Sequence[Step], Sequence[Note]]:
    """Return steps and notes, each the latest first, in one statement."""
    columns = (
        VendorStep.at,
        VendorStep.id,
        VendorStep.action,
        VendorStep.state,
        VendorStep.actor_name,
        VendorStep.reason,
        VendorStep.ground,
    )
    wanted = sa.select(*columns).where(VendorStep.vendor_id == vendor_id)
    if not inside:
        outside = wanted.where(VendorStep.action.not_in(INSIDE_STEPS))
        rows = session.execute(outside.order_by(*_NEWEST).limit(MOST_STEPS)).all()
        return [_step(row) for row in rows], ()
    nothing = sa.literal("", sa.String)
    noted = sa.select(
        VendorNote.at,
        VendorNote.id,
        nothing,
        sa.null(),
        VendorNote.author_name,
        VendorNote.text,
        nothing,
    ).where(VendorNote.vendor_id == vendor_id)
    both = wanted.union_all(noted).order_by(sa.desc("at"), sa.desc("id")).limit(MOST_STEPS)
    rows = session.execute(both).all()
    steps = [_step(row) for row in rows if row.action]
    return steps, [Note(row.actor_name, row.reason, row.at) for row in rows if not row.action]


_NEWEST = (VendorStep.at.desc(), VendorStep.id.desc())


def _step(row: Any) -> Step:
    return Step(row.action, row.state, row.actor_name, row.reason, row.ground, row.at)
