"""Tokens by which partners read and tell a vendor's events."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import new_id
from kernel.messages import msg
from traceability.models import PartnerToken, Subscription
from traceability.rules.partners import SubscriptionEnd
from traceability.services.subscriptions import end_those_of

_START = "epcis_"
MOST_TOKENS = 100
MOST_NAME = 80


@dataclass(frozen=True)
class Grant:
    """What a partner may do; ``ends_on`` is the last day."""

    name: str
    may_read: bool
    may_capture: bool
    ends_on: date | None = None


def token_digest(token: str) -> str:
    """Return what is kept of a token: it is long and random, so one SHA-256 is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def make_token(
    session: Session, vendor_id: str, *, grant: Grant, actor: Actor, now: datetime
) -> str:
    """Make a token for a partner and return it: it is shown this once.

    :raises Invalid: without a name, without anything allowed, or with a day that is past.
    """
    actor.need_at(vendor_id, "owner")
    name = _checked_name(grant, today=local_date(now))
    _need_room(session, vendor_id)
    token = _START + secrets.token_urlsafe(32)
    row = PartnerToken(
        id=new_id(),
        vendor_id=vendor_id,
        name=name,
        digest=token_digest(token),
        ending=token[-4:],
        may_read=grant.may_read,
        may_capture=grant.may_capture,
        made_by=actor.user_id,
        made_at=now,
        ends_on=grant.ends_on,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        "partner_token.made",
        actor=actor,
        subject=("partner_token", row.id),
        now=now,
        vendor_id=vendor_id,
        may_read=row.may_read,
        may_capture=row.may_capture,
    )
    return token


def revoke_token(
    session: Session, token_id: str, *, vendor_id: str, actor: Actor, now: datetime
) -> None:
    """End a token for good, at once, and whatever is sent to who has it.

    :raises NotFound: when the vendor has no such token.
    """
    actor.need_at(vendor_id, "owner")
    row = lock(session, PartnerToken, token_id)
    if row is None or row.vendor_id != vendor_id:
        raise NotFound
    if row.revoked_at is not None:
        return
    row.revoked_at = now
    audit.record(
        session,
        "partner_token.revoked",
        actor=actor,
        subject=("partner_token", row.id),
        now=now,
        vendor_id=vendor_id,
    )
    end_those_of(
        session,
        Subscription.token_id == row.id,
        reason=SubscriptionEnd.TOKEN,
        actor=actor,
        now=now,
    )
    session.flush()


def _checked_name(grant: Grant, *, today: date) -> str:
    name = " ".join(grant.name.split())
    if not 2 <= len(name) <= MOST_NAME:
        raise Invalid(msg("Write who the partner is, in 2 to 80 letters."), field="name")
    if not (grant.may_read or grant.may_capture):
        raise Invalid(msg("Allow at least one thing."), field="may_read")
    if grant.ends_on is not None and grant.ends_on < today:
        raise Invalid(msg("This day is past."), field="ends_on")
    return name


def _need_room(session: Session, vendor_id: str) -> None:
    count = session.scalar(
        sa.select(sa.func.count())
        .select_from(PartnerToken)
        .where(PartnerToken.vendor_id == vendor_id, PartnerToken.revoked_at.is_(None))
    )
    if (count or 0) >= MOST_TOKENS:
        raise Conflict(
            msg("A vendor has at most %(most)s tokens. Revoke one first."), most=MOST_TOKENS
        )
