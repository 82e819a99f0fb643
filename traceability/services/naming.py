"""Queries that a vendor's partners keep under a name."""

import re
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel.ids import new_id
from kernel.messages import msg
from traceability.epcis.asked import Known
from traceability.epcis.asking import parameters_of, read_query
from traceability.epcis.checking import check_texts
from traceability.epcis.errors import BadEvent, BadParameter, BadQuery, NameTaken, NoSuchName
from traceability.models import NamedQuery, Subscription
from traceability.queries.partners import Partner
from traceability.rules.partners import SubscriptionEnd
from traceability.services.subscriptions import end_those_of

_NAME = re.compile(r"[A-Za-z0-9_.~-]{1,100}", re.ASCII)
MOST_QUERIES = 500


def name_query(
    session: Session,
    name: Any,
    *,
    query: Any,
    partner: Partner,
    now: datetime,
) -> None:
    """Keep a query under a name.

    ``query`` holds parameters by name, each a value or a list of them, and may declare prefixes.

    :raises BadQuery: for a name that cannot stand in an address, or what cannot be asked.
    :raises NameTaken: when there is one of this name.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BadQuery(
            msg("A name has letters, digits, hyphens and dots, at most 100."), field="name"
        )
    _need_askable(query)
    count = sa.select(sa.func.count()).where(NamedQuery.vendor_id == partner.vendor_id)
    if (session.scalar(count) or 0) >= MOST_QUERIES:
        raise BadQuery(msg("At most %(most)s queries are kept."), field="name", most=MOST_QUERIES)
    row = NamedQuery(
        id=new_id(),
        vendor_id=partner.vendor_id,
        name=name,
        parameters=query,
        made_by=partner.token_id,
        made_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise NameTaken(field="name") from None


def _need_askable(query: Any) -> None:
    try:
        check_texts(query, "query")
        read_query(parameters_of(query), Known())
    except (BadParameter, BadEvent) as wrong:
        raise BadQuery(wrong.message, field=wrong.field, **wrong.values) from None


def drop_query(session: Session, name: str, *, partner: Partner, now: datetime) -> None:
    """Forget a named query; nothing more is sent to who subscribed to it.

    :raises NoSuchName: when there is none of this name.
    """
    dropped = session.scalar(
        sa.delete(NamedQuery)
        .where(NamedQuery.vendor_id == partner.vendor_id, NamedQuery.name == name)
        .returning(NamedQuery.id)
    )
    if dropped is None:
        raise NoSuchName(field="name")
    end_those_of(
        session,
        Subscription.vendor_id == partner.vendor_id,
        Subscription.query_name == name,
        reason=SubscriptionEnd.QUERY,
        now=now,
    )
