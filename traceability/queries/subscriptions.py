"""Who gets new events sent, as partners and vendors see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import Actor
from traceability.models import LogHead, PartnerToken, Subscription
from traceability.queries.partners import Partner
from traceability.rules.partners import SubscriptionEnd

MOST_SHOWN = 200


@dataclass(frozen=True)
class SubscriptionCard:
    """One subscription; what it is signed with is never shown."""

    id: str
    query_name: str
    dest: str
    epc_format: str
    streams: bool
    schedule: dict[str, str]
    reports_empty: bool
    since: datetime | None
    created_at: datetime
    executed_at: datetime | None
    notified_at: datetime | None


@dataclass(frozen=True)
class SentCard:
    """One subscription as the vendor sees it, with how it goes."""

    id: str
    partner: str
    query_name: str
    dest: str
    streams: bool
    schedule: dict[str, str]
    created_at: datetime
    notified_at: datetime | None
    failing_since: datetime | None
    last_error: str
    ended_at: datetime | None
    end_reason: SubscriptionEnd | None

    @property
    def server(self) -> str:
        """Return where events are sent, without the path: it may be a secret of the partner's."""
        return urlsplit(self.dest).netloc


def subscriptions_of(
    session: Session, query_name: str, *, partner: Partner, size: int, after: str = ""
) -> tuple[list[SubscriptionCard], str | None]:
    """Return a page of a partner's subscriptions to a query, and the last id to go on."""
    rows = session.execute(
        _cards(query_name, partner)
        .where(Subscription.id > after)
        .order_by(Subscription.id)
        .limit(size + 1)
    )
    found = [SubscriptionCard(*row) for row in rows]
    return found[:size], found[size - 1].id if len(found) > size else None


def subscription_of(
    session: Session, subscription_id: str, *, query_name: str, partner: Partner
) -> SubscriptionCard | None:
    """Return a partner's subscription to a query; None when there is none, or no longer."""
    row = session.execute(
        _cards(query_name, partner).where(Subscription.id == subscription_id)
    ).first()
    return SubscriptionCard(*row) if row else None


def _cards(query_name: str, partner: Partner) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        Subscription.id,
        Subscription.query_name,
        Subscription.dest,
        Subscription.epc_format,
        Subscription.streams,
        Subscription.schedule,
        Subscription.reports_empty,
        Subscription.since,
        Subscription.created_at,
        Subscription.executed_at,
        Subscription.notified_at,
    ).where(
        Subscription.token_id == partner.token_id,
        Subscription.query_name == query_name,
        Subscription.ended_at.is_(None),
    )


def sent_for(session: Session, *, vendor_id: str, actor: Actor) -> list[SentCard]:
    """Return the subscriptions of a vendor's partners for its owner: those that run first.

    :raises NotAllowed: for anybody else.
    """
    actor.need_at(vendor_id, "owner")
    rows = session.execute(
        _sent()
        .where(Subscription.vendor_id == vendor_id)
        .order_by(Subscription.ended_at.is_not(None), Subscription.id.desc())
        .limit(MOST_SHOWN)
    )
    return [SentCard(*row) for row in rows]


def undelivered(session: Session, *, actor: Actor) -> list[tuple[str, SentCard]]:
    """Return whose partners do not take what they are sent, for operators: vendor and subscription.

    Those that are still tried first, then those given up; the latest of each.
    """
    actor.need("operator")
    rows = session.execute(
        _sent()
        .add_columns(Subscription.vendor_id)
        .where(
            sa.or_(
                Subscription.ended_at.is_(None) & Subscription.failing_since.is_not(None),
                Subscription.end_reason == SubscriptionEnd.UNREACHABLE,
            )
        )
        .order_by(Subscription.ended_at.is_not(None), Subscription.failing_since.desc())
        .limit(MOST_SHOWN)
    )
    return [(vendor_id, SentCard(*row)) for *row, vendor_id in rows]


def given_up(session: Session, subscription_id: str) -> SentCard | None:
    """Return a subscription that ended because its receiver could not be reached."""
    row = session.execute(
        _sent().where(
            Subscription.id == subscription_id,
            Subscription.end_reason == SubscriptionEnd.UNREACHABLE,
        )
    ).first()
    return SentCard(*row) if row else None


def _sent() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        Subscription.id,
        PartnerToken.name,
        Subscription.query_name,
        Subscription.dest,
        Subscription.streams,
        Subscription.schedule,
        Subscription.created_at,
        Subscription.notified_at,
        Subscription.failing_since,
        Subscription.last_error,
        Subscription.ended_at,
        Subscription.end_reason,
    ).join(PartnerToken, PartnerToken.id == Subscription.token_id)


def due_subscriptions(session: Session, *, now: datetime, most: int) -> Sequence[str]:
    """Return whose turn it is: a schedule has come round, or the log has grown."""
    head = sa.select(LogHead.size).where(LogHead.id == 1).scalar_subquery()
    return session.scalars(
        sa.select(Subscription.id)
        .where(
            Subscription.ended_at.is_(None),
            Subscription.due_at <= now,
            sa.or_(Subscription.busy_until.is_(None), Subscription.busy_until <= now),
            sa.or_(Subscription.streams.is_(False), Subscription.position < head),
        )
        .order_by(Subscription.due_at, Subscription.id)
        .limit(most)
    ).all()
