"""Subscriptions: what a named query finds anew is sent to an address of the partner's."""

import json
from typing import Any

from flask import Response

from kernel import clock
from kernel.db import transaction
from kernel.settings import Settings
from kernel.web.session import db, part
from traceability import guards
from traceability.api import paging
from traceability.api.frame import blueprint, epc_format, json_answer, need_text, read_body
from traceability.api.named import named
from traceability.epcis.canonical import instant_text
from traceability.epcis.errors import NoSuchResource
from traceability.epcis.subscribing import read_wish
from traceability.queries.subscriptions import (
    SubscriptionCard,
    subscription_of,
    subscriptions_of,
)
from traceability.services import subscriptions as use


@blueprint.get("/queries/<name>/subscriptions")
@guards.partner("read")
def list_subscriptions(name: str) -> Response:
    """Return this token's subscriptions to a query."""
    query, found = named(name), paging.parameters()
    cards, last = subscriptions_of(
        db(),
        query.name,
        partner=guards.current_partner(),
        size=paging.page_size(found),
        after="".join(paging.page_start(found)),
    )
    made = _answer([_written(each) for each in cards])
    if last is not None:
        paging.lead_on(made, found, (last,))
    return made


@blueprint.post("/queries/<name>/subscriptions")
@guards.partner("read")
def subscribe(name: str) -> Response:
    """Begin to send what a query finds from now on."""
    need_text(name, "name")
    wish = read_wish(read_body())
    with transaction(db()) as session:
        made_id = use.subscribe(
            session,
            name,
            wish=wish,
            epc_format=epc_format(),
            nearby=part(Settings).testing,
            partner=guards.current_partner(),
            now=clock.now(),
        )
    made = _answer(_written(_card(name, made_id)), 201)
    made.headers["Location"] = f"{blueprint.url_prefix}/queries/{name}/subscriptions/{made_id}"
    return made


@blueprint.get("/queries/<name>/subscriptions/<subscription_id>")
@guards.partner("read")
def show_subscription(name: str, subscription_id: str) -> Response:
    """Return one subscription, while it runs."""
    return _answer(_written(_card(named(name).name, subscription_id)))


@blueprint.delete("/queries/<name>/subscriptions/<subscription_id>")
@guards.partner("read")
def unsubscribe(name: str, subscription_id: str) -> Response:
    """End one subscription."""
    query = named(name)
    with transaction(db()) as session:
        use.unsubscribe(
            session,
            need_text(subscription_id, "subscriptionID"),
            query_name=query.name,
            partner=guards.current_partner(),
            now=clock.now(),
        )
    return Response(status=204)


def _card(name: str, subscription_id: str) -> SubscriptionCard:
    found = subscription_of(
        db(),
        need_text(subscription_id, "subscriptionID"),
        query_name=name,
        partner=guards.current_partner(),
    )
    if found is None:
        raise NoSuchResource(field="subscriptionID")
    return found


def _answer(content: Any, status: int = 200) -> Response:
    return json_answer(json.dumps(content, ensure_ascii=False), status)


def _written(card: SubscriptionCard) -> dict[str, Any]:
    moments = {
        "createdAt": card.created_at,
        "lastNotifiedAt": card.notified_at,
        "initialRecordTime": card.since,
        "minRecordTime": card.executed_at or card.since or card.created_at,
    }
    return {
        "subscriptionID": card.id,
        "queryName": card.query_name,
        "dest": card.dest,
        **({"stream": True} if card.streams else {"schedule": card.schedule}),
        "reportIfEmpty": card.reports_empty,
        "epcFormat": card.epc_format,
        **{name: instant_text(moment) for name, moment in moments.items() if moment},
    }
