"""Invitations as their owner and as the invited see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.rules import digest
from vendors.models import Invitation, Vendor
from vendors.rules import ENDED


@dataclass(frozen=True)
class InvitationCard:
    """An open invitation."""

    id: str
    vendor_name: str
    contact: str
    roles: Sequence[str]
    expires_at: datetime


def invitation(session: Session, token: str, *, now: datetime) -> InvitationCard | None:
    """Return the open invitation of a link."""
    row = session.execute(_open(now).where(Invitation.digest == digest(token))).one_or_none()
    return InvitationCard(*row) if row else None


def open_invitations(
    session: Session, vendor_id: str, *, now: datetime
) -> Sequence[InvitationCard]:
    """Return a vendor's open invitations, the first first."""
    rows = session.execute(
        _open(now)
        .where(Invitation.vendor_id == vendor_id)
        .order_by(Invitation.created_at, Invitation.id)
    )
    return [InvitationCard(*row) for row in rows]


def _open(now: datetime) -> sa.Select[str, str, str, list[str], datetime]:
    return (
        sa.select(
            Invitation.id,
            Vendor.name,
            Invitation.contact,
            Invitation.roles,
            Invitation.expires_at,
        )
        .join(Vendor, Vendor.id == Invitation.vendor_id)
        .where(
            Invitation.closed_at.is_(None),
            Invitation.expires_at > now,
            Vendor.state.not_in(ENDED),
        )
    )
