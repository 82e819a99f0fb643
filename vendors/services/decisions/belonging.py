"""Which step of a dossier a document puts on paper: each step has one that counts."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.db import lock
from vendors.errors import StepDocumented
from vendors.models import DecisionDocument, VendorStep
from vendors.rules.decisions import DecisionKind, DecisionState, steps_of_kind, symbol

_COUNTS = (DecisionState.NUMBERED, DecisionState.SIGNED)


def latest_step(session: Session, vendor_id: str, kind: DecisionKind) -> str | None:
    """Return the latest step of a dossier that asks for a document of this kind."""
    return session.scalar(
        sa.select(VendorStep.id)
        .where(VendorStep.vendor_id == vendor_id, VendorStep.action.in_(steps_of_kind(kind)))
        .order_by(VendorStep.at.desc(), VendorStep.id.desc())
        .limit(1)
    )


def take_step(session: Session, document: DecisionDocument) -> None:
    """Hold the step of a document that is about to be issued.

    A draft written before its step belongs to the step that was taken since; one
    without any (minutes of an inspection) stands by itself.

    :raises StepDocumented: when another document of the step counts.
    """
    if document.step_id is None:
        document.step_id = latest_step(session, document.vendor_id, document.kind)
    if document.step_id is None:
        return
    _hold(session, document.step_id)
    other = session.scalars(
        sa.select(DecisionDocument).where(
            DecisionDocument.step_id == document.step_id,
            DecisionDocument.id != document.id,
            DecisionDocument.state.in_(_COUNTS),
        )
    ).one_or_none()
    if other is not None:
        raise StepDocumented(symbol=symbol(other.number, other.type_code, other.office_code))


def _hold(session: Session, step_id: str) -> None:
    """Let documents of one step be issued one after another."""
    lock(session, VendorStep, step_id)
