"""How the resolver answers: lead on, show all links, let choose, refuse; always with its headers."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Response, request
from flask_babel import gettext as _
from jinja2.utils import htmlsafe_json_dumps
from werkzeug.datastructures import Headers

from kernel.errors import DomainError, NotFound
from kernel.web import errors
from kernel.web.pages import page
from kernel.web.raw import sent
from kernel.web.session import remember, remembered
from traceability.gs1.linksets import CONTEXT, VOCABULARY, choices, json_ld, linkset
from traceability.gs1.resolving import DEFAULT, Entry, Found, Target, find
from traceability.gs1.wishes import HTML, JSON_LD, LINKSET, Wish, media_fit, read_wish
from traceability.gs1.words import LINK_WORDS

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

METHODS = ("GET", "HEAD", "OPTIONS")
PROBLEM = "application/problem+json"
_CONTEXT_LINK = (
    f'<{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
)


def wish_of_request() -> Wish:
    """Read what this request wishes for."""
    return read_wish(
        sent(request.environ).query,
        accept=request.headers.get("Accept", ""),
        languages=request.headers.get("Accept-Language", ""),
    )


def answer(entries: tuple[Entry, ...], wish: Wish) -> Response:
    """Answer what is known of a code.

    :raises NotFound: when nothing is, or nothing of what was asked for.
    """
    if not entries:
        raise NotFound
    if wish.is_linkset:
        return show_links(linkset(entries), wish)
    found = find(entries, wish)
    if not found.targets:
        raise NotFound
    return lead_on(found.targets[0]) if len(found.targets) == 1 else let_choose(found, wish)


def lead_on(target: Target) -> Response:
    """Lead on to a link."""
    return lead_exactly(target.href)


def lead_exactly(href: str) -> Response:
    """Lead on to an address, with all that was asked, byte for byte."""
    made = _Exactly(status=307)
    made.headers["Location"] = with_query(href, sent(request.environ).query)
    made.headers["Cache-Control"] = "no-cache"
    return made


class _Exactly(Response):
    """Leads on to an address as it is written: the framework would escape some of it anew."""

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        headers = super().get_wsgi_headers(environ)
        headers["Location"] = self.headers["Location"]
        return headers


def with_query(href: str, query: str) -> str:
    """Append a query as it was sent to an address that may have one, and a fragment."""
    if not query:
        return href
    bare, hash_, fragment = href.partition("#")
    return f"{bare}{'&' if '?' in bare else '?'}{query}{hash_}{fragment}"


def let_choose(found: Found, wish: Wish) -> Response:
    """Show links that fit equally well."""
    if found.entry is None:
        raise NotFound
    made = show_links(choices(found.entry, found.targets), wish)
    made.status_code = 300
    return made


def show_links(said: Mapping[str, Any], wish: Wish) -> Response:
    """Show links in the form that was asked for."""
    if wish.form == HTML:
        data = htmlsafe_json_dumps(json_ld(dict(said)))
        made = Response(
            page("shop/links.html", said=said["linkset"], link_groups=_groups, data=data),
            mimetype=HTML,
        )
    else:
        body = json_ld(dict(said)) if wish.form == JSON_LD else said
        made = Response(json.dumps(body, ensure_ascii=False), content_type=wish.form)
    if wish.form == LINKSET:
        made.headers.add("Link", _CONTEXT_LINK)
    made.headers["Cache-Control"] = "no-cache"
    return made


def _groups(entry: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the links of an entry by what their kind is called."""
    kinds = {kind.removeprefix(VOCABULARY): links for kind, links in entry.items()}
    return [
        (_(LINK_WORDS[kind]) if kind in LINK_WORDS else kind, links)
        for kind, links in kinds.items()
        if kind not in {"anchor", "itemDescription", DEFAULT}
    ]


def tell_methods() -> Response:
    """Answer OPTIONS."""
    made = Response(status=204)
    made.headers["Allow"] = ", ".join(METHODS)
    return made


def refuse(refusal: DomainError) -> Response:
    """Say what is wrong: a page for browsers, problem details (RFC 9457) for programs."""
    text = _(refusal.message)
    media = wish_of_request().media
    if media and media_fit(HTML, media) > max((0.0, 0), media_fit(PROBLEM, media)):
        return errors.answer(refusal.status, text, refusal.code)
    problem = {
        "type": "about:blank",
        "title": text,
        "status": refusal.status,
        "code": refusal.code,
        "request_id": remembered("request_id"),
    }
    return Response(
        json.dumps(problem, ensure_ascii=False), status=refusal.status, content_type=PROBLEM
    )


def note_anchor(anchor: str) -> None:
    """Remember what this request is about: its answer tells where all links are."""
    remember("gs1_anchor", anchor)


def adorn(response: Response) -> Response:
    """Put the resolver's headers on an answer, whatever it is."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = ", ".join(METHODS)
    response.headers["Access-Control-Expose-Headers"] = "Link, Location"
    response.vary.update(["Accept", "Accept-Language"])
    anchor = remembered("gs1_anchor")
    if anchor:
        where = f'<{anchor}?linkType=linkset>; rel="linkset"; type="{LINKSET}"'
        # One header: some readers see the last one only.
        response.headers["Link"] = ", ".join([where, *response.headers.getlist("Link")])
    return response
