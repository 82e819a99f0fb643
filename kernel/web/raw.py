"""Path and query of a request as they were sent: the framework's are decoded."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_ORIGIN = re.compile(r"^https?://[^/?#]*", re.IGNORECASE)


@dataclass(frozen=True)
class Sent:
    """What stood in the first line of a request."""

    path: str
    query: str


def sent(environ: "WSGIEnvironment") -> Sent:
    """Return path and query as they were sent.

    Servers call them ``REQUEST_URI`` or ``RAW_URI``; some hand over the whole address. Where
    none does, the decoded path is escaped again: what was a slash within a value is lost.
    """
    for name in ("RAW_URI", "REQUEST_URI"):
        raw = str(environ.get(name) or "")
        if raw:
            path, _, query = _ORIGIN.sub("", raw, count=1).partition("#")[0].partition("?")
            return Sent(path, query)
    path = str(environ.get("SCRIPT_NAME", "")) + str(environ.get("PATH_INFO", ""))
    escaped = quote(path.encode("latin-1"), safe="/!$&'()*+,;=:@~")
    return Sent(escaped, str(environ.get("QUERY_STRING", "")))
