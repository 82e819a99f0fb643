"""Pages that were rendered before, shown again while nothing they hang on has changed.

Nothing expires here and nothing can be stale: the key holds every fact the page
shows, read from the database in the same request. Only the work of writing and
compressing HTML is saved. The token of the forms is put in anew for every reader.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import lru_cache
from threading import Lock

from flask import Flask, Response, request, session
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from kernel.web.answers import Answer
from kernel.web.language import current_language
from kernel.web.pressed import Pressed
from kernel.web.security import form_token
from kernel.web.session import part, provide, remember, remembered

TOKEN = "@token-of-this-reader@"  # noqa: S105 - stands where the token goes
MOST_PAGES = 1000


class PageCache:
    """The pages of one process; the least lately shown goes first."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Hashable, Pressed] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Pressed | None:
        """Return a page that was kept, or None."""
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def keep(self, key: Hashable, page: Pressed) -> None:
        """Keep a page; when there are too many, the oldest is dropped."""
        with self._lock:
            self._pages[key] = page
            if len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)


def install(app: Flask) -> None:
    """Give the application its cache, and forms a token that can be put in later."""
    provide(app, PageCache, PageCache())
    app.jinja_env.globals["csrf_token"] = _token
    # Flask-WTF puts its own into every page's context, which goes before the globals.
    app.context_processor(lambda: {"csrf_token": _token})


def cached_page(mark: Callable[[], Hashable], render: Callable[[], Answer]) -> Answer:
    """Return a page rendered before for the same ``mark``, or render it.

    The address, the language and the count on the basket belong to the key by
    themselves. Whoever is to be told something gets a page of their own, and a
    mark of None says that the page may not be kept.
    """
    facts = mark()
    if facts is None or "_flashes" in session:
        return render()
    key = (facts, request.full_path, current_language(), request.cookies.get("basket_count"))
    page = part(PageCache).get(key)
    if page is None:
        remember("token_later", True)  # noqa: FBT003
        shown = render()
        remember("token_later", False)  # noqa: FBT003
        if not isinstance(shown, str):
            return shown
        page = Pressed(shown, TOKEN)
        # A fact that changed before it was rendered stands in the page, but not in the key.
        if mark() == facts:
            part(PageCache).keep(key, page)
    return _answer(page)


def _answer(page: Pressed) -> Response:
    token = form_token() if page.has_places else ""
    if not _takes_gzip(request.headers.get("Accept-Encoding", "")):
        return Response(page.plain(token))
    # Every browser that takes Brotli takes gzip; what was compressed well beforehand is as small.
    return Response(page.gzipped(token), headers={"Content-Encoding": "gzip"})


@lru_cache(maxsize=256)
def _takes_gzip(header: str) -> bool:
    return parse_accept_header(header, Accept).quality("gzip") > 0


def _token() -> str:
    return TOKEN if remembered("token_later") else form_token()
