"""The door between the server and the market: ASGI outside, WSGI inside.

The server speaks WSGI, too, but tells only the decoded path, in which ``A%2FB`` is no lot code
any more but two steps. By ASGI it tells the path as it was sent, which goes on as ``RAW_URI``
(the name that gunicorn and Werkzeug use).

A request without a body is answered where it arrives: to hand it to a thread and back would cost
a page that is quickly made half of its time. One with a body goes to a thread, the only one of
its process, since the loop must go on to fetch the rest of it. So what runs a loop of its own
(pyHanko, to sign) has its place in a form that is sent, not in a page.
"""

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
# How the steps of one request are run: a function and what it is given.
_Run = Callable[..., Awaitable[Any]]

# So much is taken from an answer before the loop is asked to send it.
PIECE_BYTES = 256 * 1024


@dataclass(frozen=True)
class _Answer:
    """What the application said: the first piece of the body is taken, the rest waits."""

    status: int
    headers: list[tuple[bytes, bytes]]
    first: bytes
    rest: Iterator[bytes] | None
    close: Callable[[], None]


class Gate:
    """An ASGI application that answers by a WSGI application."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app
        self._turns = ThreadPoolExecutor(max_workers=1, thread_name_prefix="request")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request; other kinds of connections are not known here."""
        if scope["type"] != "http":
            raise ValueError(f"not served: {scope['type']}")
        loop = asyncio.get_running_loop()
        own = copy_context()

        async def here(do: Callable[..., Any], *given: Any) -> Any:
            return own.run(do, *given)

        def apart(do: Callable[..., Any], *given: Any) -> Awaitable[Any]:
            return loop.run_in_executor(self._turns, own.run, do, *given)

        bare = has_no_body(scope)
        run: _Run = here if bare else apart
        body = io.BytesIO() if bare else io.BufferedReader(_Body(receive, loop))
        answer = await run(self._ask, environ_of(scope, body))
        try:
            await _tell(answer, send, run)
        finally:
            if answer.rest is not None:
                await run(answer.close)

    def _ask(self, environ: "WSGIEnvironment") -> _Answer:
        said: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
            said[:] = [status, headers]

        body = self._app(environ, start)
        close = getattr(body, "close", lambda: None)
        try:
            pieces = iter(body)
            first, ended = _piece(pieces)
        except BaseException:
            close()
            raise
        if ended:
            close()
        status, headers = said
        encoded = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ]
        return _Answer(int(status[:3]), encoded, first, None if ended else pieces, close)


async def _tell(answer: _Answer, send: Send, run: _Run) -> None:
    start = {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
    await send(start)
    piece, ended = answer.first, answer.rest is None
    while not ended and answer.rest is not None:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        piece, ended = await run(_piece, answer.rest)
    await send({"type": "http.response.body", "body": piece, "more_body": False})


def _piece(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """Take a good deal of an answer; the second value tells whether that was all of it."""
    taken, size = [], 0
    for piece in pieces:
        taken.append(piece)
        size += len(piece)
        if size >= PIECE_BYTES:
            return b"".join(taken), False
    return b"".join(taken), True


class _Body(io.RawIOBase):
    """What the client sends, fetched when the application reads it."""

    def __init__(self, receive: Receive, loop: asyncio.AbstractEventLoop) -> None:
        self._receive, self._loop = receive, loop
        self._rest, self._ended = memoryview(b""), False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        while not self._rest and not self._ended:
            message = asyncio.run_coroutine_threadsafe(self._next(), self._loop).result()
            self._rest = memoryview(message.get("body", b""))
            self._ended = not message.get("more_body", False)
        target = memoryview(buffer).cast("B")
        size = min(len(target), len(self._rest))
        target[:size], self._rest = self._rest[:size], self._rest[size:]
        return size

    async def _next(self) -> Message:
        return await self._receive()


def has_no_body(scope: Message) -> bool:
    """Tell whether a request can bring no body (RFC 9112 section 6.3: neither header says so)."""
    if scope["http_version"] not in {"1.0", "1.1"}:
        return False  # Frames may bring one that no header announced.
    return not any(
        name in {b"content-length", b"transfer-encoding"} for name, _ in scope["headers"]
    )


def environ_of(scope: Message, body: io.BufferedIOBase) -> "WSGIEnvironment":
    """Return a request as WSGI tells it; ``RAW_URI`` is path and query as they were sent."""
    raw, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    host, port = (scope.get("server") or ("localhost", None))[:2]
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(raw).decode("latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": raw + ("?" + query if query else ""),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        # The body ends by itself, whatever length was told.
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    return environ | _headers(scope["headers"])


def _headers(sent: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for name, value in sent:
        # An underscore could pass for a hyphen, and a client for the proxy.
        if b"_" not in name:
            found.setdefault(name.decode("latin-1").upper(), []).append(value.decode("latin-1"))
    made = {}
    for sent_as, values in found.items():
        key = sent_as.replace("-", "_")
        bare = key in {"CONTENT_TYPE", "CONTENT_LENGTH"}
        made[key if bare else f"HTTP_{key}"] = ("; " if key == "COOKIE" else ",").join(values)
    return made
