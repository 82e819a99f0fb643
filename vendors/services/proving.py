"""Certificates handed in with an application: each proves lines of the checklist."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import Actor
from vendors.models import Certificate
from vendors.services.applying import editable
from vendors.services.certifying import (
    Paperwork,
    add_certificate,
    printed,
    remove_certificate,
)
from vendors.services.requirements import answer_lines, sync_requirements


def add_proof(
    session: Session, vendor_id: str, *, paperwork: Paperwork, actor: Actor, now: datetime
) -> str:
    """Enter a certificate that proves a line and return its id; the same one twice is one.

    :raises Invalid: when stars or dates cannot be.
    :raises Conflict: when the dossier is with the office.
    """
    vendor = editable(session, vendor_id, actor)
    known = session.scalar(
        sa.select(Certificate.id).where(
            Certificate.vendor_id == vendor_id,
            Certificate.withdrawn_at.is_(None),
            *(
                getattr(Certificate, column) == value
                for column, value in printed(session, paperwork).items()
                if column not in {"scope", "stars"}
            ),
        )
    )
    proof = known or add_certificate(session, vendor_id, paperwork=paperwork, actor=actor, now=now)
    if not known:
        answer_lines(session, vendor, lambda need: paperwork.scheme in need.schemes, now=now)
    return proof


def remove_proof(
    session: Session, vendor_id: str, *, certificate_id: str, actor: Actor, now: datetime
) -> None:
    """Take back a certificate that the office has not judged yet.

    :raises Conflict: when it has, or when the dossier is with the office.
    """
    vendor = editable(session, vendor_id, actor)
    remove_certificate(session, certificate_id, vendor_id=vendor_id, actor=actor, now=now)
    sync_requirements(session, vendor, now=now)
