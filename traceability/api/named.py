"""Queries under a name."""

import json
from typing import Any, NoReturn

from flask import Response, request

from kernel import clock
from kernel.db import transaction
from kernel.messages import msg
from kernel.web.session import db
from traceability import guards
from traceability.api import paging
from traceability.api.events import answer_query
from traceability.api.frame import blueprint, json_answer, need_text, read_body
from traceability.epcis.asking import parameters_of
from traceability.epcis.contexts import declared
from traceability.epcis.errors import (
    BadParameter,
    BadQuery,
    NoSuchName,
    NotAcceptable,
    NotOffered,
)
from traceability.queries.partners import QueryCard, queries_of, query_named
from traceability.services.naming import drop_query, name_query

# By these a client asks for a WebSocket (EPCIS 2.0, 8.2.8).
_STREAMED = frozenset(
    {
        *("stream", "reportIfEmpty", "initialRecordTime"),
        *("second", "minute", "hour", "dayOfMonth", "month", "dayOfWeek"),
    }
)


@blueprint.get("/queries")
@guards.partner("read")
def list_queries() -> Response:
    """Return the queries kept for this vendor's partners."""
    found = paging.parameters()
    queries, last = queries_of(
        db(),
        vendor_id=guards.current_partner().vendor_id,
        size=paging.page_size(found),
        after="".join(paging.page_start(found)),
    )
    made = json_answer(json.dumps([_written(each) for each in queries], ensure_ascii=False))
    if last is not None:
        paging.lead_on(made, found, (last,))
    return made


@blueprint.post("/queries")
@guards.partner("read")
def keep_query() -> Response:
    """Keep a query under a name."""
    body = read_body()
    if not isinstance(body, dict):
        raise BadQuery(msg("This must be an object with fields."))
    with transaction(db()) as session:
        name_query(
            session,
            body.get("name"),
            query=body.get("query"),
            partner=guards.current_partner(),
            now=clock.now(),
        )
    made = Response(status=201)
    made.headers["Location"] = f"{blueprint.url_prefix}/queries/{body['name']}"
    return made


@blueprint.get("/queries/<name>")
@guards.partner("read")
def show_query(name: str) -> Response:
    """Return a named query."""
    return json_answer(json.dumps(_written(named(name)), ensure_ascii=False))


@blueprint.delete("/queries/<name>")
@guards.partner("read")
def forget_query(name: str) -> Response:
    """Forget a named query; subscriptions to it end."""
    need_text(name, "name")
    with transaction(db()) as session:
        drop_query(session, name, partner=guards.current_partner(), now=clock.now())
    return Response(status=204)


@blueprint.get("/queries/<name>/events")
@guards.partner("read")
def run_query(name: str) -> Response:
    """Return the events that a named query asks for; they are not sent through a WebSocket."""
    query = named(name)
    found = paging.parameters()
    if request.headers.get("Upgrade") or not _STREAMED.isdisjoint(found):
        raise NotAcceptable(name="WebSocket")
    if strange := sorted(set(found) - {"perPage", "nextPageToken"}):
        raise BadParameter(msg("There is no such parameter."), field=strange[0][:80])
    return answer_query(
        found,
        name=query.name,
        query=parameters_of(query.parameters),
        declared=declared(query.parameters.get("@context")),
    )


@blueprint.delete("/nextPageToken/<token>")
@guards.partner("read")
def drop_page(token: str) -> NoReturn:
    """Refuse: a page's token holds for an hour by itself, and is kept nowhere."""
    del token
    raise NotOffered(msg("Tokens of pages end by themselves within an hour."))


def named(name: str) -> QueryCard:
    """Return a query that is kept for this vendor's partners.

    :raises NoSuchName: when there is none of this name.
    """
    vendor_id = guards.current_partner().vendor_id
    query = query_named(db(), need_text(name, "name"), vendor_id=vendor_id)
    if query is None:
        raise NoSuchName(field="name")
    return query


def _written(query: QueryCard) -> dict[str, Any]:
    return {"name": query.name, "query": query.parameters}
