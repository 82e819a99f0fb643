"""Subscriptions to named queries: begun by partners, ended by them, by the vendor, or by themselves."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import HOUSE, Actor
from kernel.calling import BadAddress, need_outside
from kernel.clock import local
from kernel.db import lock
from kernel.errors import NotFound
from kernel.ids import new_id
from kernel.messages import msg
from kernel.sealing import sealer_of
from traceability.epcis.errors import BadSubscription, NoSuchName, NoSuchResource
from traceability.epcis.schedules import schedule_of
from traceability.epcis.subscribing import SubscriptionWish, need_unlimited
from traceability.models import NamedQuery, Subscription
from traceability.queries.events import first_leaf, log_size
from traceability.queries.partners import Partner
from traceability.rules.partners import SubscriptionEnd

MOST_ACTIVE = 50
"""Of one token."""

USUAL_BATCH = 200


def subscribe(
    session: Session,
    query_name: str,
    *,
    wish: SubscriptionWish,
    epc_format: str,
    nearby: bool = False,
    partner: Partner,
    now: datetime,
) -> str:
    """Have what a query finds from now on (or since a moment) sent; return the subscription's id.

    :raises NoSuchName: when there is no query of this name.
    :raises BadSubscription: for an address inside, a query with limits, or too many subscriptions.
    """
    _need_address(wish.dest, nearby=nearby)
    _need_room(session, partner)
    query = _locked_query(session, query_name, partner)
    row = Subscription(
        id=new_id(),
        vendor_id=partner.vendor_id,
        token_id=partner.token_id,
        query_name=query.name,
        parameters=query.parameters,
        dest=wish.dest,
        signature_sealed=sealer_of(session).seal_text(wish.secret),
        epc_format=epc_format,
        streams=wish.streams,
        schedule=wish.schedule,
        reports_empty=wish.reports_empty,
        since=wish.since,
        created_at=now,
        position=_beginning(session, wish, partner),
        batch=USUAL_BATCH,
        due_at=now if wish.streams else next_run(wish.schedule, now),
    )
    session.add(row)
    session.flush()
    _note(session, row, "begun", actor=HOUSE, now=now)
    return row.id


def next_run(schedule: dict[str, str], now: datetime) -> datetime:
    """Return when a schedule comes round again."""
    following = schedule_of(schedule).next_after(local(now))
    assert following is not None, "a schedule that never comes is refused"  # noqa: S101
    return following


def unsubscribe(
    session: Session, subscription_id: str, *, query_name: str, partner: Partner, now: datetime
) -> None:
    """End a subscription of the partner that asks.

    :raises NoSuchResource: when it has none of this id on this query.
    """
    row = lock(session, Subscription, subscription_id)
    if row is None or (row.token_id, row.query_name) != (partner.token_id, query_name):
        raise NoSuchResource(field="subscriptionID")
    if row.ended_at is not None:
        raise NoSuchResource(field="subscriptionID")
    close(session, row, SubscriptionEnd.PARTNER, actor=HOUSE, now=now)


def end_subscription(
    session: Session, subscription_id: str, *, vendor_id: str, actor: Actor, now: datetime
) -> None:
    """End a subscription of a vendor's partner, at the vendor's wish.

    :raises NotFound: when the vendor has no such partner.
    """
    actor.need_at(vendor_id, "owner")
    row = lock(session, Subscription, subscription_id)
    if row is None or row.vendor_id != vendor_id:
        raise NotFound
    if row.ended_at is None:
        close(session, row, SubscriptionEnd.VENDOR, actor=actor, now=now)


def end_those_of(
    session: Session,
    *which: sa.ColumnElement[bool],
    reason: SubscriptionEnd,
    actor: Actor = HOUSE,
    now: datetime,
) -> None:
    """End all subscriptions of a token, or to a query."""
    ids = session.scalars(
        sa.select(Subscription.id)
        .where(Subscription.ended_at.is_(None), *which)
        .order_by(Subscription.id)
    ).all()
    for each in ids:
        row = lock(session, Subscription, each)
        if row is not None and row.ended_at is None:
            close(session, row, reason, actor=actor, now=now)


def close(
    session: Session, row: Subscription, reason: SubscriptionEnd, *, actor: Actor, now: datetime
) -> None:
    """End a subscription that is locked; what it was signed with is forgotten."""
    row.ended_at, row.end_reason, row.busy_until = now, reason, None
    row.signature_sealed = ""
    _note(session, row, "ended", actor=actor, now=now)
    session.flush()


def _note(session: Session, row: Subscription, what: str, *, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        f"subscription.{what}",
        actor=actor,
        subject=("subscription", row.id),
        now=now,
        vendor_id=row.vendor_id,
        token_id=row.token_id,
        query=row.query_name,
        reason=row.end_reason.value if row.end_reason else "",
    )


def _need_address(dest: str, *, nearby: bool) -> None:
    try:
        need_outside(dest, nearby=nearby)
    except BadAddress:
        raise BadSubscription(
            msg("This must be an https address of the open internet."), field="dest"
        ) from None


def _locked_query(session: Session, name: str, partner: Partner) -> NamedQuery:
    """Return a query that can be subscribed to, and that nobody deletes meanwhile."""
    found = session.scalar(
        sa.select(NamedQuery)
        .where(NamedQuery.vendor_id == partner.vendor_id, NamedQuery.name == name)
        .with_for_update(key_share=True)
    )
    if found is None:
        raise NoSuchName(field="name")
    need_unlimited(found.parameters)
    return found


def _beginning(session: Session, wish: SubscriptionWish, partner: Partner) -> int:
    size = log_size(session)
    if wish.since is None:
        return size
    first = first_leaf(session, vendor_id=partner.vendor_id, since=wish.since)
    return size if first is None else first


def _need_room(session: Session, partner: Partner) -> None:
    count = session.scalar(
        sa.select(sa.func.count())
        .select_from(Subscription)
        .where(Subscription.token_id == partner.token_id, Subscription.ended_at.is_(None))
    )
    if (count or 0) >= MOST_ACTIVE:
        raise BadSubscription(
            msg("A token has at most %(most)s subscriptions. End one first."), most=MOST_ACTIVE
        )
