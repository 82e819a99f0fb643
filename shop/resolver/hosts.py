"""Two hosts: the market's own, and the one that codes may have to themselves (``RESOLVER_URL``).

Where the settings name one, nothing but the resolver answers there; people are led on to the
market. Which of the two was asked is told from the settings alone, so that no request can choose
where anchors and redirects point to.
"""

from flask import Response, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import RequestRedirect

from kernel.settings import Settings
from kernel.web.raw import sent
from kernel.web.session import part
from shop.resolver.answering import METHODS, adorn, lead_exactly, refuse, tell_methods
from traceability.errors import BadCode


def is_for_codes() -> bool:
    """Tell whether this request came to the host that codes have to themselves."""
    own = part(Settings).resolver_host
    return bool(own) and request.host.lower().partition(":")[0] == own


def market() -> str:
    """Return the address of the market: where pages are."""
    return part(Settings).public_url.rstrip("/")


def root() -> str:
    """Return the address under which this request is resolved: anchors begin with it."""
    return part(Settings).resolver_url if is_for_codes() else market()


def keep_to_codes() -> Response:
    """Answer on the codes' host what is no code: lead people to the page, refuse the rest.

    :raises MethodNotAllowed: for whatever would change something.
    """
    if request.method not in METHODS:
        raise MethodNotAllowed(METHODS)
    raw = sent(request.environ)
    if not _is_page(raw.path):
        return adorn(refuse(BadCode()))
    if request.method == "OPTIONS":
        return adorn(tell_methods())
    return adorn(lead_exactly(market() + raw.path))


def _is_page(path: str) -> bool:
    """Tell whether the market has a page there: a single step could only be a code (R9)."""
    if path == "/":
        return True
    if not path.startswith("/") or "//" in path or "/" not in path.strip("/"):
        return False
    return request.url_rule is not None or isinstance(request.routing_exception, RequestRedirect)
